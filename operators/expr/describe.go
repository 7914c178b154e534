package expr

import (
	"maps"
	"math"
	"slices"

	"github.com/ebbstream/ebb/schemas"
)

// Motion is one thing that time does to a condition, and how often at most it changes the condition of one profile: so
// often a day whatever happens, or so often an event that touches it.
type Motion struct {
	What    string // such as "leaves a window 90d"
	ADay    float64
	AnEvent float64
}

// Paces are what the rest of the configuration says of time.
type Paces struct {
	ContextTTL schemas.Duration
	SessionGap schemas.Duration
}

// Reads are the calls in a leaf, outside filters.
func (l *Leaf) Reads() []*Call { return l.calls }

// Reads are all calls behind a segment: its own, and those of the segments it names.
func (p *Plan) Reads(s *PlannedSegment) []*Call { return p.behind(s.Calls) }

// FeatureReads are all calls behind a feature.
func (p *Plan) FeatureReads(f *Feature) []*Call { return p.behind(f.calls) }

func (p *Plan) behind(calls []*Call) []*Call {
	var all []*Call
	var add func(calls []*Call)
	add = func(calls []*Call) {
		for _, c := range calls {
			if slices.Contains(all, c) {
				continue
			}
			all = append(all, c)
			if c.Func == FuncInSegment {
				add(p.Segments[c.Segment].Calls)
			}
		}
	}
	add(calls)
	return all
}

// Touching are the types of the events that can change the value of one of the calls, ascending; "*" is every type that
// is not reserved.
func (p *Plan) Touching(calls []*Call) []string {
	types := map[string]bool{}
	for _, c := range calls {
		switch c.Func {
		case FuncSessions, FuncSessionActive, FuncSessionEvents, FuncSessionStart, FuncSessionSeconds, FuncSessionCount, FuncSessionFirst:
			types["*"] = true // any event prolongs a session
		case FuncTrait, FuncLocalHour, FuncLocalWeekday:
			types[schemas.TypeTraits] = true
		case FuncContext:
			types[schemas.TypeContext] = true
		case FuncConsent:
			types[schemas.TypeConsent] = true
		}
		if c.Aggregate < 0 {
			continue
		}
		a := p.Aggregates[c.Aggregate]
		for typ := range a.Weights {
			types[typ] = true
		}
		if a.Then != "" {
			types[a.Then] = true
		}
	}
	return slices.Sorted(maps.Keys(types))
}

// Motions are what time does to a segment, and to those it names; none if only events change it. Each leaf is counted
// by itself, so their sum is a bound, not a forecast; but what the local time does is tried out hour by hour.
func (p *Plan) Motions(s *PlannedSegment, paces Paces) []Motion {
	var all []Motion
	for _, l := range p.leavesOf(s) {
		for _, m := range l.motions(p, paces) {
			if i := slices.IndexFunc(all, func(o Motion) bool { return o.What == m.What }); i < 0 {
				all = append(all, m)
			} else if m.What != sessionEnd { // a session ends for all leaves at once
				all[i].ADay += m.ADay
				all[i].AnEvent += m.AnEvent
			}
		}
	}
	all = append(all, p.calendar(s)...)
	for _, need := range s.Needs {
		for _, m := range p.Motions(p.Segments[need], paces) {
			if i := slices.IndexFunc(all, func(o Motion) bool { return o.What == m.What }); i < 0 {
				all = append(all, m)
			} else {
				all[i].ADay += m.ADay
				all[i].AnEvent += m.AnEvent
			}
		}
	}
	return all
}

func (p *Plan) leavesOf(s *PlannedSegment) []*Leaf {
	var leaves []*Leaf
	for _, c := range []*Condition{s.When, s.Until} {
		if c == nil {
			continue
		}
		for _, i := range c.Leaves {
			if l := p.Leaves[i]; !slices.Contains(leaves, l) {
				leaves = append(leaves, l)
			}
		}
	}
	return leaves
}

const (
	sessionEnd = "session end"
	hourOfDay  = "hour of the day"
	dayOfWeek  = "day of the week"
)

// perDay is how often a day something happens that never happens twice within d.
func perDay(d schemas.Duration) float64 { return float64(schemas.Day) / float64(max(d, 1)) }

// motions are what time does to one leaf, but for the local time.
func (l *Leaf) motions(p *Plan, paces Paces) []Motion {
	var all []Motion
	seen := map[*Call]bool{}
	var visit func(n node)
	visit = func(n node) {
		switch n := n.(type) {
		case *compareNode:
			if n.solved() {
				if m, moves := n.motion(p, l); moves {
					all = append(all, m)
				}
				return
			}
		case callNode:
			if m, moves := n.call.motions(l, paces); moves && !seen[n.call] {
				seen[n.call] = true
				all = append(all, m)
			}
		}
		for _, part := range n.parts() {
			visit(part)
		}
	}
	visit(l.node)
	return all
}

// motions is what time does to a call that moves in steps.
func (c *Call) motions(l *Leaf, paces Paces) (Motion, bool) {
	switch c.Func {
	case FuncCount, FuncSum, FuncAvg, FuncMin, FuncMax, FuncDistinct, FuncPending, FuncSessions:
		if c.Window == 0 {
			break
		}
		m := Motion{What: "leaves a window " + c.Window.String(), AnEvent: 1} // each event leaves once
		if c.Func == FuncSessions {
			m.ADay, m.AnEvent = perDay(paces.SessionGap), 0 // their starts are further apart than the gap
		}
		if (c.Func == FuncCount || c.Func == FuncSessions) && l.anyAtAll(c) {
			m.ADay, m.AnEvent = perDay(c.Window), 0 // only the last one's leaving counts
		}
		return m, true
	case FuncNotFollowedBy: // a newer a before the deadline starts the time anew
		return Motion{What: "deadline " + c.Within.String(), ADay: perDay(c.Within)}, true
	case FuncContext:
		return Motion{What: "context stale " + paces.ContextTTL.String(), ADay: perDay(paces.ContextTTL)}, true
	case FuncSessionActive, FuncSessionEvents, FuncSessionStart, FuncSessionSeconds, FuncSessionCount, FuncSessionFirst:
		return Motion{What: sessionEnd, ADay: perDay(paces.SessionGap)}, true
	}
	return Motion{}, false
}

// anyAtAll is whether the leaf asks of a count only whether it is 0.
func (l *Leaf) anyAtAll(c *Call) bool {
	cmp, ok := l.node.(*compareNode)
	if !ok || l.Op == "" || l.value != (callNode{c}) || cmp.a != l.value && cmp.b != l.value {
		return false
	}
	n, isNumber := l.Threshold.Number()
	switch l.Op {
	case ">", "<=", "==", "!=":
		return isNumber && n >= 0 && n < 1 && (n == 0 || l.Op == ">" || l.Op == "<=")
	}
	return isNumber && n > 0 && n <= 1 // >= and <
}

// motion is what time does to a comparison whose flip is solved for.
func (n *compareNode) motion(p *Plan, l *Leaf) (Motion, bool) {
	flips := 1.0
	if n.op == equal || n.op == notEqual {
		flips = 2 // on, and off again
	}
	switch n.moves {
	case linear:
		if n.slope == 0 {
			return Motion{}, false
		}
		if single, ok := l.value.(callNode); ok && l.node == node(n) && single.call.Func.motion() == linear && l.Threshold.Kind() == schemas.Span {
			d := l.Threshold.Span()
			m := Motion{What: "time since reaches " + d.String(), AnEvent: flips}
			if d > 0 { // an event before that starts the time anew
				m.ADay, m.AnEvent = flips*perDay(d), 0
			}
			return m, true
		}
		return Motion{What: "time since", AnEvent: flips}, true
	case exponential:
		halfLives := map[schemas.Duration]bool{}
		for _, t := range n.fading {
			halfLives[t.call.HalfLife] = true
		}
		m := Motion{What: "decay crossing", AnEvent: flips * float64(len(halfLives))} // a sum of n exponentials crosses so often at most
		if len(halfLives) == 1 && n.againstZero() {
			return Motion{}, false // it keeps its sign
		}
		if d, bounded := l.cycle(p, n); bounded {
			m.ADay, m.AnEvent = flips*perDay(d), 0
		}
		return m, true
	}
	what := "prediction crossing"
	if single, ok := l.value.(callNode); ok && l.node == node(n) {
		what = map[Func]string{FuncPAlive: "p_alive crossing", FuncExpected: "expected crossing", FuncValue: "value crossing"}[single.call.Func]
	}
	return Motion{What: what, AnEvent: flips}, true
}

// againstZero is whether a sum of exponentials is compared with 0.
func (n *compareNode) againstZero() bool {
	for _, t := range n.rest {
		zero := len(t.times) == 1 && len(t.over) == 0
		if zero {
			lit, ok := t.times[0].(literalNode)
			v, isNumber := lit.value.Number()
			zero = ok && isNumber && v == 0
		}
		if !zero {
			return false
		}
	}
	return true
}

// cycle is the least time between two crossings of a single decayed sum downwards: it fades from the threshold, and an
// event of at least the least weight lifts it above. ok is false if there is no such weight.
func (l *Leaf) cycle(p *Plan, n *compareNode) (schemas.Duration, bool) {
	single, isCall := l.value.(callNode)
	threshold, isNumber := l.Threshold.Number()
	if !isCall || l.node != node(n) || !isNumber || threshold <= 0 {
		return 0, false
	}
	c := single.call
	if c.Func == FuncInterestMax || c.Func == FuncDecayed && c.Field >= 0 {
		return 0, false
	}
	least := math.Inf(1)
	for _, w := range p.Aggregates[c.Aggregate].Weights {
		if w < 0 {
			return 0, false
		}
		if w > 0 {
			least = min(least, w)
		}
	}
	return schemas.Duration(float64(c.HalfLife) * math.Log2(1+least/threshold)), true
}
