package simulate

import (
	"context"
	"testing"
	"time"

	"github.com/ebbstream/ebb/pipeline/live"
)

// TestPrompt: where a source has nothing the others need not wait after a start for the next time that somebody asks where the
// sources end, which is a second after the last.
func TestPrompt(t *testing.T) {
	e := newEngine(t, "clicks", "orders")
	for seed := range uint64(20) {
		var restored, committed time.Duration // after the start
		bubble(t, func(t *testing.T) { restored, committed = firstCommit(t, e.begin(), seed) })
		switch {
		case restored > 600*time.Millisecond:
			continue // the network was slow: a second may be over
		case committed > 950*time.Millisecond:
			t.Errorf("restored after %v, and all is folded after %v", restored, committed)
		}
		return
	}
	t.Error("no start was quick")
}

const some = 20 // records

// firstCommit starts a member where one source has something, and the other nothing. It tells when the last task was restored,
// and when the commit began after which all was folded.
func firstCommit(t *testing.T, w work, seed uint64) (restored, committed time.Duration) {
	s, end := newSimulation(t, seed, w)
	defer end()
	for range some {
		if err := s.client.ProduceSync(context.Background(), w.record(s, []string{"clicks"})).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	began, all, folded, c := time.Now(), make(chan struct{}), 0, s.config
	c.Instance, c.Tell = "m0", func(e live.Event) {
		switch e := e.(type) {
		case live.Restored:
			restored = time.Since(began)
		case live.Committed:
			if folded += e.Records; folded >= some && committed == 0 {
				committed = time.Since(began) - e.Took
				close(all)
			}
		}
	}
	m := s.machine(c, newMemory(), fault{})
	<-all
	m.stop()
	<-m.ended
	return restored, committed
}
