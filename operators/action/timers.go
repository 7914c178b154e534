package action

import (
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// Due is the first instant after the profile's now at which a timer fires: a release, the end of the open session, or a
// multiple of a time since first_seen.
func (o *Operator) Due(p *state.Profile) schemas.Instant {
	due := schemas.Never
	if o.waiting >= 0 {
		if c, ok := p.Cells[o.first+o.waiting].(*state.Waiting); ok {
			due = c.Next()
		}
	}
	for _, w := range o.spans {
		due = min(due, nextMultiple(p, w))
	}
	if len(o.ended) > 0 {
		due = min(due, o.nextEnd(p))
	}
	return due
}

// nextMultiple is the first first_seen + k·w after now, k ≥ 1.
func nextMultiple(p *state.Profile, w schemas.Duration) schemas.Instant {
	return p.Now.Add(w - p.Now.Sub(p.First)%w)
}

// nextEnd is when the open session is empty first. Only the latest can be open: all others ended before the next began.
func (o *Operator) nextEnd(p *state.Profile) schemas.Instant {
	all := o.sessionsOf(p)
	if all == nil {
		return schemas.Never
	}
	s := all.Current(p.Now)
	if s == nil {
		return schemas.Never
	}
	return s.End.Add(all.Gap + 1)
}

// timers are the groups whose timer fires at now.
func (o *Operator) timers(p *state.Profile) {
	for _, g := range o.every {
		if since := p.Now.Sub(p.First); since > 0 && since%g.every == 0 {
			o.fire(g, schemas.Trigger{})
		}
	}
	if len(o.ended) == 0 {
		return
	}
	if all := o.sessionsOf(p); all != nil && len(all.Open) > 0 && all.Open[len(all.Open)-1].End.Add(all.Gap+1) == p.Now {
		for _, g := range o.ended {
			o.fire(g, schemas.Trigger{})
		}
	}
}
