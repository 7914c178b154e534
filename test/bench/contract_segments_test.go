package bench

import (
	"math/bits"

	"github.com/ebbstream/ebb/operators"
	"github.com/ebbstream/ebb/schemas"
)

// The segments, by name: the order in which they are judged.
const (
	abandoner uint8 = 1 << iota
	fan
	engaged
	highValue
	buyer

	timed = abandoner | fan | buyer // those that time ends
)

var segmentNames = [5]string{"cart_abandoner", "category_fan", "engaged", "high_value", "recent_buyer"}

const buyerWindow = schemas.Instant(90 * schemas.Day)

// browsing are the segments that the sessions decide.
func (p *shopper) browsing() (in uint8) {
	if s := &p.last; s.counts[addToCart] > 0 && s.counts[purchase] == 0 && p.now <= s.end+gap {
		in = abandoner
	}
	n := int(p.ended) + len(p.earlier)
	if p.last.events > 0 {
		n++
	}
	if n >= 3 {
		in |= engaged
	}
	return in
}

// buying are the segments that the purchases decide.
func (p *shopper) buying() (in uint8) {
	if p.total.value() >= 500 {
		in = highValue
	}
	if p.bought != schemas.Earliest && p.bought > p.now-buyerWindow {
		in |= buyer
	}
	return in
}

// advance lets the timers fire that are due at or before an instant, each at its own, all of one instant together.
func (c *contract) advance(p *shopper, to schemas.Instant, emit operators.Emit) {
	for !c.off.timers {
		due := schemas.Never
		if p.member&abandoner != 0 {
			due = p.last.end + gap + 1
		}
		if p.member&buyer != 0 {
			due = min(due, p.bought+buyerWindow)
		}
		if p.member&fan != 0 && p.fanUntil <= min(due, to) {
			c.findBest(p)
			p.fanUntil = c.best.ends(p.now) // later than it was, if there were events since
			due = min(due, p.fanUntil)
		}
		if due > to || due == schemas.Never {
			return
		}
		p.now = max(p.now, due)
		want := p.member &^ (abandoner | buyer)
		want |= p.member & (p.browsing() | p.buying())
		if p.member&fan != 0 && p.fanUntil <= due {
			want &^= fan
		}
		c.change(p, want, schemas.CauseTimer, nil, emit)
	}
}

// change makes the profile a member of the segments it is to be in, and tells of it.
func (c *contract) change(p *shopper, want uint8, cause string, e *schemas.Event, emit operators.Emit) {
	for diff := p.member ^ want; diff != 0; diff &= diff - 1 {
		i := bits.TrailingZeros8(diff)
		segment := diff & -diff
		p.seq[i]++
		if c.off.messages {
			if p.entered[i] = p.now; want&segment != 0 {
				c.endOf(p, segment) // the timers need it
			}
			emit(nil)
			continue
		}
		m := &struct {
			schemas.SegmentChange
			evidence [1]schemas.Evidence
			cause    schemas.Cause
		}{}
		m.Profile, m.Segment, m.Definition, m.Epoch, m.Seq = p.id, segmentNames[i], c.definitions[i], p.epoch, p.seq[i]
		m.Cause, m.Time, m.ExpiresAt = cause, p.now, schemas.Never
		if e != nil {
			m.cause = schemas.Cause{ID: e.ID, Source: e.Source, Origin: e.Origin}
			m.CausedBy = &m.cause
		}
		if want&segment != 0 {
			m.Entered, p.entered[i] = true, p.now
			if !c.off.timers {
				m.ExpiresAt = c.endOf(p, segment)
			}
		}
		m.EnteredAt = p.entered[i]
		if cause != schemas.CauseErasure && !c.off.evidence {
			if segment == abandoner {
				m.Evidence = abandoned(&p.last, p.now, m.Entered)
			} else {
				m.evidence[0] = c.evidence(p, segment, m.Entered)
				m.Evidence = m.evidence[:]
			}
		}
		emit(&m.SegmentChange)
	}
	p.member = want
}

// endOf is when a membership that has just begun ends, if no event comes.
func (c *contract) endOf(p *shopper, segment uint8) schemas.Instant {
	switch segment {
	case abandoner:
		return p.last.end + gap + 1
	case fan:
		p.fanUntil = c.best.ends(p.now)
		return p.fanUntil
	case buyer:
		return p.bought + buyerWindow
	}
	return schemas.Never
}

// evidence is the one leaf of a segment's condition.
func (c *contract) evidence(p *shopper, segment uint8, entered bool) schemas.Evidence {
	switch segment {
	case fan:
		return schemas.Evidence{Expr: `interest_max("category")`, Op: ">=", Threshold: schemas.DoubleValue(fanFrom), Value: schemas.DoubleValue(c.best.worth(p.now))}
	case engaged:
		n := int64(p.ended) + int64(len(p.earlier))
		if p.last.events > 0 {
			n++
		}
		return schemas.Evidence{Expr: "sessions()", Op: ">=", Threshold: schemas.IntValue(3), Value: schemas.IntValue(n)}
	case highValue:
		return schemas.Evidence{Expr: `sum("purchase", "amount")`, Op: ">=", Threshold: schemas.DoubleValue(500), Value: schemas.DoubleValue(p.total.value())}
	}
	n := c.bought
	if !entered {
		n = 0
	}
	return schemas.Evidence{Expr: `count("purchase", "90d")`, Op: ">=", Threshold: schemas.IntValue(1), Value: schemas.IntValue(n)}
}

// abandoned are those of the two leaves of its condition whose flip alone would undo the change, else the true ones:
// having left with neither true there is none.
func abandoned(s *session, now schemas.Instant, entered bool) []schemas.Evidence {
	carts, purchases := int64(s.counts[addToCart]), int64(s.counts[purchase])
	if now > s.end+gap {
		carts, purchases = 0, 0
	}
	var all []schemas.Evidence
	if purchases == 0 {
		all = append(make([]schemas.Evidence, 0, 2), schemas.Evidence{Expr: `session.count("add_to_cart")`, Op: ">", Threshold: schemas.IntValue(0), Value: schemas.IntValue(carts)})
	}
	if carts > 0 {
		all = append(all, schemas.Evidence{Expr: `session.count("purchase")`, Op: "==", Threshold: schemas.IntValue(0), Value: schemas.IntValue(purchases)})
	}
	return all
}
