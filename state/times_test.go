package state_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// TestTimes: in whatever order many times come, the kept ones are the latest, and what they answer is what counting them
// one by one gives.
func TestTimes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := &state.Times{Window: schemas.Duration(rapid.IntRange(1, 120).Draw(t, "window")), Keep: rapid.IntRange(1, 60).Draw(t, "keep")}
		var all []schemas.Instant
		now := schemas.Earliest
		for range rapid.IntRange(1, 90).Draw(t, "times") {
			at := schemas.Instant(rapid.IntRange(0, 100).Draw(t, "at"))
			all, now = append(all, at), max(now, at)
			c.Add(at, now)
		}
		slices.Sort(all)
		n := now + schemas.Instant(rapid.IntRange(0, 130).Draw(t, "later"))
		w := schemas.Duration(rapid.IntRange(1, int(c.Window)).Draw(t, "asked"))
		count, next := 0, schemas.Never
		for _, at := range all[max(0, len(all)-c.Keep):] {
			if n.Add(-w) < at {
				count++
				next = min(next, at.Add(w))
			}
		}
		if got := c.Count(n, w); got != count {
			t.Fatalf("%v in (%d - %d, %d]: %d, not %d", all, n, w, n, got, count)
		}
		if got := c.NextLeaving(n, w); got != next {
			t.Fatalf("%v, the next leaves at %d, not at %d", all, got, next)
		}
	})
}

// TestLimits: beyond its limit a cell forgets the oldest or the weakest, says so, and keeps to the limit.
func TestLimits(t *testing.T) {
	numbers := &state.Numbers{Window: 1000, Keep: 3}
	seen := &state.Distinct{Keep: 2}
	liked := state.NewAffinity(10, 2)
	waiting := &state.Pending{Keep: 2}
	follow := state.NewFollow(2)
	everything := state.Edge{Now: schemas.Earliest, Horizon: schemas.Earliest}
	for i, name := range []string{"a", "b", "c", "d"} {
		at := schemas.Instant(i)
		v := schemas.StringValue(name)
		for cell, limited := range map[string]bool{
			"numbers": numbers.Add(at, float64(i), at) != (i >= 3),
			"values":  seen.Add(at, name, at) != (i >= 2),
			"liked":   liked.Add(at, name, float64(10-i)) != (i >= 2),
			"waiting": waiting.Tell(at, v, true, everything) != (i >= 2),
			"follow":  follow.AddB(at, schemas.Earliest) != (i >= 2),
		} {
			if limited {
				t.Errorf("%s: entry %d", cell, i+1)
			}
		}
	}
	if got := text(numbers.At, seen.Count(3), seen.At["d"], liked.Top(9), json(schemas.ListValue(waiting.Values(3, 0)))); got !=
		`[[{Time:1970-01-01T00:00:00.001Z Value:1} {Time:1970-01-01T00:00:00.002Z Value:2} {Time:1970-01-01T00:00:00.003Z Value:3}] 2 1970-01-01T00:00:00.003Z [a b] ["d","c"]]` {
		t.Error(got)
	}
}
