package simulate

import (
	"flag"
	"testing"
	"time"

	"go.uber.org/goleak"
)

var (
	seeds = flag.Int("seeds", 20, "how many histories each simulation tries")
	seed  = flag.Uint64("seed", 0, "the one history to try; 0: as many as -seeds says")
	begin = flag.Uint64("first", 0, "the first of those; 0: a new beginning each time")
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestSimulateCounter: every record is counted once.
func TestSimulateCounter(t *testing.T) {
	try(t, func() work { return &counting{} })
}

// TestSimulateEngine: what comes out of the whole fold is, of each profile, what one pass over its events gives.
func TestSimulateEngine(t *testing.T) {
	e := newEngine(t, "clicks", "orders")
	try(t, func() work { return e.begin() })
}

// TestSimulateEngineLoose: the same where a source is not keyed by profile, with fewer partitions than there are tasks, as many or
// more: each of its events comes once by way of ebb's own topic.
func TestSimulateEngineLoose(t *testing.T) {
	e := newEngine(t, "clicks", "orders", "visits")
	try(t, func() work { return e.begin() })
}

// TestSimulateCounterAtLeastOnce: every record comes out, perhaps more than once, and is counted once.
func TestSimulateCounterAtLeastOnce(t *testing.T) {
	try(t, func() work { return &counting{atLeast: true} }, "shop.counts")
}

// TestSimulateEngineAtLeastOnce: without what came once more, all is as if it came once.
func TestSimulateEngineAtLeastOnce(t *testing.T) {
	e := newEngine(t, "clicks", "orders")
	try(t, func() work { return e.begin() }, "shop.segment-changes", "shop.sessions", "shop.late")
}

func try(t *testing.T, work func() work, atOnce ...string) {
	n, first := *seeds, *begin
	if *seed != 0 {
		n, first = 1, *seed
	} else if first == 0 {
		first = uint64(time.Now().UnixNano())
	}
	t.Logf("%d seeds from %d", n, first)
	for i := range uint64(n) {
		bubble(t, func(t *testing.T) { simulate(t, first+i, work(), atOnce) })
		if t.Failed() {
			return
		}
	}
}
