package segment

import (
	"slices"

	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/schemas"
)

// ahead is how far ahead an entry looks for its end.
const ahead = 3650 * schemas.Day

// A profile's next wake-up is looked for in so many steps; what is reached then is taken, and looked on from there.
const wakeSteps = 256

// ends is when a membership just begun will end by itself, if within the time that is looked ahead; next is when its
// segment changes next, if sure.
func (o *Operator) ends(s *planned, now, next schemas.Instant, sure bool) schemas.Instant {
	switch {
	case !sure:
		return o.lookAhead(s, now)
	case next > now.Add(ahead):
		return schemas.Never
	}
	return next
}

// lookAhead is the first instant after n, within the time that is looked ahead, at which the membership is another one
// if no event comes.
func (o *Operator) lookAhead(s *planned, n schemas.Instant) schemas.Instant {
	at, _ := o.next(s, n, o.single(s, n), n.Add(ahead), 1<<20)
	return at
}

// next is the first instant after n at which the membership is another one if no event comes: Never, also if that is
// later than limit. was is the truth at n of a condition of a single leaf. After so many steps it gives the instant
// reached, and is not sure.
func (o *Operator) next(s *planned, n schemas.Instant, was expr.Truth, limit schemas.Instant, steps int) (at schemas.Instant, sure bool) {
	if s.Session != nil {
		return o.afterSession(s, n, limit), true
	}
	if s.single == nil {
		return o.simulate(s, n, limit, steps)
	}
	if !o.granted(s, n) {
		return schemas.Never, true
	}
	for range steps {
		n = o.eval.NextFlip(s.single, n, was)
		if n > limit || n == schemas.Never {
			return schemas.Never, true
		}
		now := o.eval.Truth(s.single, n)
		if (now == expr.True) != (was == expr.True) {
			return n, true
		}
		was = now
	}
	return n, false
}

// afterSession is when the open session ends, if the membership is another one then.
func (o *Operator) afterSession(s *planned, n, limit schemas.Instant) schemas.Instant {
	at := o.at.View.NextChange(s.Session, n)
	member := o.isMember(s.closure[0])
	if at > limit || at == schemas.Never || o.decide(s, member, at) == member {
		return schemas.Never
	}
	return at
}

// simulate steps through the time to come, from flip to flip of the leaves of a segment and of those it rests on.
func (o *Operator) simulate(s *planned, n, limit schemas.Instant, steps int) (at schemas.Instant, sure bool) {
	o.n = n
	if !o.granted(s, n) {
		return schemas.Never, true // as it is no member, and consent comes with an event
	}
	if len(s.closure) == 1 && o.rule(s, o.isMember(s.closure[0]), o.unlessMoving, n).Decided() {
		return schemas.Never, true
	}
	o.flips = o.flips[:0]
	moving := false
	for _, leaf := range s.leaves {
		flip := o.leafFlip(leaf, n)
		o.flips = append(o.flips, flip)
		moving = moving || flip != schemas.Never
	}
	if !moving || o.settled(s, n) {
		return schemas.Never, true
	}
	for _, i := range s.closure {
		o.members[i] = o.isMember(i)
	}
	target := s.closure[len(s.closure)-1]
	was := o.members[target]
	o.future = true
	defer func() { o.future = false }()
	other := n // when something else than the calendar flipped last
	for range steps {
		at := slices.Min(o.flips)
		if at > limit || at == schemas.Never {
			return schemas.Never, true
		}
		if next := o.nextOther(s, n); next == schemas.Never && !s.until && at.Sub(other) > expr.CalendarCycle {
			return schemas.Never, true // the local time has shown all that it can
		} else if next <= at {
			other = at
		}
		for _, i := range s.closure {
			o.members[i] = o.decide(&o.segments[i], o.members[i], at)
		}
		if o.members[target] != was {
			return at, true
		}
		for i, leaf := range s.leaves {
			if o.flips[i] == at {
				o.flips[i] = o.leafFlip(leaf, at)
			}
		}
		n = at
	}
	return n, false
}

func (o *Operator) leafFlip(leaf int, n schemas.Instant) schemas.Instant {
	l := o.plan.Leaves[leaf]
	if !l.Moves() {
		return schemas.Never
	}
	return o.eval.NextFlip(l, n, o.eval.Truth(l, n))
}

// nextOther is the next instant after n at which something else than the calendar may flip a leaf.
func (o *Operator) nextOther(s *planned, n schemas.Instant) schemas.Instant {
	next := schemas.Never
	for i, leaf := range s.leaves {
		if l := o.plan.Leaves[leaf]; !l.Calendar() {
			next = min(next, o.flips[i])
		} else if o.flips[i] != schemas.Never {
			next = min(next, o.eval.NextOther(l, n))
		}
	}
	return next
}

// settled is whether no leaf that may flip can change the membership, whatever the others become: of the segments it rests on
// those that are settled themselves stay as they are.
func (o *Operator) settled(s *planned, n schemas.Instant) bool {
	for _, i := range s.closure {
		member := o.isMember(i)
		truth := o.rule(&o.segments[i], member, func(leaf int) expr.Truth {
			if o.flips[slices.Index(s.leaves, leaf)] != schemas.Never || slices.ContainsFunc(o.names[leaf], func(j int) bool { return o.restless[j] }) {
				return expr.Unknown
			}
			return o.eval.Truth(o.plan.Leaves[leaf], n)
		}, n)
		o.restless[i] = !truth.Decided() || (truth == expr.True) != member
	}
	return !o.restless[s.closure[len(s.closure)-1]]
}
