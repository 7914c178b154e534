package model

import "slices"

// moment is what is known of a profile between two arrivals: the events of its life, and the span of instants, both
// ends included, at which something may be decided on them.
type moment struct {
	from, until int64
	events      []*applied
	life        int
}

// moments replays a case without its actions: for each profile, all that was known, in the order of arrival.
func moments(c Case) (all map[string][]*moment, final int64) {
	c.Config.Actions = nil
	all = map[string][]*moment{}
	open := map[string]*moment{}
	w := newWorld(c)
	w.watch = func(p *profile) {
		if m := open[p.id]; m != nil {
			m.until = p.now
		}
		delete(open, p.id)
		if p.life {
			open[p.id] = &moment{from: p.now, until: p.now, events: slices.Clone(p.events), life: p.epoch}
			all[p.id] = append(all[p.id], open[p.id])
		}
	}
	w.play(c)
	for _, m := range open {
		m.until = max(m.until, w.final)
	}
	return all, w.final
}

// at are the moments a decision at n may belong to: where two arrivals share a millisecond, more than one.
func at(list []*moment, n int64) []*moment {
	var found []*moment
	for _, m := range list {
		if m.from <= n && n <= m.until {
			found = append(found, m)
		}
	}
	return found
}

// life is the life all of the moments are of; one is false where it may be any of several.
func life(list []*moment) (life int, one bool) {
	for i, m := range list {
		if i > 0 && m.life != life {
			return 0, false
		}
		life = m.life
	}
	return life, len(list) > 0
}
