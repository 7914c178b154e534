package disk

import (
	"fmt"
	"sync"

	"github.com/cockroachdb/pebble/v2"
)

// A fault is the first error after which the store cannot be trusted to write: a failed write or
// sync, found corruption, or what Pebble calls fatal.
type fault struct {
	occurred chan struct{} // closed once err is set
	once     sync.Once
	err      error
}

func newFault() *fault { return &fault{occurred: make(chan struct{})} }

// set records err if it is the first.
func (f *fault) set(err error) {
	f.once.Do(func() {
		f.err = err
		close(f.occurred)
	})
}

// get returns the error recorded, or nil.
func (f *fault) get() error {
	select {
	case <-f.occurred:
		return f.err
	default:
		return nil
	}
}

// run does op, which writes, and returns when it is done or a fault has occurred. After a fault op
// may be stopped for ever inside Pebble, with locks of Pebble held: so its goroutine is not waited
// for, and what op uses must not be used again.
func (f *fault) run(op func() error) error {
	done := make(chan error, 1)
	go func() { done <- op() }()
	select {
	case err := <-done:
		if fault := f.get(); fault != nil {
			return fault
		}
		return err
	case <-f.occurred:
		return f.err
	}
}

// listener tells the fault of errors that Pebble meets in its own goroutines. Write errors do not
// get this far (see freezer); a table that cannot be read does, and Pebble then tries again and again.
func (f *fault) listener() pebble.EventListener {
	return pebble.EventListener{
		BackgroundError: func(err error) { f.set(fmt.Errorf("in the background: %w", err)) },
		DataCorruption:  func(info pebble.DataCorruptionInfo) { f.set(fmt.Errorf("corrupt: %w", info.Details)) },
	}
}

// A logger takes the place of Pebble's, which prints to standard error and, on Fatalf, ends the
// process. Events are told to the EventListener; so only the fatal ones matter here.
type logger struct{ *fault }

func (logger) Infof(string, ...any)  {}
func (logger) Errorf(string, ...any) {}

// Fatalf returns, which Pebble does not expect; what it does then cannot reach the disk (see freezer).
func (l logger) Fatalf(format string, args ...any) { l.set(fmt.Errorf(format, args...)) }
