package disk_test

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"github.com/ebbstream/ebb/state/disk"
)

var (
	seed  = flag.Uint64("seed", 0, "repeat the one crash of this seed")
	seeds = flag.Uint64("seeds", 100, "how many crashes to go through")
)

// A crash at any write or sync, after which any part of what was not synced may be on the disk,
// leaves what some commit left, and no earlier one than the last that was synced.
func TestCrash(t *testing.T) {
	first, last := uint64(1), *seeds
	if *seed != 0 {
		first, last = *seed, *seed
	}
	for seed := first; seed <= last; seed++ {
		if err := crash(rand.New(rand.NewPCG(seed, 0))); err != nil {
			t.Fatalf("-seed %d: %v", seed, err)
		}
	}
}

// crash runs a store of random commits with a few crashes, the later ones on what the earlier left.
func crash(rng *rand.Rand) error {
	fs := vfs.NewCrashableMem()
	now := make(model)
	h := history{now.clone()}
	o := disk.Options{NoWAL: rng.IntN(2) == 0, Memtable: 256 << 10}
	for range 3 {
		life := life{rng: rng, fs: fs, o: o, h: h}
		if err := life.run(); err != nil {
			return fmt.Errorf("before a crash: %w", err)
		}
		fs, h = life.crashed, life.h
		s, err := disk.Open("state", disk.Options{FS: fs, ReadOnly: rng.IntN(2) == 0 && len(h) > 1 && life.durable > 0})
		if err != nil {
			return err
		}
		n, err := h.after(s)
		if err = errors.Join(err, s.Close()); err != nil {
			return err
		}
		if n < life.durable {
			return fmt.Errorf("commit %d was synced, and what is left is that of %d", life.durable, n)
		}
		h = h[:n+1]
	}
	return nil
}

// A life is that of one process, from the opening of its folder to the crash.
type life struct {
	rng *rand.Rand
	fs  *vfs.MemFS
	o   disk.Options
	h   history

	crashed *vfs.MemFS // the file system after the crash
	durable int        // the last commit that was known to be synced at the crash
}

func (l *life) run() error {
	var synced, writes atomic.Int64
	var dead atomic.Bool
	synced.Store(int64(len(l.h) - 1)) // whatever was found is on the disk
	at := 1 + l.rng.Int64N(120)
	lost := rand.New(rand.NewPCG(l.rng.Uint64(), 0))
	kept := []int{0, 50, 100}[l.rng.IntN(3)]
	fs := &crashable{MemFS: l.fs}
	die := func() {
		l.durable = int(synced.Load())
		l.crashed = fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: kept, RNG: lost})
		dead.Store(true)
	}
	l.o.FS = errorfs.Wrap(fs, errorfs.InjectorFunc(func(op errorfs.Op) error {
		if op.Kind.ReadOrWrite() == errorfs.OpIsWrite && writes.Add(1) == at {
			die()
		}
		return nil
	}))
	s, err := disk.Open("state", l.o)
	if err != nil {
		return err
	}
	b, now := s.NewBatch(), l.h[len(l.h)-1].clone()
	for n := len(l.h); !dead.Load(); n++ {
		now.step(l.rng, n, b)
		l.h = append(l.h, now.clone())
		sync := l.rng.IntN(4) == 0
		if err := b.Commit(sync); err != nil {
			return err
		}
		if l.rng.IntN(20) == 0 {
			if err := s.Flush(); err != nil {
				return err
			}
			sync = true
		}
		if sync {
			synced.Store(int64(n))
		}
	}
	return errors.Join(b.Close(), s.Close())
}
