package disk_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"github.com/ebbstream/ebb/state/disk"
)

// Whichever operation on a file fails, once or from then on, the caller is told, and the folder holds
// what some commit left, and no earlier one than the last that was synced.
func TestEveryFailedWrite(t *testing.T) {
	for _, noWAL := range []bool{false, true} {
		for _, forGood := range []bool{false, true} {
			t.Run(fmt.Sprintf("NoWAL=%v,forGood=%v", noWAL, forGood), func(t *testing.T) {
				failEach(t, func() *failing { return &failing{kind: errorfs.OpIsWrite, forGood: forGood, noWAL: noWAL} }, (*failing).run)
			})
		}
	}
}

// A failed read need not be noticed by the one who asked, as it may have been a look ahead.
func TestEveryFailedRead(t *testing.T) {
	failEach(t, func() *failing { return &failing{kind: errorfs.OpIsRead} }, (*failing).run)
}

// failEach does something again and again: each time another operation fails, from the first on until there are no more.
func failEach(t *testing.T, anew func() *failing, do func(*failing) error) {
	t.Helper()
	for at := int64(1); ; at++ {
		f := anew()
		f.at = at
		if err := do(f); err != nil {
			t.Fatalf("operation %d: %v", at, err)
		}
		if f.ops.Load() < at {
			t.Logf("%d operations", at-1)
			return
		}
	}
}

// A failing run of a store meets an injected error.
type failing struct {
	kind    errorfs.OpReadWrite
	at      int64 // the operation that fails
	forGood bool  // and all after it
	noWAL   bool

	ops     atomic.Int64
	telling atomic.Bool // the operation that failed was one whose error must be told
}

func (f *failing) MaybeError(op errorfs.Op) error {
	if op.Kind.ReadOrWrite() != f.kind {
		return nil
	}
	if n := f.ops.Add(1); n != f.at && (n < f.at || !f.forGood) {
		return nil
	}
	// What cannot be removed takes room and does no harm; what cannot be linked is copied.
	if f.kind == errorfs.OpIsWrite && op.Kind != errorfs.OpRemove && op.Kind != errorfs.OpLink {
		f.telling.Store(true)
	}
	return errorfs.ErrInjected
}

// injected tells whether err comes from an injected one. Pebble keeps only the text of some.
func injected(err error) bool {
	return err != nil && strings.Contains(err.Error(), errorfs.ErrInjected.Error())
}

func (f *failing) String() string { return "one failure" }

func (f *failing) run() error {
	fs := &crashable{MemFS: vfs.NewCrashableMem()}
	h := history{make(model)}
	synced := 0
	err := func() error {
		s, err := disk.Open("state", disk.Options{FS: errorfs.Wrap(fs, f), NoWAL: f.noWAL, Memtable: 256 << 10})
		if err != nil {
			return err
		}
		rng := rand.New(rand.NewPCG(1, 1))
		b, now := s.NewBatch(), make(model)
		for n := 1; n <= 40; n++ {
			now.step(rng, n, b)
			h = append(h, now.clone())
			if err := b.Commit(n%5 == 0); err != nil {
				if again := s.Flush(); !injected(again) {
					return fmt.Errorf("a flush after a failed commit says %w", again)
				}
				return err
			}
			if n%5 == 0 {
				synced = n
			}
		}
		if err := s.Flush(); err != nil {
			return err
		}
		synced = len(h) - 1
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
	n, err := h.after(s)
	if err = errors.Join(err, s.Close()); err == nil && n < synced {
		err = fmt.Errorf("commit %d was synced, and what is left is that of %d", synced, n)
	}
	return err
}
