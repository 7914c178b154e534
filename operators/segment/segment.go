// Package segment is the operator that keeps memberships: it judges conditions where they may have changed, and tells
// beforehand when they will change by themselves (SPEC section 5).
package segment

import (
	"slices"

	"github.com/ebbstream/ebb/operators"
	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/schemas"
)

// Config is one entry of the block `segments`.
type Config struct {
	When    string `yaml:"when" required:"true" doc:"the condition of membership"`
	Until   string `yaml:"until" doc:"a member stays until this holds; default: until when stops holding"`
	Purpose string `yaml:"purpose" doc:"members only while this consent is granted"`
}

// Operator judges the segments of a plan. It holds scratch space of one goroutine.
type Operator struct {
	plan         *expr.Plan
	eval         *expr.Evaluator
	segments     []planned
	at           *operators.Judgement
	n            schemas.Instant           // the instant of the present evaluation
	truth        func(leaf int) expr.Truth // at n
	belongs      func(segment int) bool    // isMember
	unlessMoving func(leaf int) expr.Truth // at n, unknown if time may change it
	truths       []expr.Truth              // of the segments' single leaves, at now
	marked       []bool
	order        []int
	pool         []*changed // used again for each judgement
	changes      []*changed // those of the present one: the first of pool
	members      []bool     // of the time to come, by segment
	restless     []bool     // whether time may change the membership, by segment
	names        [][]int    // the segments that a leaf names
	all          []schemas.Evidence
	future       bool // whether members is what counts
	flips        []schemas.Instant
}

// changed is a change with the place of its segment in the order of judging, and memory for what it points to.
type changed struct {
	schemas.SegmentChange
	place    int
	cause    schemas.Cause
	evidence []schemas.Evidence
}

type planned struct {
	*expr.PlannedSegment
	number  int        // in the layout's Names
	closure []int      // the segments it rests on, itself last
	leaves  []int      // of the whole closure
	own     []int      // of its conditions
	moves   bool       // whether time may change the membership
	until   bool       // whether a membership of the closure remembers its path
	single  *expr.Leaf // the condition, where it is one leaf and nothing else
}

// New makes the operator. numbers are the segments' numbers in the layout's Names.
func New(plan *expr.Plan, numbers []int) *Operator {
	o := &Operator{plan: plan, eval: plan.NewEvaluator(), marked: make([]bool, len(plan.Segments)), members: make([]bool, len(plan.Segments))}
	o.belongs, o.restless = o.isMember, make([]bool, len(plan.Segments))
	for _, leaf := range plan.Leaves {
		var named []int
		for _, call := range leaf.Reads() {
			if call.Func == expr.FuncInSegment {
				named = append(named, call.Segment)
			}
		}
		o.names = append(o.names, named)
	}
	o.unlessMoving = func(leaf int) expr.Truth {
		l, truth := plan.Leaves[leaf], o.truth(leaf)
		if l.MayFlip(truth) {
			return expr.Unknown
		}
		return truth
	}
	o.truth = func(leaf int) expr.Truth { return o.eval.Truth(plan.Leaves[leaf], o.n) }
	for i, s := range plan.Segments {
		p := planned{PlannedSegment: s, number: numbers[i]}
		for _, need := range s.Needs {
			p.closure = union(p.closure, o.segments[need].closure)
			p.leaves = union(p.leaves, o.segments[need].leaves)
		}
		slices.Sort(p.closure)
		p.closure = append(p.closure, i)
		p.own = union(slices.Clone(s.When.Leaves), untilLeaves(&p))
		p.leaves = union(p.leaves, p.own)
		p.until = s.Until != nil || slices.ContainsFunc(s.Needs, func(need int) bool { return o.segments[need].until })
		p.moves = slices.ContainsFunc(p.leaves, func(leaf int) bool { return plan.Leaves[leaf].Moves() })
		if leaf, ok := s.When.Single(); ok && s.Until == nil && len(p.closure) == 1 {
			p.single = plan.Leaves[leaf]
		}
		o.segments = append(o.segments, p)
	}
	return o
}

func union(a, b []int) []int {
	for _, x := range b {
		if !slices.Contains(a, x) {
			a = append(a, x)
		}
	}
	return a
}

// Judge evaluates the marked segments, and those that name them, each once, those named first.
func (o *Operator) Judge(at *operators.Judgement, marked []int) {
	o.order = o.order[:0]
	for _, s := range marked {
		o.mark(s)
	}
	slices.Sort(o.order) // the plan's order: those named come first
	o.begin(at)
	p := at.View.Profile
	o.changes, o.truths = o.changes[:0], o.truths[:0]
	for place, i := range o.order {
		s := &o.segments[i]
		o.marked[i] = false
		m := p.Memberships.At(s.number)
		was := m != nil && m.Member
		truth, member := expr.Failed, false
		if s.single != nil {
			truth = o.eval.Truth(s.single, p.Now)
			member = truth == expr.True && o.granted(s, p.Now)
		} else {
			member = o.decide(s, was, p.Now)
		}
		o.truths = append(o.truths, truth)
		if member == was {
			continue
		}
		if m == nil {
			m = p.Memberships.Add(s.number)
		}
		change := o.change(s, at, member)
		m.Seq++
		m.Member, change.Seq = member, m.Seq
		if member {
			m.EnteredAt = p.Now
		}
		change.EnteredAt, change.place = m.EnteredAt, place
	}
	// Only now, with all memberships as they are at this instant, can it be told when they will change.
	changes := o.changes
	for place, i := range o.order {
		s := &o.segments[i]
		if !s.moves {
			if m := p.Memberships.At(s.number); at.Cause == schemas.CauseDefinition && m != nil {
				p.Memberships.SetNext(m, schemas.Never) // it moved when it meant something else
			}
			continue
		}
		next, sure := o.next(s, p.Now, o.truths[place], schemas.Never, wakeSteps)
		for len(changes) > 0 && changes[0].place < place {
			changes = changes[1:]
		}
		if len(changes) > 0 && changes[0].place == place && changes[0].Entered {
			changes[0].ExpiresAt = o.ends(s, p.Now, next, sure)
		}
		m := p.Memberships.At(s.number)
		if m == nil && next != schemas.Never {
			m = p.Memberships.Add(s.number)
		}
		if m != nil {
			p.Memberships.SetNext(m, next)
		}
	}
	for _, change := range o.changes {
		at.Emit(&change.SegmentChange)
	}
}

// Newborn are the segments that a profile's first event must have judged whatever it is: all but those whose condition
// is not true as long as nothing is told to what it reads.
func (o *Operator) Newborn(view *operators.View) []int {
	o.begin(&operators.Judgement{View: view})
	leaf := func(leaf int) expr.Truth {
		if l := o.plan.Leaves[leaf]; l.OfNothing() {
			return o.eval.Truth(l, 0)
		}
		return expr.Unknown
	}
	var all []int
	for i := range o.segments {
		if truth := o.rule(&o.segments[i], false, leaf, 0); truth == expr.True || !truth.Decided() {
			all = append(all, i)
		}
	}
	return all
}

// Due is the first instant, if not after `to`, at which the profile changes a membership by itself. What a patient segment
// kept as a lower bound is looked for again here, when its time has come.
func (o *Operator) Due(view *operators.View, to schemas.Instant) schemas.Instant {
	p := view.Profile
	o.begin(&operators.Judgement{View: view})
	for {
		due := p.Memberships.Next()
		if due > to || due == schemas.Never {
			return due
		}
		exact := true
		for i := range p.Memberships.By {
			m := &p.Memberships.By[i]
			if s := &o.segments[m.Segment]; m.Next == due && s.Patient {
				next, _ := o.next(s, p.Now, o.single(s, p.Now), schemas.Never, wakeSteps)
				exact = exact && next == due
				p.Memberships.SetNext(m, next)
			}
		}
		if exact {
			return due
		}
	}
}

// single is the truth of a condition of one leaf at n.
func (o *Operator) single(s *planned, n schemas.Instant) expr.Truth {
	if s.single == nil {
		return expr.Failed
	}
	return o.eval.Truth(s.single, n)
}

func (o *Operator) begin(at *operators.Judgement) {
	o.at, o.future = at, false
	at.View.Member = o.belongs
	o.eval.On(at.View)
}

// Eval is the evaluator pointed at a profile, for features at any instant from its now on.
func (o *Operator) Eval(view *operators.View) *expr.Evaluator {
	o.begin(&operators.Judgement{View: view})
	return o.eval
}

func (o *Operator) mark(i int) {
	if o.marked[i] {
		return
	}
	o.marked[i] = true
	o.order = append(o.order, i)
	for _, j := range o.segments[i].NeededBy {
		o.mark(j)
	}
}

func (o *Operator) isMember(segment int) bool {
	if o.future {
		return o.members[segment]
	}
	m := o.at.View.Profile.Memberships.At(o.segments[segment].number)
	return m != nil && m.Member
}

// decide is whether the profile is a member at n, given whether it was.
func (o *Operator) decide(s *planned, member bool, n schemas.Instant) bool {
	o.n = n
	return o.rule(s, member, o.truth, n) == expr.True
}

// granted is whether the segment needs no consent, or has it.
func (o *Operator) granted(s *planned, n schemas.Instant) bool {
	return s.Purpose == nil || o.at.View.Value(s.Purpose, n).Truth()
}

// rule is SPEC section 5, points 12 and 13.
func (o *Operator) rule(s *planned, member bool, leaf func(int) expr.Truth, n schemas.Instant) expr.Truth {
	if !o.granted(s, n) {
		return expr.False
	}
	if s.Until == nil {
		return s.When.Eval(leaf)
	}
	until := s.Until.Eval(leaf)
	if until == expr.Failed {
		until = expr.False
	}
	if member {
		return until.Not()
	}
	return s.When.Eval(leaf).And(until.Not())
}

// Erase ends all memberships.
func (o *Operator) Erase(at *operators.Judgement) {
	p := at.View.Profile
	o.begin(at)
	for i := range o.segments {
		s := &o.segments[i]
		if m := p.Memberships.At(s.number); m != nil && m.Member {
			o.changes = o.changes[:0]
			change := o.change(s, at, false)
			change.Evidence = nil
			change.EnteredAt, change.Seq = m.EnteredAt, m.Seq+1
			at.Emit(&change.SegmentChange)
		}
	}
}

// change is one more change of the present judgement.
func (o *Operator) change(s *planned, at *operators.Judgement, entered bool) *changed {
	n := len(o.changes)
	if n == len(o.pool) {
		o.pool = append(o.pool, &changed{})
	}
	o.changes = o.pool[:n+1]
	c, p := o.changes[n], at.View.Profile
	c.evidence = o.evidence(c.evidence[:0], s, entered, p.Now)
	c.SegmentChange = schemas.SegmentChange{Profile: p.ID, Segment: s.Name, Entered: entered, Time: p.Now, Epoch: p.Epoch, Definition: s.Definition,
		Cause: at.Cause, Evidence: c.evidence, ExpiresAt: schemas.Never}
	if e := at.Event; e != nil {
		c.cause = schemas.Cause{ID: e.ID, Source: e.Source, Origin: e.Origin}
		c.CausedBy = &c.cause
	}
	return c
}

// evidence are the leaves whose flip alone would undo the change, else all true leaves, appended to undo.
func (o *Operator) evidence(undo []schemas.Evidence, s *planned, entered bool, n schemas.Instant) []schemas.Evidence {
	if s.single != nil && s.Purpose == nil {
		return append(undo, o.eval.Evidence(s.single, n))
	}
	all := o.all[:0]
	for _, leaf := range s.own {
		was := o.eval.Truth(o.plan.Leaves[leaf], n)
		turned := expr.True
		if was == expr.True {
			turned = expr.False
			all = append(all, o.eval.Evidence(o.plan.Leaves[leaf], n))
		}
		// Before the change the profile was a member exactly if it left.
		o.n = n
		after := o.rule(s, !entered, func(other int) expr.Truth {
			if other == leaf {
				return turned
			}
			return o.truth(other)
		}, n) == expr.True
		if after != entered {
			undo = append(undo, o.eval.Evidence(o.plan.Leaves[leaf], n))
		}
	}
	if s.Purpose != nil {
		if granted := o.at.View.Value(s.Purpose, n); entered || !granted.Truth() {
			undo = append(undo, schemas.Evidence{Expr: s.Purpose.Text, Value: granted})
		}
	}
	if o.all = all; len(undo) > 0 {
		return undo
	}
	return append(undo, all...)
}

func untilLeaves(s *planned) []int {
	if s.Until == nil {
		return nil
	}
	return s.Until.Leaves
}
