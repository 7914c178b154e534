package action

import (
	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/schemas"
)

// zone is the profile's time zone, in which the quiet hours of the group are meant.
func (o *Operator) zone(g *group) *expr.Zone {
	return expr.ZoneOf(o.at.View.Value(g.actions[0].Zone, o.at.View.Profile.Now))
}

// is whether a local time of day is quiet.
func (q *Quiet) is(t schemas.Duration) bool {
	from, to := schemas.Duration(q.From), schemas.Duration(q.To)
	if from > to {
		return t >= from || t < to
	}
	return from <= t && t < to
}

// next is the first instant at or after n that is not quiet. The hours of a day may be left out or come twice: so it goes
// from one change of the offset from UTC to the next.
func (q *Quiet) next(zone *expr.Zone, n schemas.Instant) schemas.Instant {
	for {
		t, until := zone.Clock(n)
		if !q.is(t) {
			return n
		}
		end := n.Add((schemas.Duration(q.To) - t + schemas.Day) % schemas.Day)
		if end < until {
			return end
		}
		n = until
	}
}
