package behind

import (
	"bytes"
	"slices"
	"strings"
	"sync"

	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/state"
)

// A task is what waits of one.
type task struct {
	number int32
	below  Below
	mu     struct {
		sync.Mutex
		layers []*layer        // from the oldest on
		open   bool            // the last one still grows: no snapshot has it, and it is not being written
		after  partition.Timer // of the timers below, those up to here are of rows that wait
	}
}

// mostLayers is how many rows are looked for in before they are written. Each snapshot may leave one behind.
const mostLayers = 16

func (t *task) add(rows []state.Row, position state.Position) (bytes int64, layers int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.mu.open {
		t.mu.layers, t.mu.open = append(t.mu.layers, newLayer(len(rows))), true
	}
	return t.mu.layers[len(t.mu.layers)-1].add(rows, position), len(t.mu.layers)
}

// find is the newest row that waits.
func find(layers []*layer, key string) (row []byte, found bool) {
	for _, l := range slices.Backward(layers) {
		if i, found := l.at[key]; found {
			return bytes.Clone(l.rows[i].Value), true
		}
	}
	return nil, false
}

func (t *task) get(key string) ([]byte, error) {
	t.mu.Lock()
	row, found := find(t.mu.layers, key)
	t.mu.Unlock()
	if found {
		return row, nil
	}
	return t.below.Get(t.number, key)
}

func (t *task) position() (state.Position, bool, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n := len(t.mu.layers); n > 0 {
		return t.mu.layers[n-1].position, true, nil
	}
	return t.below.Position(t.number)
}

// write writes what waits, while others read it and more comes. It is for one goroutine at a time.
func (t *task) write() (written int64, err error) {
	t.mu.Lock()
	layers := t.mu.layers
	t.mu.open = false
	t.mu.Unlock()
	if len(layers) == 0 {
		return 0, nil
	}
	all := layers[0]
	if len(layers) > 1 {
		all = newLayer(len(all.rows))
		for _, l := range layers {
			all.add(l.rows, l.position)
		}
	}
	rows := slices.Clone(all.rows) // others find theirs by their places
	slices.SortFunc(rows, func(a, b state.Row) int { return strings.Compare(a.Key, b.Key) })
	if err := t.below.Apply(t.number, rows, all.position); err != nil {
		return 0, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.mu.layers = slices.Clone(t.mu.layers[len(layers):])
	for _, l := range layers {
		if l.least <= t.mu.after.At {
			t.mu.after = before(l.least)
		}
		written += l.bytes
	}
	return written, nil
}

func (t *task) forget() (bytes int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, l := range t.mu.layers {
		bytes += l.bytes
	}
	t.mu.layers, t.mu.open, t.mu.after = nil, false, first
	return bytes
}
