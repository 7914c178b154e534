package disk_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
	"github.com/ebbstream/ebb/state/disk"
)

// row is a row with a wake-up, as the changelog has it.
func row(id, text string, wake schemas.Instant) state.Row {
	return state.Row{Key: id, Value: append(state.AppendRow(nil, wake), text...)}
}

func position(changelog int) state.Position { return state.Position{Changelog: int64(changelog)} }

// load loads random rows, the n-th piece of a task, into m and s.
func (m model) load(rng *rand.Rand, task int32, n int, s *disk.Store) error {
	return s.Load(task, m.piece(rng, task, n), position(n))
}

// piece puts random rows into m, and returns them: some of them come twice, some are deleted.
func (m model) piece(rng *rand.Rand, task int32, n int) []state.Row {
	t, ok := m[task]
	if !ok {
		t.profiles = make(map[string]profileModel)
	}
	var rows []state.Row
	for range rng.IntN(400) {
		r := state.Row{Key: fmt.Sprintf("u%d", rng.IntN(300))}
		if rng.IntN(4) == 0 {
			delete(t.profiles, r.Key)
		} else {
			wake := never
			if rng.IntN(3) > 0 {
				wake = schemas.Instant(rng.IntN(10) - 5)
			}
			r = row(r.Key, fmt.Sprintf("%d %s", n, strings.Repeat("x", rng.IntN(200))), wake)
			t.profiles[r.Key] = profileModel{value: string(r.Value), wake: wake}
		}
		rows = append(rows, r)
	}
	t.changelog = int64(n)
	m[task] = t
	return rows
}

// What was loaded in pieces is as if each row had been put, and can be gone on with; others are not touched.
func TestLoad(t *testing.T) {
	for _, memtable := range []int{2 << 10, 0} { // few timers at once, or many
		for seed := range uint64(20) {
			fs := vfs.NewMem()
			rng := rand.New(rand.NewPCG(seed, 1))
			s, err := disk.Open("state", disk.Options{FS: fs, Memtable: memtable})
			if err != nil {
				t.Fatal(err)
			}
			m, b := make(model), s.NewBatch()
			for n := 1; n <= 12; n++ {
				if err := m.load(rng, 1, n, s); err != nil {
					t.Fatal(err)
				}
				m.step(rng, n, b, 0, 2)
				if err := b.Commit(false); err != nil {
					t.Fatal(err)
				}
			}
			if loading, err := s.Loading(1); err != nil || !loading {
				t.Errorf("before Loaded: loading %v, %v", loading, err)
			}
			for range 2 { // again does nothing
				if err := s.Loaded(1); err != nil {
					t.Fatal(err)
				}
			}
			if loading, err := s.Loading(1); err != nil || loading {
				t.Errorf("after Loaded: loading %v, %v", loading, err)
			}
			if err := m.differs(s); err != nil {
				t.Fatalf("memtable %d, seed %d: %v", memtable, seed, err)
			}
			for n := 13; n < 20; n++ {
				m.step(rng, n, b, 0, 1, 2)
				if err := b.Commit(false); err != nil {
					t.Fatal(err)
				}
			}
			if err := m.differs(s); err != nil {
				t.Fatalf("memtable %d, seed %d, after commits: %v", memtable, seed, err)
			}
			if err := s.DropTask(1); err != nil {
				t.Fatal(err)
			}
			delete(m, 1)
			if err := errors.Join(m.differs(s), b.Close(), s.Close()); err != nil {
				t.Fatalf("memtable %d, seed %d, dropped: %v", memtable, seed, err)
			}
			if left := fs.String(); strings.Contains(left, "incoming") {
				t.Fatalf("files are left:\n%s", left)
			}
		}
	}
}

// A task may be dropped while it is loaded, and loaded anew.
func TestLoadAnew(t *testing.T) {
	s := open(t, disk.Options{FS: vfs.NewMem()})
	load := func(changelog int, rows ...state.Row) {
		t.Helper()
		if err := s.Load(1, rows, position(changelog)); err != nil {
			t.Fatal(err)
		}
	}
	load(1, row("u1", "old", 5), row("u2", "old", 6))
	if err := s.DropTask(1); err != nil {
		t.Fatal(err)
	}
	if loading, err := s.Loading(1); err != nil || loading {
		t.Errorf("dropped, and loading %v, %v", loading, err)
	}
	load(2, row("u2", "new", never))
	load(3)
	if err := s.Loaded(1); err != nil {
		t.Fatal(err)
	}
	m := model{1: {profiles: map[string]profileModel{"u2": {value: string(row("u2", "new", never).Value), wake: never}}, changelog: 3}}
	if err := m.differs(s); err != nil {
		t.Error(err)
	}
}

// On a file system without links the tables are copied.
func TestLoadWithoutLinks(t *testing.T) {
	fs := errorfs.Wrap(vfs.NewMem(), errorfs.InjectorFunc(func(op errorfs.Op) error {
		if op.Kind == errorfs.OpLink {
			return fmt.Errorf("no links here: %w", errorfs.ErrInjected)
		}
		return nil
	}))
	s, m := open(t, disk.Options{FS: fs}), make(model)
	rng := rand.New(rand.NewPCG(1, 1))
	for n := 1; n <= 3; n++ {
		if err := m.load(rng, 1, n, s); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(s.Loaded(1), m.differs(s)); err != nil {
		t.Error(err)
	}
}

// A load waits for compactions before so many tables lie above each other that commits would have to.
func TestLoadWaitsForCompactions(t *testing.T) {
	fs := errorfs.Wrap(vfs.NewMem(), errorfs.InjectorFunc(func(op errorfs.Op) error {
		if op.Kind == errorfs.OpCreate && strings.HasSuffix(op.Path, ".sst") {
			time.Sleep(100 * time.Millisecond) // a compaction is slower than the pieces that come
		}
		return nil
	}))
	s, m, most := open(t, disk.Options{FS: fs}), make(model), 0
	rng := rand.New(rand.NewPCG(1, 1))
	for n := 1; n <= 150; n++ {
		if err := m.load(rng, 1, n, s); err != nil {
			t.Fatal(err)
		}
		most = max(most, s.Metrics().ReadAmp)
	}
	if most < 40 || most > 56 {
		t.Errorf("%d tables lay above each other; commits wait from 64 on", most)
	}
	if err := errors.Join(s.Loaded(1), m.differs(s)); err != nil {
		t.Error(err)
	}
}
