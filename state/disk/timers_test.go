package disk_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state/disk"
)

func due(t testing.TB, s *disk.Store, task int32, upTo schemas.Instant, most int) []disk.Timer {
	t.Helper()
	timers, err := s.Due(task, upTo, most)
	if err != nil {
		t.Fatal(err)
	}
	return timers
}

func TestTimersComeInOrder(t *testing.T) {
	s := open(t, disk.Options{FS: vfs.NewMem()})
	want := []disk.Timer{
		{At: schemas.Earliest, ID: "z"},
		{At: -256, ID: "y"},
		{At: -1, ID: "x"},
		{At: 0, ID: "\xff"},
		{At: 1, ID: "a"},
		{At: 1, ID: "a\x00"},
		{At: 1, ID: "b"},
		{At: 255, ID: "w"},
		{At: 256, ID: "v"},
		{At: math.MaxInt64 - 1, ID: "u"},
	}
	commit(t, s, func(b *disk.Batch) {
		for i := range want {
			timer := want[(i*7)%len(want)]
			b.PutProfile(1, timer.ID, nil, never, timer.At)
			b.PutProfile(0, timer.ID, nil, never, 0)
			b.PutProfile(2, timer.ID, nil, never, 0)
		}
	})
	if got := due(t, s, 1, never, 100); !slices.Equal(got, want) {
		t.Errorf("all: %v, want %v", got, want)
	}
	for n := range len(want) + 1 {
		if got := due(t, s, 1, never, n); !slices.Equal(got, want[:n]) {
			t.Errorf("the first %d: %v, want %v", n, got, want[:n])
		}
	}
	for n, timer := range want {
		upTo := want[:n+1]
		for n++; n < len(want) && want[n].At == timer.At; n++ {
			upTo = want[:n+1]
		}
		if got := due(t, s, 1, timer.At, 100); !slices.Equal(got, upTo) {
			t.Errorf("up to %d: %v, want %v", timer.At, got, upTo)
		}
	}
}

func TestAProfileHasOneTimer(t *testing.T) {
	s := open(t, disk.Options{FS: vfs.NewMem()})
	wake := never
	for _, next := range []schemas.Instant{5, 5, -3, never, never, 8, 2} {
		commit(t, s, func(b *disk.Batch) { b.PutProfile(0, "u", []byte("v"), wake, next) })
		wake = next
		var want []disk.Timer
		if next != never {
			want = []disk.Timer{{At: next, ID: "u"}}
		}
		if got := due(t, s, 0, never, 10); !slices.Equal(got, want) {
			t.Errorf("after a Put with wake-up %v the timers are %v", next, got)
		}
	}
	commit(t, s, func(b *disk.Batch) { b.DeleteProfile(0, "u", wake) })
	if got := due(t, s, 0, never, 10); len(got) != 0 || profile(t, s, 0, "u") != "-" {
		t.Errorf("after a delete there are timers %v, and profile %q", got, profile(t, s, 0, "u"))
	}
}

// Many timers due at one instant are taken in batches, each once, whether the rows of the batches
// before are deleted already or not yet.
func TestTimersAreDrainedInBatches(t *testing.T) {
	const timers, most = 1000, 64
	for _, deleting := range []bool{false, true} {
		t.Run(fmt.Sprintf("deleting=%v", deleting), func(t *testing.T) {
			s := open(t, disk.Options{FS: vfs.NewMem()})
			commit(t, s, func(b *disk.Batch) {
				for i := range timers {
					b.PutProfile(0, fmt.Sprintf("u%03d", i), nil, never, schemas.Instant(i/500))
				}
			})
			var drained []disk.Timer
			after := disk.Timer{At: schemas.Earliest}
			for {
				batch, err := s.DueAfter(0, after, 1, most)
				if err != nil || len(batch) > most {
					t.Fatalf("%d timers, %v", len(batch), err)
				}
				if len(batch) == 0 {
					break
				}
				after = batch[len(batch)-1]
				drained = append(drained, batch...)
				if deleting {
					commit(t, s, func(b *disk.Batch) {
						for _, timer := range batch {
							b.DeleteProfile(0, timer.ID, timer.At)
						}
					})
				}
			}
			if len(drained) != timers || !slices.IsSortedFunc(drained, func(a, b disk.Timer) int {
				if a.At != b.At {
					return int(a.At - b.At)
				}
				return slices.Compare([]byte(a.ID), []byte(b.ID))
			}) {
				t.Errorf("%d timers were drained, of %d", len(drained), timers)
			}
		})
	}
}
