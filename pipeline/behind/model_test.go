package behind

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
	"github.com/ebbstream/ebb/state/disk"
)

var (
	seed  = flag.Uint64("seed", 0, "repeat the one history of this seed")
	seeds = flag.Uint64("seeds", 30, "how many histories to go through")
)

// TestModel: whatever is done, and however often what was not written is lost, the store is as after some commit: after the
// last one, and when it was opened again after none before the last that was known to be written.
func TestModel(t *testing.T) {
	first, n := uint64(time.Now().UnixNano()), *seeds
	if *seed != 0 {
		first, n = *seed, 1
	}
	for i := range n {
		h := &history{random: rand.New(rand.NewPCG(first+i, 0)), dir: t.TempDir()}
		if err := h.run(); err != nil {
			t.Fatalf("-seed %d: %v", first+i, err)
		}
	}
}

const tasks = 2

// A history is of one folder, which several processes have one after the other.
type history struct {
	random *rand.Rand
	dir    string
	disk   *disk.Store
	s      *Store
	all    [tasks][]model // after each commit; the last is how it is
	sure   [tasks]int     // which of them is known to be written
	views  []view

	busy bool // with a write, or with a restore, beside which nothing is done to the task
}

// meanwhile is what happens during a write.
type meanwhile struct {
	partition.Disk
	h *history
}

func (m meanwhile) Apply(task int32, rows []state.Row, position state.Position) error {
	before := m.h.meanwhile(task)
	err := m.Disk.Apply(task, rows, position)
	return errors.Join(before, err, m.h.meanwhile(task))
}

func (h *history) meanwhile(task int32) error {
	if h.busy {
		return nil
	}
	h.busy = true
	defer func() { h.busy = false }()
	switch h.random.IntN(6) {
	case 0:
		if len(h.s.task(task).mu.layers) < mostLayers { // else it would be written at once
			return h.commit(task)
		}
	case 1:
		return h.view(task)
	case 2:
		return h.look(task)
	}
	return nil
}

func (h *history) view(task int32) error {
	v, err := h.s.Snapshot(task)
	h.views = append(h.views, view{v, task, h.now(task).clone()})
	return err
}

// A view is a snapshot, and what it is to show whatever comes.
type view struct {
	partition.Snapshot
	task int32
	want model
}

func (h *history) run() error {
	for task := range h.all {
		h.all[task] = []model{{rows: map[string][]byte{}}}
	}
	if err := h.open(); err != nil {
		return err
	}
	for range 300 {
		if err := h.step(h.random.Int32N(tasks)); err != nil {
			return err
		}
	}
	return h.close(true)
}

func (h *history) open() (err error) {
	if h.disk, err = disk.Open(h.dir, disk.Options{Memtable: 256 << 10}); err == nil {
		h.s = newStore(meanwhile{partition.Disk{Store: h.disk}, h})
	}
	return err
}

func (h *history) now(task int32) model { return h.all[task][len(h.all[task])-1] }

func (h *history) step(task int32) error {
	switch n := h.random.IntN(100); {
	case n < 45:
		return h.commit(task)
	case n < 55:
		return h.write()
	case n < 58:
		m := model{rows: map[string][]byte{}}
		h.all[task], h.sure[task] = append(h.all[task][:0:0], m), 0
		return h.s.Drop(task)
	case n < 64:
		return h.view(task)
	case n < 70 && len(h.views) > 0:
		v := h.views[0]
		h.views = h.views[1:]
		return errors.Join(v.want.differs(v, v.task), v.Close())
	case n < 73:
		return h.list(task)
	case n < 76:
		if err := h.close(n == 73); err != nil {
			return err
		}
		return h.reopen()
	}
	return h.look(task)
}

// close ends the process: in peace, or with what it has not written.
func (h *history) close(peace bool) (err error) {
	if peace {
		err = h.write()
	}
	for _, v := range h.views {
		err = errors.Join(err, v.want.differs(v, v.task), v.Close())
	}
	h.views = nil
	return errors.Join(err, h.disk.Close())
}

// write writes what waited when it began.
func (h *history) write() error {
	var sure [tasks]int
	for task := range h.all {
		sure[task] = len(h.all[task]) - 1
	}
	err := h.s.Write()
	h.sure = sure
	return err
}

// reopen finds what the last process had written, which is a whole commit.
func (h *history) reopen() error {
	if err := h.open(); err != nil {
		return err
	}
	for task := range int32(tasks) {
		position, _, err := h.s.Position(task)
		i := slices.IndexFunc(h.all[task], func(m model) bool { return m.n == position.Changelog })
		if err != nil || i < h.sure[task] {
			return fmt.Errorf("task %d is at %v, %w, which is before commit %d", task, position, err, h.all[task][h.sure[task]].n)
		}
		h.all[task], h.sure[task] = h.all[task][:i+1], i
		if err := h.look(task); err != nil {
			return fmt.Errorf("after a crash: %w", err)
		}
	}
	return nil
}

func (h *history) commit(task int32) error {
	m := h.now(task).clone()
	m.n++
	var rows []state.Row
	for range h.random.IntN(8) {
		row := state.Row{Key: fmt.Sprintf("%c%d", 'a'+h.random.IntN(3), h.random.IntN(5))}
		if row.Was = state.RowWake(m.rows[row.Key]); h.random.IntN(5) == 0 {
			row.Was = state.WakeUnknown
		}
		if h.random.IntN(4) == 0 {
			delete(m.rows, row.Key)
		} else {
			wake := schemas.Never
			if h.random.IntN(3) > 0 {
				wake = schemas.Instant(h.random.IntN(12) - 4)
			}
			row.Value = fmt.Append(state.AppendRow(nil, wake), m.n)
			m.rows[row.Key] = row.Value
		}
		rows = append(rows, row)
	}
	h.all[task] = append(h.all[task], m)
	position := state.Position{Changelog: m.n}
	if h.random.IntN(12) == 0 && !h.busy { // it was elsewhere for a while
		h.busy = true
		defer func() { h.busy = false }()
		for i := range rows {
			rows[i].Was = state.WakeUnknown
		}
		return errors.Join(h.s.Load(task, rows, position), h.s.Loaded(task))
	}
	return h.s.Apply(task, rows, position)
}
