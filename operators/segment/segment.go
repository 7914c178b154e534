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
	plan     *expr.Plan
	eval     *expr.Evaluator
	segments []planned
	byName   map[string]*planned
	marked   []bool
	order    []int
	members  map[int]bool // of a simulation
	future   bool         // whether members is what counts
	at       *operators.Judgement
	flips    map[int]schemas.Instant
}

type planned struct {
	*expr.PlannedSegment
	number  int   // in the layout's Names
	closure []int // the segments it rests on, itself last
	leaves  []int // of the whole closure
}

// New makes the operator. numbers are the segments' numbers in the layout's Names.
func New(plan *expr.Plan, numbers []int) *Operator {
	o := &Operator{plan: plan, eval: plan.NewEvaluator(), marked: make([]bool, len(plan.Segments)), members: map[int]bool{}, flips: map[int]schemas.Instant{}}
	for i, s := range plan.Segments {
		p := planned{PlannedSegment: s, number: numbers[i]}
		for _, need := range s.Needs {
			for _, j := range o.segments[need].closure {
				if !slices.Contains(p.closure, j) {
					p.closure = append(p.closure, j)
				}
			}
			for _, leaf := range o.segments[need].leaves {
				if !slices.Contains(p.leaves, leaf) {
					p.leaves = append(p.leaves, leaf)
				}
			}
		}
		slices.Sort(p.closure)
		p.closure = append(p.closure, i)
		for _, cond := range []*expr.Condition{s.When, s.Until} {
			if cond == nil {
				continue
			}
			for _, leaf := range cond.Leaves {
				if !slices.Contains(p.leaves, leaf) {
					p.leaves = append(p.leaves, leaf)
				}
			}
		}
		o.segments = append(o.segments, p)
	}
	o.byName = make(map[string]*planned, len(o.segments))
	for i := range o.segments {
		o.byName[o.segments[i].Name] = &o.segments[i]
	}
	return o
}

// ahead is how far ahead an entry looks for its end.
const ahead = 3650 * schemas.Day

// A profile's next wake-up is looked for in so many steps; what is reached then is taken, and looked on from there.
const wakeSteps = 256

// Judge evaluates the marked segments, and those that name them, each once, those named first.
func (o *Operator) Judge(at *operators.Judgement, marked []int) {
	o.order = o.order[:0]
	for _, s := range marked {
		o.mark(s)
	}
	slices.Sort(o.order) // the plan's order: those named come first
	o.begin(at)
	p := at.View.Profile
	var changes []*schemas.SegmentChange
	for _, i := range o.order {
		s := &o.segments[i]
		m := p.Memberships.Get(s.number)
		member := o.decide(s, m.Member, p.Now)
		if member == m.Member {
			continue
		}
		change := o.change(s, at, member)
		m.Seq++
		change.Seq = m.Seq
		if m.Member = member; member {
			m.EnteredAt = p.Now
		}
		change.EnteredAt = m.EnteredAt
		p.Memberships.Set(m)
		changes = append(changes, change)
	}
	// Only now, with all memberships as they are at this instant, can it be told when they will change.
	for _, i := range o.order {
		s := &o.segments[i]
		m := p.Memberships.Get(s.number)
		m.Next = o.next(s, p.Now, schemas.Never, wakeSteps)
		p.Memberships.Set(m)
		o.marked[i] = false
	}
	for _, change := range changes {
		if change.Entered {
			change.ExpiresAt = o.next(o.byName[change.Segment], p.Now, p.Now.Add(ahead), 1<<20)
		}
		at.Emit(change)
	}
}

func (o *Operator) begin(at *operators.Judgement) {
	o.at, o.future = at, false
	at.View.Member = o.isMember
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
		if member, simulated := o.members[segment]; simulated {
			return member
		}
	}
	return o.at.View.Profile.Memberships.Get(o.segments[segment].number).Member
}

// decide is whether the profile is a member at n, given whether it was.
func (o *Operator) decide(s *planned, member bool, n schemas.Instant) bool {
	return o.rule(s, member, func(leaf int) expr.Truth { return o.eval.Truth(o.plan.Leaves[leaf], n) }, n) == expr.True
}

// rule is SPEC section 5, points 12 and 13.
func (o *Operator) rule(s *planned, member bool, leaf func(int) expr.Truth, n schemas.Instant) expr.Truth {
	if s.Purpose != nil && !o.at.View.Value(s.Purpose, n).Truth() {
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

// next is the first instant after n at which the membership is another one if no event comes: Never, or later than
// limit. It simulates the segment and those it rests on, from flip to flip; after so many steps it gives the instant
// reached.
func (o *Operator) next(s *planned, n, limit schemas.Instant, steps int) schemas.Instant {
	clear(o.flips)
	for _, leaf := range s.leaves {
		if at := o.eval.NextFlip(o.plan.Leaves[leaf], n); at != schemas.Never {
			o.flips[leaf] = at
		}
	}
	if len(o.flips) == 0 {
		return schemas.Never
	}
	target := s.closure[len(s.closure)-1]
	clear(o.members)
	for _, i := range s.closure {
		o.members[i] = o.isMember(i)
	}
	if o.settled(s, n) {
		return schemas.Never
	}
	was := o.members[target]
	o.future = true
	defer func() { o.future = false }()
	for range steps {
		at := schemas.Never
		for _, flip := range o.flips {
			at = min(at, flip)
		}
		if at > limit || at == schemas.Never {
			return schemas.Never
		}
		for _, i := range s.closure {
			o.members[i] = o.decide(&o.segments[i], o.members[i], at)
		}
		if o.members[target] != was {
			return at
		}
		for leaf, flip := range o.flips {
			if flip == at {
				if flip = o.eval.NextFlip(o.plan.Leaves[leaf], at); flip == schemas.Never {
					delete(o.flips, leaf)
				} else {
					o.flips[leaf] = flip
				}
			}
		}
		n = at
	}
	return n
}

// settled is whether no leaf that may flip can change the membership, whatever the others become.
func (o *Operator) settled(s *planned, n schemas.Instant) bool {
	if len(s.closure) > 1 {
		return false
	}
	member := o.members[s.closure[0]]
	return o.rule(s, member, func(leaf int) expr.Truth {
		if _, flips := o.flips[leaf]; flips {
			return expr.Unknown
		}
		return o.eval.Truth(o.plan.Leaves[leaf], n)
	}, n).Decided()
}

// Erase ends all memberships.
func (o *Operator) Erase(at *operators.Judgement) {
	p := at.View.Profile
	o.begin(at)
	for i := range o.segments {
		s := &o.segments[i]
		if m := p.Memberships.Get(s.number); m.Member {
			change := o.change(s, at, false)
			change.Evidence = nil
			change.EnteredAt, change.Seq = m.EnteredAt, m.Seq+1
			at.Emit(change)
		}
	}
}

func (o *Operator) change(s *planned, at *operators.Judgement, entered bool) *schemas.SegmentChange {
	p := at.View.Profile
	c := &schemas.SegmentChange{Profile: p.ID, Segment: s.Name, Entered: entered, Time: p.Now, Epoch: p.Epoch, Definition: s.Definition,
		Cause: at.Cause, Evidence: o.evidence(s, entered, p.Now), ExpiresAt: schemas.Never}
	if e := at.Event; e != nil {
		c.CausedBy = &schemas.Cause{ID: e.ID, Source: e.Source, Origin: e.Origin}
	}
	return c
}

// evidence are the leaves whose flip alone would undo the change, else all true leaves.
func (o *Operator) evidence(s *planned, entered bool, n schemas.Instant) []schemas.Evidence {
	truths := map[int]expr.Truth{}
	for _, cond := range []*expr.Condition{s.When, s.Until} {
		if cond != nil {
			for _, leaf := range cond.Leaves {
				truths[leaf] = o.eval.Truth(o.plan.Leaves[leaf], n)
			}
		}
	}
	leaves := slices.Concat(s.When.Leaves, untilLeaves(s))
	var undo, all []schemas.Evidence
	for i, leaf := range leaves {
		if slices.Contains(leaves[:i], leaf) {
			continue
		}
		was := truths[leaf]
		if truths[leaf] = expr.True; was == expr.True {
			truths[leaf] = expr.False
			all = append(all, o.eval.Evidence(o.plan.Leaves[leaf], n))
		}
		// Before the change the profile was a member exactly if it left.
		if after := o.rule(s, !entered, func(leaf int) expr.Truth { return truths[leaf] }, n) == expr.True; after != entered {
			undo = append(undo, o.eval.Evidence(o.plan.Leaves[leaf], n))
		}
		truths[leaf] = was
	}
	if s.Purpose != nil {
		if granted := o.at.View.Value(s.Purpose, n); entered || !granted.Truth() {
			undo = append(undo, schemas.Evidence{Expr: s.Purpose.Text, Value: granted})
		}
	}
	if len(undo) > 0 {
		return undo
	}
	return all
}

func untilLeaves(s *planned) []int {
	if s.Until == nil {
		return nil
	}
	return s.Until.Leaves
}
