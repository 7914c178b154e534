package simulate

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// A memory is a store that crashes: it may forget the last of what was applied, in order, as a disk without a log does.
type memory struct {
	mu struct {
		sync.Mutex
		broken  bool // its process is dead
		applied []applied
		tasks   map[int32]*stored
	}
}

type applied struct {
	task     int32
	rows     []state.Row
	position state.Position
	drop     bool
	load     bool // the timers are not there
	loaded   bool // now they are
}

type stored struct {
	rows     map[string][]byte
	position state.Position
	loading  bool
}

var errDead = errors.New("this process is dead")

func newMemory() *memory {
	m := &memory{}
	m.mu.tasks = map[int32]*stored{}
	return m
}

func (m *memory) Get(task int32, key string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if t := m.mu.tasks[task]; t != nil {
		return bytes.Clone(t.rows[key]), nil
	}
	return nil, nil
}

// Due are the first timers that are due.
func (m *memory) Due(task int32, upTo schemas.Instant, most int) (timers []partition.Timer, err error) {
	return m.DueAfter(task, partition.Timer{At: schemas.Earliest}, upTo, most)
}

func earlier(a, b partition.Timer) int {
	return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Key, b.Key))
}

// DueAfter are those after a given one, as partition.Disk finds them.
func (m *memory) DueAfter(task int32, after partition.Timer, upTo schemas.Instant, most int) (timers []partition.Timer, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if t := m.mu.tasks[task]; t != nil {
		if t.loading {
			panic(fmt.Sprintf("task %d is asked for timers, which are not there before it is loaded", task))
		}
		for key, row := range t.rows {
			if timer := (partition.Timer{At: state.RowWake(row), Key: key}); timer.At <= upTo && earlier(after, timer) < 0 {
				timers = append(timers, timer)
			}
		}
	}
	slices.SortFunc(timers, earlier)
	return timers[:min(most, len(timers))], nil
}

// Keys are the keys that begin with a prefix.
func (m *memory) Keys(task int32, prefix string) (keys []string, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if t := m.mu.tasks[task]; t != nil {
		for key := range t.rows {
			if strings.HasPrefix(key, prefix) {
				keys = append(keys, key)
			}
		}
	}
	slices.Sort(keys)
	return keys, nil
}

// From are the keys of the next rows, in order.
func (m *memory) From(task int32, key string, most int) (keys []string, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if t := m.mu.tasks[task]; t != nil {
		for k := range t.rows {
			if k >= key {
				keys = append(keys, k)
			}
		}
	}
	slices.Sort(keys)
	return keys[:min(most, len(keys))], nil
}

func (m *memory) Position(task int32) (state.Position, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if t := m.mu.tasks[task]; t != nil {
		return t.position, true, nil
	}
	return state.Position{}, false, nil
}

// Snapshot is the memory itself: here nobody reads while others write.
func (m *memory) Snapshot(int32) (partition.Snapshot, error) { return m, nil }

// Close ends a snapshot.
func (m *memory) Close() error { return nil }

func (m *memory) Apply(task int32, rows []state.Row, position state.Position) error {
	return m.do(applied{task: task, rows: slices.Clone(rows), position: position})
}

// Load is Apply of rows of which nobody knows what they replace.
func (m *memory) Load(task int32, rows []state.Row, position state.Position) error {
	return m.do(applied{task: task, rows: slices.Clone(rows), position: position, load: true})
}

// Loaded ends a load.
func (m *memory) Loaded(task int32) error { return m.do(applied{task: task, loaded: true}) }

// Err is nil: a machine that is dead has no process that could be told.
func (m *memory) Err() error { return nil }

func (m *memory) Drop(task int32) error { return m.do(applied{task: task, drop: true}) }

func (m *memory) do(a applied) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.mu.broken {
		return errDead
	}
	m.mu.applied = append(m.mu.applied, a)
	m.redo(a)
	return nil
}

func (m *memory) redo(a applied) {
	if a.drop {
		delete(m.mu.tasks, a.task)
		return
	}
	t := m.mu.tasks[a.task]
	if a.loaded {
		if t != nil {
			t.loading = false
		}
		return
	}
	if t == nil {
		t = &stored{rows: map[string][]byte{}}
		m.mu.tasks[a.task] = t
	}
	if t.loading && !a.load {
		panic(fmt.Sprintf("task %d is folded before it is loaded", a.task))
	}
	t.loading = a.load
	for _, row := range a.rows {
		if was := state.RowWake(t.rows[row.Key]); row.Was != was && !a.load {
			panic(fmt.Sprintf("task %d: the timer of %q is at %v, and to be taken from %v: it would fire for ever", a.task, row.Key, was, row.Was))
		}
		if row.Value == nil {
			delete(t.rows, row.Key)
		} else {
			t.rows[row.Key] = bytes.Clone(row.Value)
		}
	}
	t.position = a.position
}

func (m *memory) breakDown() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mu.broken = true
}

// survivor is what the next process finds, without the last so many commits.
func (m *memory) survivor(forgotten int) *memory {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := newMemory()
	out.mu.applied = m.mu.applied[:max(0, len(m.mu.applied)-forgotten)]
	for _, a := range out.mu.applied {
		out.redo(a)
	}
	return out
}
