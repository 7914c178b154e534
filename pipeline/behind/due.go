package behind

import (
	"cmp"
	"slices"

	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/schemas"
)

// first is before all timers.
var first = partition.Timer{At: schemas.Earliest}

// before is a timer before all of an instant.
func before(at schemas.Instant) partition.Timer {
	return partition.Timer{At: max(at, schemas.Earliest+1) - 1}
}

// due takes timers of rows that wait, and from below those of other rows. What it has passed there it does not look at again: a
// timer that fired is below until the next write, and for long after it something is left that Pebble has to step over.
func (t *task) due(upTo schemas.Instant, most int) (timers []partition.Timer, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, l := range t.mu.layers {
		for j, at := range l.wakes {
			if at <= upTo && at != schemas.Never && !t.waits(i+1, l.rows[j].Key) {
				timers = append(timers, partition.Timer{At: at, Key: l.rows[j].Key})
			}
		}
	}
	after, passing := t.mu.after, true
	for found := 0; found < most && after.At <= upTo; {
		below, err := t.below.DueAfter(t.number, after, upTo, most)
		if err != nil {
			return nil, err
		}
		for _, timer := range below {
			after = timer
			if !t.waits(0, timer.Key) {
				timers, passing = append(timers, timer), false
				found++
			}
			if passing {
				t.mu.after = after
			}
		}
		if len(below) < most {
			if passing && upTo < schemas.Never {
				t.mu.after = partition.Timer{At: upTo + 1}
			}
			break
		}
	}
	slices.SortFunc(timers, func(a, b partition.Timer) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Key, b.Key)) })
	return timers[:min(most, len(timers))], nil
}

// waits is whether a layer from one on has a row.
func (t *task) waits(from int, key string) bool {
	for _, l := range t.mu.layers[from:] {
		if _, found := l.at[key]; found {
			return true
		}
	}
	return false
}
