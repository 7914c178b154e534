package action

import (
	"slices"

	"github.com/ebbstream/ebb/operators"
	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// Operator decides. It holds scratch space: one goroutine uses it at a time.
type Operator struct {
	*Rules
	first    int // the number of its first cell
	sessions int // the number of the sessions' cell
	layout   func() *state.Layout
	eval     func(*operators.View) *expr.Evaluator
	byType   map[string][]*group // those that an event type triggers; "*": any that is not reserved
	byChange map[change][]*group
	every    []*group
	spans    []schemas.Duration // of every, each once
	ended    []*group
	at       *operators.Judgement
	now      *expr.Evaluator
	fired    []firing // of this evaluation
	emit     operators.Emit
	hears    operators.Emit // hear, bound once
	counted  func(schemas.Outcome)
	shares   map[string][]float64 // propensities, by the names of candidates

	suppressed func([]schemas.Suppression) // may be nil
}

// change is one that triggers.
type change struct {
	segment string
	entered bool
}

// firing is a group that was triggered.
type firing struct {
	*group
	schemas.Trigger
}

// New makes the operator: its cells have the numbers from first on, that of the sessions is sessions. eval points an
// evaluator at a profile. It is nil where there is nothing to decide.
func New(r *Rules, first, sessions int, layout func() *state.Layout, eval func(*operators.View) *expr.Evaluator) *Operator {
	if !r.any() {
		return nil
	}
	o := &Operator{Rules: r, first: first, sessions: sessions, layout: layout, eval: eval, byType: map[string][]*group{}, byChange: map[change][]*group{}}
	o.hears = o.hear
	for _, g := range r.groups {
		if g.idle() {
			continue
		}
		switch g.kind {
		case onEvent:
			o.byType[g.name] = append(o.byType[g.name], g)
		case onEnter, onExit:
			c := change{g.name, g.kind == onEnter}
			o.byChange[c] = append(o.byChange[c], g)
		case onEnded:
			o.ended = append(o.ended, g)
		case onEvery:
			o.every = append(o.every, g)
			if !slices.Contains(o.spans, g.every) {
				o.spans = append(o.spans, g.every)
			}
		}
	}
	return o
}

// Name is "actions".
func (o *Operator) Name() string { return "actions" }

// Answers none: no expression asks for decisions.
func (o *Operator) Answers() []expr.Func { return nil }

// Value is never asked for.
func (o *Operator) Value(*state.Profile, *expr.Call, schemas.Instant) schemas.Value {
	return schemas.Error
}

// NextChange is never asked for.
func (o *Operator) NextChange(*state.Profile, *expr.Call, schemas.Instant) schemas.Instant {
	return schemas.Never
}

// Fold finds the decisions that feedback and rewards are owed to, and counts the values of the fields that payloads draw
// from. The sessions have taken the event in before.
func (o *Operator) Fold(in *operators.Input) {
	if len(o.studies) > 0 {
		o.attribute(in)
	}
	if in.Type.Reserved {
		return
	}
	for _, f := range o.support {
		if v := in.Event.Fields[f.path]; v.Known() {
			o.count(in, f, v)
		}
	}
	if len(o.support) > 0 && o.guards.MinSupport.Sessions > 0 && !in.Late {
		o.join(in)
	}
}

// count counts the values that one event carries in a field: an element of a list, or what is no list, each once.
func (o *Operator) count(in *operators.Input, f *field, v schemas.Value) {
	cell := in.Profile.Cell(o.layout(), o.first+f.cell).(*state.Support)
	var session *state.Session
	oldest := schemas.Never
	if cell.Sessions {
		session, oldest = o.sessionAt(in)
	}
	var keys []string
	eachAtom(v, func(v schemas.Value) {
		for _, key := range keys {
			if key == v.Key() {
				return
			}
		}
		keys = append(keys, v.Key())
	})
	for _, key := range keys {
		if cell.Add(key, in.Event.Time, session, oldest) {
			in.Profile.Limited = true
		}
	}
}

// sessionAt is the event's session, nil if it is late, and when the first of those that may still change began.
func (o *Operator) sessionAt(in *operators.Input) (*state.Session, schemas.Instant) {
	all := o.sessionsOf(in.Profile)
	if all == nil || len(all.Open) == 0 {
		return nil, schemas.Never
	}
	for i := len(all.Open) - 1; i >= 0 && !in.Late; i-- {
		if s := &all.Open[i]; s.Start <= in.Event.Time && in.Event.Time <= s.End {
			return s, all.Open[0].Start
		}
	}
	return nil, all.Open[0].Start
}

// join makes one session of those that an event between them has joined.
func (o *Operator) join(in *operators.Input) {
	s, _ := o.sessionAt(in)
	if s == nil || s.Start == in.Event.Time || s.End == in.Event.Time {
		return
	}
	for _, f := range o.support {
		if c := in.Profile.Cells[o.first+f.cell]; c != nil {
			c.(*state.Support).Join(s)
		}
	}
}

func (o *Operator) sessionsOf(p *state.Profile) *state.Sessions {
	all, _ := p.Cells[o.sessions].(*state.Sessions)
	return all
}

// eachAtom gives what is no list in a value.
func eachAtom(v schemas.Value, give func(schemas.Value)) {
	if v.Kind() == schemas.List {
		for _, item := range v.Items() {
			eachAtom(item, give)
		}
		return
	}
	if v.Known() {
		give(v)
	}
}
