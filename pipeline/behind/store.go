package behind

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// Below is the store that is written to: partition.Disk.
type Below interface {
	Get(task int32, key string) ([]byte, error)
	Keys(task int32, prefix string) ([]string, error)
	From(task int32, key string, most int) ([]string, error)
	DueAfter(task int32, after partition.Timer, upTo schemas.Instant, most int) ([]partition.Timer, error)
	Position(task int32) (position state.Position, found bool, err error)
	Snapshot(task int32) (partition.Snapshot, error)
	Apply(task int32, rows []state.Row, position state.Position) error
	Load(task int32, rows []state.Row, position state.Position) error
	Loaded(task int32) error
	Drop(task int32) error
	Err() error
}

// every is how long rows wait, and enough how many bytes of changelog do. Those who apply wait only when there is twice as much.
const (
	every  = time.Second
	enough = 16 << 20
	most   = 2 * enough
)

// A Store may be used by several goroutines at once.
type Store struct {
	below   Below
	writing sync.Mutex   // held by who writes
	waiting atomic.Int64 // bytes
	failed  atomic.Pointer[error]
	now     chan struct{} // it is enough
	stop    chan struct{}
	ended   chan struct{}
	mu      struct {
		sync.Mutex
		tasks map[int32]*task
	}
}

// New begins to write behind. It must be closed.
func New(below Below) *Store {
	s := newStore(below)
	go s.run()
	return s
}

func newStore(below Below) *Store {
	s := &Store{below: below, now: make(chan struct{}, 1), stop: make(chan struct{}), ended: make(chan struct{})}
	s.mu.tasks = map[int32]*task{}
	return s
}

func (s *Store) run() {
	defer close(s.ended)
	next := time.NewTicker(every)
	defer next.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-next.C:
		case <-s.now:
		}
		_ = s.Write() // Err tells
	}
}

// Close writes what waits. The store below is still open.
func (s *Store) Close() error {
	close(s.stop)
	<-s.ended
	return s.Write()
}

// Err is why nothing is stored any more; nil: it is.
func (s *Store) Err() error {
	if err := s.below.Err(); err != nil {
		return err
	}
	if err := s.failed.Load(); err != nil {
		return *err
	}
	return nil
}

func (s *Store) task(number int32) *task {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.mu.tasks[number]
	if t == nil {
		t = &task{number: number, below: s.below}
		t.mu.after = first
		s.mu.tasks[number] = t
	}
	return t
}

// Apply takes in the rows of one commit and the position, all of it or nothing. They are not to be changed any more.
func (s *Store) Apply(task int32, rows []state.Row, position state.Position) error {
	if err := s.Err(); err != nil {
		return err
	}
	bytes, layers := s.task(task).add(rows, position)
	waiting := s.waiting.Add(bytes)
	if waiting > most || layers > mostLayers {
		return s.Write()
	}
	if waiting > enough || layers > mostLayers/2 {
		select {
		case s.now <- struct{}{}:
		default: // it will be
		}
	}
	return nil
}

// Waiting is how many bytes of changelog are not written yet.
func (s *Store) Waiting() int64 { return max(0, s.waiting.Load()) }

// Write writes what waits.
func (s *Store) Write() error {
	s.mu.Lock()
	tasks := make([]*task, 0, len(s.mu.tasks))
	for _, t := range s.mu.tasks {
		tasks = append(tasks, t)
	}
	s.mu.Unlock()
	var errs error
	for _, t := range tasks {
		errs = errors.Join(errs, s.write(t))
	}
	return errs
}

func (s *Store) write(t *task) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	if err := s.Err(); err != nil {
		return err
	}
	written, err := t.write()
	if err != nil {
		s.failed.CompareAndSwap(nil, &err)
		return err
	}
	s.waiting.Add(-written)
	return nil
}

// Get is a row; nil: there is none.
func (s *Store) Get(task int32, key string) ([]byte, error) { return s.task(task).get(key) }

// Due are the first timers that are due.
func (s *Store) Due(task int32, upTo schemas.Instant, most int) ([]partition.Timer, error) {
	return s.task(task).due(upTo, most)
}

// Position is where a task stands.
func (s *Store) Position(task int32) (state.Position, bool, error) { return s.task(task).position() }

// Keys are the keys that begin with a prefix.
func (s *Store) Keys(task int32, prefix string) ([]string, error) {
	if err := s.write(s.task(task)); err != nil {
		return nil, err
	}
	return s.below.Keys(task, prefix)
}

// From are the keys of the next rows from a key on, in order.
func (s *Store) From(task int32, key string, most int) ([]string, error) {
	if err := s.write(s.task(task)); err != nil {
		return nil, err
	}
	return s.below.From(task, key, most)
}

// Snapshot is a task as it is now.
func (s *Store) Snapshot(task int32) (partition.Snapshot, error) { return s.task(task).snapshot() }

// Load stores rows of a restore below, at once.
func (s *Store) Load(task int32, rows []state.Row, position state.Position) error {
	return s.through(task, func() error { return s.below.Load(task, rows, position) })
}

// Loaded makes the timers of what was loaded.
func (s *Store) Loaded(task int32) error {
	return s.through(task, func() error { return s.below.Loaded(task) })
}

// through does something below with a task that nobody folds, after what waits of it.
func (s *Store) through(number int32, do func() error) error {
	t := s.task(number)
	if err := s.write(t); err != nil {
		return err
	}
	defer t.forget() // which timers were passed
	return do()
}

// Drop removes all of a task.
func (s *Store) Drop(task int32) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.waiting.Add(-s.task(task).forget())
	return s.below.Drop(task)
}
