package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/ebbstream/ebb/config"
)

// wrong is what a person asked for and cannot have: flags or a configuration. ebb exits with status 2.
type wrong struct {
	err    error
	faults config.Faults
}

func (w *wrong) Error() string { return w.err.Error() }

// asked is a wrong without faults of a configuration: a sentence that says what to do.
func asked(format string, args ...any) error { return &wrong{err: fmt.Errorf(format, args...)} }

// failed is what a command's run came to. If nothing in it is wrong, ebb exits with status 1.
type failed struct{ error }

func (f *failed) Unwrap() error { return f.error }

// noProfile is that nothing is known of a person, in the words of whoever was asked.
type noProfile struct{ error }

// report prints an error, and gives the status to exit with. What comes from nobody's run, but from cobra before it, was
// asked wrongly, too.
func report(err error, out io.Writer) int {
	var w *wrong
	var f *failed
	switch {
	case err == nil:
		return 0
	case errors.As(err, &w):
		w.print(out)
		return 2
	case errors.As(err, &f):
		fmt.Fprintln(out, "ebb:", err)
		return 1
	}
	fmt.Fprintln(out, "ebb:", err)
	return 2
}

func (w *wrong) print(out io.Writer) {
	if len(w.faults) == 0 {
		fmt.Fprintln(out, "ebb:", w.err)
		return
	}
	w.faults.Print(out)
	if len(w.faults) == 1 {
		fmt.Fprintln(out, "1 fault in the configuration")
	} else {
		fmt.Fprintf(out, "%d faults in the configuration\n", len(w.faults))
	}
}
