package disk_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"github.com/ebbstream/ebb/state/disk"
)

// A loaded task is what it went through: what was loaded, dropped, and committed when it had its timers.
type loadedTask struct {
	model   model
	loading bool
}

// A crash at any write while a task is loaded, and dropped and loaded anew, leaves what some piece left, and no earlier one
// than the last that was loaded; whoever goes on from there comes to the same end.
func TestCrashWhileLoading(t *testing.T) {
	first, last := uint64(1), *seeds
	if *seed != 0 {
		first, last = *seed, *seed
	}
	for seed := first; seed <= last; seed++ {
		if err := crashLoading(rand.New(rand.NewPCG(seed, 1))); err != nil {
			t.Fatalf("-seed %d: %v", seed, err)
		}
	}
}

func crashLoading(rng *rand.Rand) error {
	fs := vfs.NewCrashableMem()
	h := []loadedTask{{model: make(model)}}
	o := disk.Options{NoWAL: rng.IntN(2) == 0, Memtable: []int{2 << 10, 256 << 10}[rng.IntN(2)]}
	for range 3 {
		crashed, durable, err := loadUntilCrash(rng, fs, o, &h)
		if err != nil {
			return fmt.Errorf("before a crash: %w", err)
		}
		fs = crashed
		s, err := disk.Open("state", disk.Options{FS: fs, Memtable: o.Memtable})
		if err != nil {
			return err
		}
		n, err := found(s, h, durable)
		for more := rng.IntN(3); err == nil && h[n].loading; more-- { // the next process goes on, and ends it
			now := loadedTask{h[n].model.clone(), more > 0}
			h = append(h[:n+1], now)
			if n++; now.loading {
				err = now.model.load(rng, 1, n, s)
			} else {
				err = s.Loaded(1)
			}
		}
		if err == nil {
			err = h[n].model.differs(s)
		}
		if err = errors.Join(err, s.Close()); err != nil {
			return err
		}
		h = h[:n+1]
	}
	return nil
}

// loadUntilCrash does with task 1 what a service may, and appends what it left each time to h, until a crash; durable is the
// last of them that was to survive it.
func loadUntilCrash(rng *rand.Rand, fs *vfs.MemFS, o disk.Options, h *[]loadedTask) (crashed *vfs.MemFS, durable int, err error) {
	var synced, writes atomic.Int64
	var dead atomic.Bool
	synced.Store(int64(len(*h) - 1))
	at := 1 + rng.Int64N(250)
	lost := rand.New(rand.NewPCG(rng.Uint64(), 0))
	kept := []int{0, 50, 100}[rng.IntN(3)]
	linked := &crashable{MemFS: fs}
	o.FS = errorfs.Wrap(linked, errorfs.InjectorFunc(func(op errorfs.Op) error {
		if op.Kind.ReadOrWrite() == errorfs.OpIsWrite && writes.Add(1) == at {
			durable = int(synced.Load())
			crashed = linked.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: kept, RNG: lost})
			dead.Store(true)
		}
		return nil
	}))
	s, err := disk.Open("state", o)
	if err != nil {
		return nil, 0, err
	}
	b := s.NewBatch()
	for n := len(*h); !dead.Load(); n++ {
		now := loadedTask{(*h)[n-1].model.clone(), (*h)[n-1].loading}
		_, there := now.model[1]
		var do func() error
		sync := true
		switch {
		case there && rng.IntN(10) == 0:
			delete(now.model, 1)
			now.loading, sync, do = false, false, func() error { return s.DropTask(1) }
		case now.loading && rng.IntN(3) == 0:
			now.loading, do = false, func() error { return s.Loaded(1) }
		case now.loading || !there:
			rows := now.model.piece(rng, 1, n)
			now.loading, do = true, func() error { return s.Load(1, rows, position(n)) }
		default:
			now.model.step(rng, n, b, 1)
			sync = rng.IntN(4) == 0
			do = func() error { return b.Commit(sync) }
		}
		*h = append(*h, now)
		if err := do(); err != nil {
			return nil, 0, err
		}
		if sync {
			synced.Store(int64(n))
		}
	}
	return crashed, durable, errors.Join(b.Close(), s.Close())
}

// found is which of the states a store is in: the latest that it can be.
func found(s *disk.Store, h []loadedTask, durable int) (int, error) {
	p, there, err := s.Position(1)
	if err != nil {
		return 0, err
	}
	loading, err := s.Loading(1)
	if err != nil {
		return 0, err
	}
	for n := len(h) - 1; n >= durable; n-- {
		t, has := h[n].model[1]
		if has == there && t.changelog == p.Changelog && h[n].loading == loading {
			return n, h[n].model.holds(s, loading)
		}
	}
	return 0, fmt.Errorf("position %d (%v), loading %v, is none of what was left since %d was synced", p.Changelog, there, loading, durable)
}

// holds compares all but the timers of a task that is being loaded.
func (m model) holds(s *disk.Store, loading bool) error {
	if !loading {
		return m.differs(s)
	}
	_, err := m[1].profilesDiffer(s, 1)
	return err
}

// Whichever write fails while a task is loaded, once or from then on, the caller is told, and the folder holds what some piece
// left, and no earlier one than the last that was loaded.
func TestEveryFailedWriteWhileLoading(t *testing.T) {
	for _, forGood := range []bool{false, true} {
		t.Run(fmt.Sprintf("forGood=%v", forGood), func(t *testing.T) {
			failEach(t, func() *failing { return &failing{kind: errorfs.OpIsWrite, forGood: forGood} }, (*failing).load)
		})
	}
}

// A read that fails while a task is loaded fails the load, and nothing else.
func TestEveryFailedReadWhileLoading(t *testing.T) {
	failEach(t, func() *failing { return &failing{kind: errorfs.OpIsRead} }, (*failing).load)
}

// load loads three pieces and their timers.
func (f *failing) load() error {
	fs := &crashable{MemFS: vfs.NewCrashableMem()}
	h := []loadedTask{{model: make(model)}}
	synced := 0
	err := func() error {
		s, err := disk.Open("state", disk.Options{FS: errorfs.Wrap(fs, f), Memtable: 2 << 10})
		if err != nil {
			return err
		}
		rng := rand.New(rand.NewPCG(1, 1))
		for n := 1; n <= 3; n++ {
			now := loadedTask{h[n-1].model.clone(), true}
			rows := now.model.piece(rng, 1, n)
			h = append(h, now)
			if err := s.Load(1, rows, position(n)); err != nil {
				return errors.Join(err, f.closes(s))
			}
			synced = n
		}
		h = append(h, loadedTask{model: h[3].model})
		if err := s.Loaded(1); err != nil {
			return errors.Join(err, f.closes(s))
		}
		synced = 4
		return s.Close()
	}()
	if err != nil && !injected(err) || err == nil && f.telling.Load() {
		return fmt.Errorf("the caller is told %w", err)
	}
	left := fs.CrashClone(vfs.CrashCloneCfg{
		UnsyncedDataPercent: []int{0, 50, 100}[f.at%3],
		RNG:                 rand.New(rand.NewPCG(uint64(f.at), 2)),
	})
	s, err := disk.Open("state", disk.Options{FS: left})
	if err != nil {
		return err
	}
	_, err = found(s, h, synced)
	return errors.Join(err, s.Close())
}

// closes closes a store that can still be written to, as only a read has failed.
func (f *failing) closes(s *disk.Store) error {
	if f.kind == errorfs.OpIsRead && s.Err() == nil {
		return s.Close()
	}
	return nil
}
