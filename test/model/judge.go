package model

import (
	"maps"
	"time"
)

// judge evaluates segments at the scope's instant, those referenced first, and gives those that change; the
// memberships of the scope change with them.
func (p *profile) judge(s *scope, segments []*SegmentDef) (changed []*SegmentDef) {
	for _, d := range segments {
		granted := d.Purpose == "" || s.consent(d.Purpose) == "granted"
		in := granted
		switch {
		case d.Until == nil:
			in = in && s.holds(d.When)
		case s.member[d.Name]:
			in = in && !s.holds(d.Until)
		default:
			in = in && s.holds(d.When) && !s.holds(d.Until)
		}
		if in != s.member[d.Name] {
			s.member[d.Name] = in
			changed = append(changed, d)
		}
	}
	return changed
}

// evaluate judges every segment at n, records the changes, and decides on the actions they and the event set off.
func (p *profile) evaluate(n int64, why cause, fired []firing) {
	s := newScope(p.cfg, p.id, p.events, p.member)
	s.n = n
	for _, d := range p.judge(s, p.plan.order) {
		fired = append(fired, p.fired(p.record(d.Name, p.member[d.Name], n, why))...)
	}
	p.act(n, fired)
}

// fire lets time pass from now to an instant: whatever changes by itself on the way is recorded, and what is decided
// at it. A decision that comes to wait may be due before the next timer known: then it is looked for anew.
func (p *profile) fire(until int64) {
	for p.now < until {
		stop, anew := p.nextTimer(until), false
		s := newScope(p.cfg, p.id, p.events, p.member)
		p.pass(s, p.plan.order, p.now, stop, func(at move, changed []*SegmentDef) bool {
			p.now = at.at
			fired := p.timers(at.at)
			for _, d := range changed {
				fired = append(fired, p.fired(p.record(d.Name, p.member[d.Name], at.at, cause{name: "timer", loose: at.loose}))...)
			}
			p.act(at.at, fired)
			anew = p.nextTimer(stop) < stop
			return !anew
		})
		if !anew && p.now < stop {
			p.now = stop
			p.act(stop, p.timers(stop))
		}
	}
}

// record puts out a change, once its whole evaluation is over: an entry's end is looked for from there.
func (p *profile) record(name string, entered bool, n int64, why cause) Change {
	p.seq[name]++
	c := Change{Time: n, Profile: p.id, Segment: name, Entered: entered, Seq: p.seq[name], Epoch: p.epoch,
		Cause: why.name, CausedBy: why.id}
	c.Loose.Time = why.loose
	if entered {
		p.since[name] = entry{n, why.loose}
	}
	c.EnteredAt, c.Loose.EnteredAt = p.since[name].at, p.since[name].loose
	if entered {
		p.expire(&c)
	}
	p.out.Changes = append(p.out.Changes, c)
	return c
}

// expire finds the first instant at which the membership would end without any further event.
func (p *profile) expire(c *Change) {
	s := newScope(p.cfg, p.id, p.events, maps.Clone(p.member))
	p.pass(s, p.plan.needs[c.Segment], c.Time, c.Time+lookAhead, func(at move, _ []*SegmentDef) bool {
		if s.member[c.Segment] {
			return true
		}
		c.ExpiresAt, c.Loose.ExpiresAt = &at.at, at.loose
		return false
	})
}

// probe lets a test add instants of its own: none of them may show a change the others miss.
var probe func(*moves)

// pass goes through all instants after lo, up to hi, at which time alone may change one of the segments, and
// calls back with those that did, until it answers false.
func (p *profile) pass(s *scope, segments []*SegmentDef, lo, hi int64, then func(move, []*SegmentDef) bool) {
	if hi <= lo {
		return
	}
	s.n = lo
	m := moves{s: s, lo: lo, hi: hi}
	for _, d := range segments {
		m.collect(d.When)
		m.collect(d.Until)
	}
	if probe != nil {
		probe(&m)
	}
	list := m.sorted()
	zone := time.UTC
	if m.hours {
		zone = s.zone()
	}
	shown := map[[2]int]bool{} // the hours and weekdays seen since anything else moved
	for at := lo; ; {
		next := move{at: hi + 1}
		byHour := false
		if len(list) > 0 {
			next = list[0]
		}
		if m.hours && len(shown) < 24*7 {
			if h := nextHour(at, zone); h < next.at {
				next, byHour = move{at: h}, true
			}
		}
		if next.at > hi {
			return
		}
		at, s.n = next.at, next.at
		changed := p.judge(s, segments)
		if !byHour {
			list = list[1:]
		}
		if !byHour || len(changed) > 0 {
			clear(shown)
		}
		t := time.UnixMilli(at).In(zone)
		shown[[2]int{t.Hour(), int(t.Weekday())}] = true
		if len(changed) > 0 && !then(next, changed) {
			return
		}
	}
}
