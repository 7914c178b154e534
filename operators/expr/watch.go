package expr

import (
	"cmp"
	"slices"
)

// Watch says which segments must be judged when a call was told something. With a thousand segments an event pays for
// the few it concerns: of all comparisons of one call with numbers only those between its value before and its value
// after have another truth.
type Watch struct {
	Readers []int // all segments that read the call
	Rest    []int // those that read it other than in a comparison with a number
	Eager   []int // those whose next change may come earlier though no comparison has another truth
	rungs   []Rung
}

// Rung is one threshold of a call, reached by a value >= at, or (above) > at.
type Rung struct {
	Segments []int // those with a comparison that changes here
	at       float64
	above    bool
}

// Compared is whether the call is compared with numbers.
func (w *Watch) Compared() bool { return len(w.rungs) > 0 }

// Below is whether no value up to x reaches a rung.
func (w *Watch) Below(x float64) bool { return len(w.rungs) > 0 && x < w.rungs[0].at }

// reached is how many rungs x has reached: they ascend.
func (w *Watch) reached(x float64) int {
	low, high := 0, len(w.rungs)
	for low < high {
		mid := (low + high) / 2
		if r := &w.rungs[mid]; x > r.at || x == r.at && !r.above {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low
}

// Crossed are the rungs between two values: those comparisons, and no others, have another truth.
func (w *Watch) Crossed(before, after float64) []Rung {
	if before == after {
		return nil
	}
	from, to := w.reached(before), w.reached(after)
	return w.rungs[min(from, to):max(from, to)]
}

// watch fills in Plan.Watches.
func (c *compiler) watch() {
	p := c.plan
	p.Watches = make([]Watch, len(p.Calls))
	for i, s := range p.Segments {
		if s.When == nil {
			continue // the configuration says that it is missing
		}
		direct := slices.Clone(s.When.Leaves)
		if s.Until != nil {
			direct = append(direct, s.Until.Leaves...)
		}
		for _, call := range s.Calls {
			w := &p.Watches[call.Index]
			w.Readers = append(w.Readers, i)
			if call == s.Purpose {
				w.Rest = append(w.Rest, i)
			}
		}
		for _, leaf := range direct {
			l := p.Leaves[leaf]
			for _, call := range l.calls {
				w := &p.Watches[call.Index]
				if l.onLadder() {
					w.compare(l.compare.op, l.compare.threshold, i)
				} else if !slices.Contains(w.Rest, i) {
					w.Rest = append(w.Rest, i)
				}
			}
		}
		s.Patient = p.patient(s, direct)
	}
	for i, s := range p.Segments {
		for _, call := range p.eagerCalls(s) {
			w := &p.Watches[call.Index]
			w.Eager = append(w.Eager, i)
		}
	}
	for i := range p.Watches {
		slices.SortFunc(p.Watches[i].rungs, func(a, b Rung) int {
			return cmp.Or(cmp.Compare(a.at, b.at), compareBools(a.above, b.above))
		})
	}
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// onLadder is whether the leaf is a comparison of one call with a number that both its values before and after decide. A
// fading value may become too small for a double, so 0 is no rung.
func (l *Leaf) onLadder() bool {
	n := l.compare
	return n != nil && n.plain != nil && len(l.calls) == 1 && (n.moves <= step || n.moves == exponential && n.threshold != 0)
}

// compare adds the rungs at which a comparison changes: two for == and !=.
func (w *Watch) compare(op compareOp, threshold float64, segment int) {
	if op != greater && op != lessOrEqual {
		w.rung(threshold, false, segment)
	}
	if op != greaterOrEqual && op != less {
		w.rung(threshold, true, segment)
	}
}

func (w *Watch) rung(at float64, above bool, segment int) {
	for i := range w.rungs {
		if r := &w.rungs[i]; r.at == at && r.above == above {
			if !slices.Contains(r.Segments, segment) {
				r.Segments = append(r.Segments, segment)
			}
			return
		}
	}
	w.rungs = append(w.rungs, Rung{[]int{segment}, at, above})
}

// eagerCalls are the calls, also of the segments it names, whose telling may bring a segment's next change forward.
func (p *Plan) eagerCalls(s *PlannedSegment) []*Call {
	if s.Patient {
		return nil
	}
	var calls []*Call
	var visit func(s *PlannedSegment)
	visit = func(s *PlannedSegment) {
		for _, call := range s.Calls {
			if call.moves() && !slices.Contains(calls, call) {
				calls = append(calls, call)
			}
		}
		for _, need := range s.Needs {
			visit(p.Segments[need])
		}
	}
	visit(s)
	return calls
}

// patient is whether events that change the truth of none of the segment's leaves can only postpone its next change, as
// long as the operators say so of the calls (Input.Grew). Then what was found stays good as a lower bound, and only a
// profile that reaches it looks again. Two forms are: a membership that time can only end, and one that only the end of
// the open session changes.
func (p *Plan) patient(s *PlannedSegment, direct []int) bool {
	if len(s.Needs) > 0 || p.Exhaustive {
		return false
	}
	for _, leaf := range direct {
		l := p.Leaves[leaf]
		if !l.moves {
			continue
		}
		if !l.bySession() {
			s.Session = nil
			break
		}
		s.Session = l.calls[slices.IndexFunc(l.calls, (*Call).moves)]
	}
	if s.Session != nil {
		return true
	}
	return s.When.root.sinks(p.Leaves, 1) && (s.Until == nil || s.Until.root.sinks(p.Leaves, -1)) && !p.restless(direct)
}

// restless is whether a call that may also rise by itself, as a sum when a negative number leaves it, stands beside
// another one that time moves: growth of the other may then bring about what was not foreseen.
func (p *Plan) restless(direct []int) bool {
	var first *Call
	rises, several := false, false
	for _, leaf := range direct {
		for _, call := range p.Leaves[leaf].calls {
			if !call.moves() {
				continue
			}
			several = several || first != nil && first != call
			first = call
			switch call.Func {
			case FuncSum, FuncInterest, FuncInterestMax:
				rises = true
			case FuncDecayed:
				rises = rises || call.Field >= 0
			}
		}
	}
	return rises && several
}

// bySession is whether nothing but the end of the open session moves the leaf.
func (l *Leaf) bySession() bool {
	return !slices.ContainsFunc(l.calls, func(c *Call) bool {
		switch c.Func {
		case FuncSessionActive, FuncSessionEvents, FuncSessionStart, FuncSessionSeconds, FuncSessionCount, FuncSessionFirst:
			return false
		}
		return c.moves()
	})
}

// sinks is whether time can only turn the formula false (sign 1) or only true (-1).
func (f *formula) sinks(leaves []*Leaf, sign int) bool {
	switch f.op {
	case 'l':
		return !leaves[f.leaf].moves || leaves[f.leaf].sinks(sign)
	case '&', '|':
		return f.a.sinks(leaves, sign) && f.b.sinks(leaves, sign)
	case '!':
		return f.a.sinks(leaves, -sign)
	}
	return false
}

// sinks is whether time can only turn the leaf false (sign 1) or only true (-1), and events that the operators call
// growth only postpone that: a value that never rises by itself compared with a number.
func (l *Leaf) sinks(sign int) bool {
	n := l.compare
	if n == nil || n.plain == nil {
		return false
	}
	switch n.plain.Func {
	case FuncCount, FuncSum, FuncDistinct, FuncSessions, FuncAffinity, FuncInterest, FuncInterestMax, FuncDecayed, FuncSessionEvents, FuncSessionSeconds, FuncSessionCount:
	default:
		return false
	}
	switch n.op {
	case greater, greaterOrEqual:
		return sign > 0
	case less, lessOrEqual:
		return sign < 0
	}
	return false
}
