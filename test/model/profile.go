package model

import "sort"

// profile is one subject: its events, its memberships, and the time of its last erasure.
type profile struct {
	*world
	id     string
	erased int64
	epoch  int

	life   bool // an event was applied since the last erasure
	clock  int64
	now    int64
	events []*applied
	member map[string]bool
	since  map[string]entry
	seq    map[string]int

	waiting   map[string]waiting // by group
	decisions []Decision
}

// entry is when a membership began; loose if that was the crossing of a decay.
type entry struct {
	at    int64
	loose bool
}

// cause is what an evaluation is due to.
type cause struct {
	name, id string
	loose    bool
}

func (p *profile) begin() {
	p.life, p.member, p.since, p.seq = true, map[string]bool{}, map[string]entry{}, map[string]int{}
	p.waiting, p.decisions = map[string]waiting{}, nil
}

// take applies one event in the order of arrival.
func (p *profile) take(e Event) {
	switch {
	case e.Time <= p.erased:
		p.lateRecord(e, "erased")
		return
	case p.life && e.Time < p.clock-p.cfg.Accept:
		p.lateRecord(e, "too_late")
		return
	case p.life && p.remembers(e):
		return
	}
	if p.life {
		p.fire(e.Time)
	}
	late := p.life && e.Time < p.clock-p.cfg.Lateness
	if late {
		p.lateRecord(e, "late")
	}
	if e.Type == typeErase {
		p.erase(e)
		return
	}
	why := cause{name: "event", id: e.ID}
	switch {
	case e.Type == typeConsent:
		why.name = "consent"
	case p.life && e.Time < p.now:
		why.name = "late_event"
	}
	if !p.life {
		p.begin()
		p.clock, p.now = e.Time, e.Time
	}
	p.clock, p.now = max(p.clock, e.Time), max(p.now, e.Time)
	a := &applied{Event: e, late: late}
	p.events = insert(p.events, a)
	p.evaluate(p.now, why, p.firedBy(a))
	p.publish(p.events, p.clock-p.cfg.Lateness)
}

// remembers tells a repetition: same source and id as an event applied and not older than clock - accept.
func (p *profile) remembers(e Event) bool {
	for _, a := range p.events {
		if a.ID == e.ID && a.source() == e.source() && a.Time >= p.clock-p.cfg.Accept {
			return true
		}
	}
	return false
}

func (p *profile) lateRecord(e Event, reason string) {
	p.out.Late = append(p.out.Late, Late{e.ID, p.id, e.Time, reason})
}

// erase forgets what is not later than the erasure. What is later, if the erasure comes out of order, is the new
// life: it is evaluated at once, at now, where the erasure took effect.
func (p *profile) erase(e Event) {
	if p.life {
		p.now = max(p.now, e.Time)
		for _, name := range p.names() {
			if p.member[name] {
				p.record(name, false, p.now, cause{name: "erasure", id: e.ID})
			}
		}
	}
	var past, kept []*applied
	for _, a := range p.events {
		if a.Time <= e.Time {
			past = append(past, a)
		} else {
			kept = append(kept, a)
		}
	}
	p.publish(past, e.Time)
	p.erased, p.events, p.life = e.Time, kept, false
	p.epoch++
	p.told["dropped"] += len(p.waiting)
	if len(kept) > 0 {
		p.begin()
		p.evaluate(p.now, cause{name: "late_event", id: e.ID}, nil)
	}
}

func (p *profile) names() []string {
	names := make([]string, len(p.plan.order))
	for i, s := range p.plan.order {
		names[i] = s.Name
	}
	return names
}

// publish puts out the sessions of the events that are over before an instant, each once.
func (p *profile) publish(events []*applied, before int64) {
	for _, c := range chains(events, p.cfg.Gap) {
		if c.end()+p.cfg.Gap >= before || c[0].published {
			continue
		}
		for _, e := range c {
			e.published = true
		}
		p.out.Sessions = append(p.out.Sessions, Ended{p.id, c.start(), c.end(), len(c), c.counts(), c[0].ID, c[len(c)-1].ID})
	}
}

// finish is the final instant: timers due fire, sessions over are published, the profile is written.
func (p *profile) finish(final int64) {
	if !p.life {
		return
	}
	p.fire(final)
	p.told["waiting at the end"] += len(p.waiting)
	p.publish(p.events, final)
	s := newScope(p.cfg, p.id, p.events, p.member)
	s.n = final
	out := Profile{ID: p.id, Time: final, Features: map[string]any{}, Traits: s.traits(), Consents: s.consents()}
	for _, f := range p.cfg.Features {
		v, err := f.Expr.eval(s)
		if err != nil {
			v = nil
		}
		out.Features[f.Name] = written(v)
	}
	for name, in := range p.member {
		if in {
			out.Memberships = append(out.Memberships, name)
		}
	}
	sort.Strings(out.Memberships)
	if c := s.open(); c != nil {
		out.Session = &Open{c.start(), c.end(), len(c), c.counts()}
	}
	out.FirstSeen, out.LastSeen = p.events[0].Time, p.events[len(p.events)-1].Time
	p.out.Profiles = append(p.out.Profiles, out)
}

// written is a value as the profile shows it: a duration in seconds, never as null, a timestamp in RFC 3339.
func written(v any) any {
	switch v := v.(type) {
	case span:
		if v == never {
			return nil
		}
		return float64(v) / 1000
	case instant:
		return formatTime(int64(v))
	}
	return v
}
