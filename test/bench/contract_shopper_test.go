package bench

import (
	"slices"

	"github.com/ebbstream/ebb/operators"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// shopper is a profile. What every event needs comes first, in as few lines of the processor's cache as will do.
type shopper struct {
	erased     schemas.Instant // the latest erasure
	clock, now schemas.Instant
	alive      bool
	member     uint8 // the segments it is in, a bit each
	ended      uint32
	recent     memory
	last       session // the latest that can still change; no events: there is none
	interests  []interest
	fanUntil   schemas.Instant // of a fan: not before it
	bought     schemas.Instant // when last
	total      exact
	id         string
	epoch      int64
	seq        [5]int64
	entered    [5]schemas.Instant
	earlier    []session         // the other ones that can still change, ascending
	texts      map[uint64]string // the remembered ids that are no UUIDs, by their hash
}

func newShopper(id string) *shopper {
	return &shopper{id: id, erased: schemas.Earliest, bought: schemas.Earliest}
}

// erase forgets everything at or before an ebb.erase, as operators.Chain does. Events after it are the new life.
func (c *contract) erase(p *shopper, e *schemas.Event, watermark schemas.Instant, emit operators.Emit) {
	fresh := newShopper(p.id)
	fresh.epoch, fresh.erased = p.epoch+1, e.Time
	want := uint8(0)
	if p.alive {
		p.now = max(p.now, e.Time)
		c.over(p, max(e.Time, watermark), emit)
		c.change(p, 0, schemas.CauseErasure, e, emit)
		var later []remembered
		for _, r := range p.recent.all {
			if r.time > e.Time {
				later = append(later, r)
			}
		}
		slices.SortFunc(later, func(a, b remembered) int { return c.compare(p, &a.seen, a.time, &b.seen, b.time) })
		for i := range later {
			if later[i].text {
				fresh.keepText(later[i].hi, p.texts[later[i].hi])
			}
			c.apply(fresh, &later[i])
		}
		want = c.reborn(fresh, later, max(fresh.now, p.now), watermark)
	}
	*p = *fresh
	c.change(p, want, schemas.CauseLateEvent, e, emit)
}

// reborn brings a new life to where the former one was, whose sessions are published, and gives the segments it is in.
func (c *contract) reborn(p *shopper, events []remembered, now, watermark schemas.Instant) (want uint8) {
	if !p.alive {
		return 0
	}
	p.now = now
	c.over(p, max(p.clock-lateness, watermark), nil)
	c.bought = 0
	for i := range events {
		if events[i].typ == purchase && events[i].time > now-buyerWindow {
			c.bought++
		}
	}
	if want = p.browsing() | p.buying(); c.findBest(p) && c.best.worth(now) >= fanFrom {
		want |= fan
	}
	return want
}

// exact is an exact sum: the rounded one and what it lacks. What does not fit in two doubles, as of numbers that are
// not prices, is left to an expansion.
type exact struct {
	sum, rest float64
	wide      *state.Exact
}

func (s *exact) add(x float64) {
	if s.wide != nil {
		s.wide.Add(x)
		return
	}
	sum, e := twoSum(s.sum, x)
	rest, left := twoSum(s.rest, e)
	if left != 0 { // also where it is not a number
		s.wide = &state.Exact{}
		s.wide.Add(s.sum)
		s.wide.Add(s.rest)
		s.wide.Add(x)
		return
	}
	s.sum, s.rest = twoSum(sum, rest)
}

func (s *exact) value() float64 {
	if s.wide != nil {
		return s.wide.Value()
	}
	return s.sum
}

// twoSum is the rounded sum and what it lacks (Knuth).
func twoSum(a, b float64) (sum, rest float64) {
	sum = a + b
	back := sum - a
	return sum, (a - (sum - back)) + (b - back)
}
