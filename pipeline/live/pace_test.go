package live

import (
	"testing"
	"time"
)

// TestPace: a turn of cheap records becomes longer while there are more of them, and one of dear records shorter, until it takes some
// tenths of a second.
func TestPace(t *testing.T) {
	for _, record := range []struct {
		takes time.Duration // one of each task
		most  time.Duration // a turn in the end
		least int           // records in it
	}{{time.Microsecond, 100 * time.Millisecond, mostPace}, {16 * time.Microsecond, longTurn, 10_000}, {time.Millisecond, longTurn, leastPace}, {10 * time.Millisecond, 5 * time.Second, leastPace}} {
		p := pace(firstPace)
		for range 50 {
			p = p.next(time.Duration(p)*record.takes, true)
		}
		if took := time.Duration(p) * record.takes; took > record.most || int(p) < record.least {
			t.Errorf("with records of %v a turn has %d, and takes %v", record.takes, p, took)
		}
	}
	if p := pace(firstPace).next(0, false); p != firstPace {
		t.Errorf("a turn that did all there was makes the next one longer: %d", p)
	}
}

// TestCollects: what came first is committed when the interval is over, but never with less than half of an interval's records.
func TestCollects(t *testing.T) {
	for _, test := range []struct{ interval, took, collects time.Duration }{{100, 0, 100}, {100, 10, 90}, {20, 9, 11}, {20, 11, 10}, {100, 5000, 50}, {1, 1, 1}} {
		if is := collects(test.interval, test.took); is != test.collects {
			t.Errorf("of an interval of %d after a commit of %d it collects for %d, not %d", test.interval, test.took, is, test.collects)
		}
	}
}
