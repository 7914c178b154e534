package segment

import (
	"slices"

	"github.com/ebbstream/ebb/operators"
	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/schemas"
)

// Explanation is why a profile is, or is not, in a segment at an instant.
type Explanation struct {
	Segment    string
	Definition string
	At         schemas.Instant
	Member     bool
	EnteredAt  schemas.Instant // of a member
	Changes    schemas.Instant // when it is otherwise if no event comes: Never, or within the time that is looked ahead
	Leaves     []Leaf
}

// Leaf is one part of a segment's conditions at that instant.
type Leaf struct {
	schemas.Evidence
	Part    string          // "when", "until" or "purpose"
	Truth   expr.Truth      // expr.Failed: an error, which is no answer
	Flips   schemas.Instant // when its truth is another one if no event comes; Never
	Decides bool            // whether the membership would be another one were only this leaf
}

// Explain tells of the segment of that name; ok is false if there is none. The profile's timers up to n must have fired.
func (o *Operator) Explain(view *operators.View, segment string, n schemas.Instant) (e Explanation, ok bool) {
	i := slices.IndexFunc(o.segments, func(s planned) bool { return s.Name == segment })
	if i < 0 {
		return e, false
	}
	s := &o.segments[i]
	o.begin(&operators.Judgement{View: view})
	e = Explanation{Segment: s.Name, Definition: s.Definition, At: n, Member: o.isMember(i)}
	memberships := view.Profile.Memberships
	if at, found := memberships.Find(s.number); found {
		e.EnteredAt = memberships.By[at].EnteredAt
	}
	e.Changes = o.lookAhead(s, n)
	e.Leaves = o.explainLeaves(s, e.Member, n)
	return e, true
}

func (o *Operator) explainLeaves(s *planned, member bool, n schemas.Instant) []Leaf {
	truths := map[int]expr.Truth{}
	for _, leaf := range slices.Concat(s.When.Leaves, untilLeaves(s)) {
		truths[leaf] = o.eval.Truth(o.plan.Leaves[leaf], n)
	}
	holds := func() bool {
		return o.rule(s, member, func(leaf int) expr.Truth { return truths[leaf] }, n) == expr.True
	}
	var all []Leaf
	add := func(part string, leaves []int) {
		for _, leaf := range leaves {
			l := o.plan.Leaves[leaf]
			was := truths[leaf]
			told := Leaf{Evidence: o.eval.Evidence(l, n), Part: part, Truth: was, Flips: o.flip(l, n)}
			if truths[leaf] = expr.True; was == expr.True {
				truths[leaf] = expr.False
			}
			told.Decides = holds() != member
			truths[leaf] = was
			all = append(all, told)
		}
	}
	add("when", s.When.Leaves)
	add("until", untilLeaves(s))
	if s.Purpose != nil {
		granted := o.at.View.Value(s.Purpose, n)
		told := Leaf{Evidence: schemas.Evidence{Expr: s.Purpose.Text, Value: granted}, Part: "purpose", Flips: schemas.Never}
		if told.Truth = expr.False; granted.Truth() {
			told.Truth = expr.True
		}
		told.Decides = member || !granted.Truth() && o.but(s, member, truths)
		all = append(all, told)
	}
	return all
}

// flip is when the leaf's truth is another one, or, of one that names segments, when one of them changes.
func (o *Operator) flip(l *expr.Leaf, n schemas.Instant) schemas.Instant {
	at := o.eval.NextFlip(l, n, o.eval.Truth(l, n))
	for _, c := range l.Reads() {
		if c.Func == expr.FuncInSegment {
			at = min(at, o.lookAhead(&o.segments[c.Segment], n))
		}
	}
	return at
}

// but is whether the profile would be a member were it not for the consent.
func (o *Operator) but(s *planned, member bool, truths map[int]expr.Truth) bool {
	free := *s.PlannedSegment
	free.Purpose = nil
	return o.rule(&planned{PlannedSegment: &free}, member, func(leaf int) expr.Truth { return truths[leaf] }, 0) == expr.True
}
