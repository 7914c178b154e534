package expr

import (
	"slices"

	"github.com/ebbstream/ebb/schemas"
)

// Leaf is one part of a condition that is no &&, ||, ! or ?: itself: a comparison or a boolean call. Conditions of the
// same spelling share it.
type Leaf struct {
	Text      string
	Op        string        // of a comparison with a literal, as evidence tells it; else empty
	Of        string        // the other side of that comparison
	Threshold schemas.Value // the literal
	node      node
	value     node // the other side
	calls     []*Call
	features  string // the definitions of the features in it
	calendar  bool   // the local hour or weekday moves it
	moves     bool   // time may flip it
	falls     bool   // time may flip it from true to false only
	compare   *compareNode
}

// MayFlip is whether time may flip a leaf of that truth.
func (l *Leaf) MayFlip(was Truth) bool { return l.moves && (!l.falls || was != False) }

// Calendar is whether the local hour or weekday may flip it.
func (l *Leaf) Calendar() bool { return l.calendar }

// OfNothing is whether the leaf has one truth for all profiles that nothing was told, at any instant.
func (l *Leaf) OfNothing() bool {
	return !slices.ContainsFunc(l.calls, func(c *Call) bool {
		return c.Func == FuncBucket || c.Func == FuncInSegment || c.Func.calendar()
	})
}

// CalendarCycle is how long the local time takes to show all that it can.
const CalendarCycle = calendarCycle

// Moves is whether the leaf may flip while nothing happens.
func (l *Leaf) Moves() bool { return l.moves }

// Evaluator evaluates a plan's expressions for one profile. It is scratch space of one goroutine.
type Evaluator struct {
	plan  *Plan
	frame frame
}

// NewEvaluator makes one.
func (p *Plan) NewEvaluator() *Evaluator {
	return &Evaluator{plan: p, frame: frame{vars: make([]schemas.Value, p.vars)}}
}

// On points it at a profile.
func (e *Evaluator) On(v View) { e.frame.view = v }

// Truth is the leaf's value at n.
func (e *Evaluator) Truth(l *Leaf, n schemas.Instant) Truth {
	e.frame.now = n
	if l.compare != nil {
		return l.compare.truth(&e.frame)
	}
	return truth(l.node.eval(&e.frame))
}

// Evidence is the leaf with its value at n.
func (e *Evaluator) Evidence(l *Leaf, n schemas.Instant) schemas.Evidence {
	e.frame.now = n
	if l.Op == "" {
		return schemas.Evidence{Expr: l.Text, Value: l.node.eval(&e.frame)}
	}
	return schemas.Evidence{Expr: l.Of, Op: l.Op, Threshold: l.Threshold, Value: l.value.eval(&e.frame)}
}

// calendarCycle is how long the local hour and weekday take to show all that they can: a week; another, since the
// beginning of summer time leaves out an hour of one day; and a day for changes of offset.
const calendarCycle = 15 * schemas.Day

// maxSteps bounds the steps of one search for a flip; the instant reached then is given, at which nothing may flip.
const maxSteps = 20_000

// NextFlip is the first instant after n at which the leaf's truth is another one if no event comes; Never.
// was is its truth at n.
func (e *Evaluator) NextFlip(l *Leaf, n schemas.Instant, was Truth) schemas.Instant {
	if !l.MayFlip(was) {
		return schemas.Never
	}
	f := &e.frame
	f.now = n
	if c := l.compare; c != nil {
		if c.solved() {
			return c.nextFlip(f)
		}
		if c.plain != nil && c.plain.Func == FuncCount && c.op != equal && c.op != notEqual {
			return c.nextCountFlip(f, was == True)
		}
	}
	if flip, ok := l.nextStep(f, was); ok {
		return flip
	}
	at, settled := n, n // settled: since when only the calendar has moved it
	for range maxSteps {
		f.now = at
		next := nextChange(l.node, f, false)
		if !l.calendar || at.Sub(settled) > calendarCycle {
			at, settled = next, next
		} else if at = min(next, nextChange(l.node, f, true)); at == next {
			settled = at
		}
		if at == schemas.Never {
			return schemas.Never
		}
		f.now = at
		if truth(l.node.eval(f)) != was {
			return at
		}
	}
	return at
}

// NextOther is the first instant after n at which something else than the calendar may move the leaf.
func (e *Evaluator) NextOther(l *Leaf, n schemas.Instant) schemas.Instant {
	e.frame.now = n
	return nextChange(l.node, &e.frame, false)
}

// nextStep is the next flip of a call compared with a number, where the view tells the call's values to come at once.
func (l *Leaf) nextStep(f *frame, was Truth) (flip schemas.Instant, ok bool) {
	stepper, can := f.view.(Stepper)
	if !can || l.compare == nil || l.compare.plain == nil {
		return 0, false
	}
	switch l.compare.plain.Func {
	case FuncSum, FuncAvg, FuncDistinct:
	default:
		return 0, false
	}
	flip = schemas.Never
	threshold := schemas.DoubleValue(l.compare.threshold)
	ok = stepper.Steps(l.compare.plain, f.now, func(at schemas.Instant, v schemas.Value) bool {
		if truth(compare(l.compare.op, v, threshold)) != was {
			flip = at
			return false
		}
		return true
	})
	return flip, ok
}

// nextChange is the first instant after f.now at which a value may be another one: by the calendar (the local hour and
// weekday), or by anything else.
func nextChange(n node, f *frame, calendar bool) schemas.Instant {
	switch n := n.(type) {
	case literalNode, localNode:
		return schemas.Never
	case callNode:
		if n.call.Func.motion() == step && n.call.Func.calendar() == calendar {
			return f.view.NextChange(n.call, f.now)
		}
		return schemas.Never
	case *compareNode:
		if n.solved() {
			if calendar {
				return schemas.Never
			}
			return n.nextFlip(f)
		}
		return min(nextChange(n.a, f, calendar), nextChange(n.b, f, calendar))
	}
	next := schemas.Never
	for _, p := range n.parts() {
		next = min(next, nextChange(p, f, calendar))
	}
	return next
}

// Value is the value of a feature's expression at n; an error is null.
func (e *Evaluator) Value(f *Feature, n schemas.Instant) schemas.Value {
	e.frame.now = n
	if v := f.node.eval(&e.frame); v.Known() {
		return v
	}
	return schemas.NullValue
}

// Condition is a formula over leaves.
type Condition struct {
	Leaves []int // the numbers in Plan.Leaves, each once
	root   *formula
}

type formula struct {
	op      byte // 'l' a leaf, '&', '|', '!', '?'
	leaf    int
	a, b, c *formula
}

// Eval is the condition's truth, given that of each leaf by its number in Plan.Leaves.
func (c *Condition) Eval(leaf func(int) Truth) Truth { return c.root.eval(leaf) }

func (f *formula) eval(leaf func(int) Truth) Truth {
	switch f.op {
	case 'l':
		return leaf(f.leaf)
	case '!':
		return f.a.eval(leaf).Not()
	case '&':
		a := f.a.eval(leaf)
		if a == False {
			return False
		}
		return a.And(f.b.eval(leaf))
	case '|':
		a := f.a.eval(leaf)
		if a == True {
			return True
		}
		return a.Or(f.b.eval(leaf))
	}
	switch f.a.eval(leaf) {
	case True:
		return f.b.eval(leaf)
	case False:
		return f.c.eval(leaf)
	case unknown: // it may also become an error, and make an error of the whole
		if f.b.eval(leaf) == Failed && f.c.eval(leaf) == Failed {
			return Failed
		}
		return unknown
	}
	return Failed
}

// Single is the number of the condition's only leaf, if the condition is that leaf itself.
func (c *Condition) Single() (leaf int, ok bool) { return c.root.leaf, c.root.op == 'l' }

// Unknown stands for a leaf that time may still move, in Eval.
const Unknown = unknown

// Decided is whether a truth holds whatever the unknown leaves become.
func (t Truth) Decided() bool { return t != unknown }

// Scratch is space for the variables of macros, for Filter.Match.
func (p *Plan) Scratch() []schemas.Value { return make([]schemas.Value, p.vars) }
