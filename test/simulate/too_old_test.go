package simulate

import (
	"testing"
	"time"

	"github.com/ebbstream/ebb/pipeline/live"
)

// TestTooOld: a member that comes back goes on from the state that it kept, but not from one that others have left behind by so long
// that a compacted changelog need not say any more what was deleted meanwhile.
func TestTooOld(t *testing.T) {
	for _, test := range []struct {
		away time.Duration
		anew bool
	}{{10 * time.Hour, false}, {14 * time.Hour, true}} {
		bubble(t, func(t *testing.T) {
			s, end := newSimulation(t, 1, counting{})
			defer end()
			var told []live.Restored
			c, kept := s.config, newMemory()
			c.Instance = "kept"
			c.Tell = func(e live.Event) {
				if e, is := e.(live.Restored); is {
					told = append(told, e)
				}
			}
			work := func(store *memory) {
				m := s.machine(c, store, fault{})
				s.produce(c.Sources)
				time.Sleep(5 * time.Second)
				m.stop()
				<-m.ended
			}
			work(kept)
			work(newMemory()) // what others do
			time.Sleep(test.away)
			told = nil
			work(kept)
			anew := 0
			for _, e := range told {
				if e.Anew {
					anew++
				}
			}
			if len(told) == 0 || test.anew && anew != len(told) || !test.anew && anew > 0 {
				t.Errorf("after %v %d of %d tasks are restored anew: %v", test.away, anew, len(told), told)
			}
			told = nil
			time.Sleep(test.away)
			work(kept)
			for _, e := range told {
				if e.Anew {
					t.Errorf("after %v of nothing: %v", test.away, e)
				}
			}
			s.settle()
			s.verify()
		})
	}
}
