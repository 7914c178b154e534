// Package session is the operator that cuts sessions: events whose neighbours are at most a gap apart (SPEC section 5,
// points 6 to 8). A session can change while events within lateness may still come; then it is published once.
package session

import (
	"fmt"
	"strings"

	"github.com/ebbstream/ebb/operators"
	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// Config is the block `sessions`.
type Config struct {
	Gap  schemas.Duration `yaml:"gap" doc:"events further apart than this belong to different sessions"`
	Keep []string         `yaml:"keep" doc:"fields of data carried in a session's entry and exit"`
}

// Defaults are those of SPEC section 3.
func Defaults() Config { return Config{Gap: 30 * schemas.Minute} }

// Check reports what cannot be.
func (c *Config) Check(report func(path, message string)) {
	if c.Gap <= 0 {
		report("gap", "the gap must be longer than 0, such as 30m")
	}
	for i, field := range c.Keep {
		if field == "" || strings.HasPrefix(field, ".") || strings.HasSuffix(field, ".") || strings.Contains(field, "..") {
			report(fmt.Sprintf("keep[%d]", i), "expected a field of data, such as page.url or campaign")
		}
	}
}

// Operator cuts sessions.
type Operator struct {
	gap    schemas.Duration
	cell   int
	layout func() *state.Layout
	calls  []*expr.Call // all that read sessions
	firsts []*expr.Call // of session.first
	keep   []keep
	lent   schemas.SessionEnded
}

type keep struct {
	name string
	slot int
}

// New makes the operator; field gives the number of a data field in the plan, cell is its number in the layout.
func New(c Config, plan *expr.Plan, cell int, layout func() *state.Layout, field func(path []string) int) *Operator {
	o := &Operator{gap: c.Gap, cell: cell, layout: layout}
	for _, call := range plan.Calls {
		switch call.Func {
		case expr.FuncSessionFirst:
			o.firsts = append(o.firsts, call)
			fallthrough
		case expr.FuncSessions, expr.FuncSessionActive, expr.FuncSessionEvents, expr.FuncSessionStart, expr.FuncSessionSeconds, expr.FuncSessionCount:
			o.calls = append(o.calls, call)
		}
	}
	for _, name := range c.Keep {
		o.keep = append(o.keep, keep{name, field(strings.Split(name, "."))})
	}
	return o
}

// Spec is the operator's cell.
func Spec(c Config, plan *expr.Plan, limits expr.Limits, names *state.Names) state.Spec {
	window := schemas.Duration(0)
	for _, call := range plan.Calls {
		if call.Func == expr.FuncSessions {
			window = max(window, call.Window)
		}
	}
	return state.Spec{Key: "sessions(gap " + c.Gap.String() + ")", New: func() state.Cell {
		return &state.Sessions{Gap: c.Gap, Window: window, Keep: limits.Events, Names: names}
	}}
}

// Name is "sessions".
func (o *Operator) Name() string { return "sessions" }

// Fold puts the event into its session.
func (o *Operator) Fold(in *operators.Input) {
	e := in.Event
	if in.Late || in.Type.Reserved {
		return
	}
	visit := state.Visit{Coded: in.Coded, Kept: o.kept(e)}
	all := o.sessions(in.Profile)
	open := all.Current(in.Edge.Now) != nil
	s, extended := all.Extend(&visit)
	if !extended {
		begun := false
		if s, begun = all.Begin(&visit); !begun {
			s = all.Join(all.One(&visit))
		}
	}
	for _, call := range o.firsts {
		if v := e.Fields[call.Field]; v.Known() && (call.Type == e.Type || call.Type == "*") {
			s.TellFirst(call.Text, state.MarkOf(e), v)
		}
	}
	if !extended || !open {
		for _, call := range o.calls {
			in.Touch(call)
		}
		return
	}
	for _, call := range o.calls {
		o.extend(in, call, s)
	}
}

// extend says what a call makes of one event more in the open session.
func (o *Operator) extend(in *operators.Input, call *expr.Call, s *state.Session) {
	switch call.Func {
	case expr.FuncSessions: // there are as many as before, and they began when they began
	case expr.FuncSessionActive, expr.FuncSessionStart:
		in.Later(call)
	case expr.FuncSessionCount:
		if call.Type != in.Event.Type && call.Type != "*" {
			in.Later(call)
			return
		}
		n := s.Events
		if call.Type != "*" {
			n = s.Count(call.Type)
		}
		in.Grew(call, schemas.IntValue(n-1), schemas.IntValue(n))
	case expr.FuncSessionEvents:
		in.Grew(call, schemas.IntValue(s.Events-1), schemas.IntValue(s.Events))
	default:
		in.Touch(call)
	}
}

func (o *Operator) kept(e *schemas.Event) schemas.Value {
	if len(o.keep) == 0 {
		return schemas.Value{}
	}
	var names []string
	var values []schemas.Value
	for _, k := range o.keep {
		if v := e.Fields[k.slot]; v.Kind() != schemas.Missing && v.Kind() != schemas.Invalid {
			names, values = append(names, k.name), append(values, v)
		}
	}
	return schemas.MapValue(names, values)
}

func (o *Operator) sessions(p *state.Profile) *state.Sessions {
	if c := p.Cells[o.cell]; c != nil {
		return c.(*state.Sessions)
	}
	return p.Cell(o.layout(), o.cell).(*state.Sessions)
}

// Over publishes the sessions that ended, gap included, before n.
func (o *Operator) Over(p *state.Profile, n schemas.Instant, emit operators.Emit) {
	if p.Cells[o.cell] == nil {
		return
	}
	if !o.sessions(p).AnyOver(n, p.Now) {
		return // as after most events
	}
	o.sessions(p).Over(n, p.Now, func(s *state.Session) {
		if emit != nil {
			emit(o.record(p, s))
		}
	})
	p.Limited = p.Limited || o.sessions(p).Limited
}

// NextOver is the first instant at which Over has something to publish.
func (o *Operator) NextOver(p *state.Profile) schemas.Instant {
	if p.Cells[o.cell] == nil {
		return schemas.Never
	}
	return o.sessions(p).NextOver()
}

// record is lent until the next one.
func (o *Operator) record(p *state.Profile, s *state.Session) *schemas.SessionEnded {
	entry, exit := o.sessions(p).Ends(s)
	o.lent = schemas.SessionEnded{Profile: p.ID, Epoch: p.Epoch, Start: s.Start, End: s.End, Events: s.Events,
		Counts: s.Counts, Entry: entry, Exit: exit}
	return &o.lent
}

// Current is the session open at n, nil if none.
func (o *Operator) Current(p *state.Profile, n schemas.Instant) *schemas.SessionEnded {
	if p.Cells[o.cell] == nil {
		return nil
	}
	s := o.sessions(p).Current(n)
	if s == nil {
		return nil
	}
	return o.record(p, s).Kept()
}

// Answers are sessions() and session.*.
func (o *Operator) Answers() []expr.Func {
	return []expr.Func{expr.FuncSessions, expr.FuncSessionActive, expr.FuncSessionEvents, expr.FuncSessionStart,
		expr.FuncSessionSeconds, expr.FuncSessionCount, expr.FuncSessionFirst}
}

// Value is the value of a call at n.
func (o *Operator) Value(p *state.Profile, c *expr.Call, n schemas.Instant) schemas.Value {
	var all *state.Sessions
	var s *state.Session
	if p.Cells[o.cell] != nil {
		all = o.sessions(p)
		s = all.Current(n)
	}
	switch c.Func {
	case expr.FuncSessions:
		if all == nil {
			return schemas.IntValue(0)
		}
		return schemas.IntValue(all.Count(n, c.Window))
	case expr.FuncSessionActive:
		return schemas.BoolValue(s != nil)
	case expr.FuncSessionEvents:
		if s != nil {
			return schemas.IntValue(s.Events)
		}
	case expr.FuncSessionSeconds:
		if s != nil {
			return schemas.IntValue(int64(s.End.Sub(s.Start) / schemas.Second))
		}
	case expr.FuncSessionStart:
		if s != nil {
			return schemas.TimeValue(s.Start)
		}
		return schemas.NullValue
	case expr.FuncSessionFirst:
		if s != nil {
			return s.FirstOf(c.Text)
		}
		return schemas.NullValue
	case expr.FuncSessionCount:
		switch {
		case s != nil && c.Type == "*":
			return schemas.IntValue(s.Events)
		case s != nil:
			return schemas.IntValue(s.Count(c.Type))
		}
	}
	return schemas.IntValue(0)
}

// NextChange is the first instant after n at which a call may have another value: the open session is over one
// millisecond after its end and the gap; a start leaves its window.
func (o *Operator) NextChange(p *state.Profile, c *expr.Call, n schemas.Instant) schemas.Instant {
	if p.Cells[o.cell] == nil {
		return schemas.Never
	}
	all := o.sessions(p)
	if c.Func == expr.FuncSessions {
		if c.Window == 0 {
			return schemas.Never
		}
		return all.NextLeaving(n, c.Window)
	}
	if s := all.Current(n); s != nil {
		return s.End.Add(o.gap + 1)
	}
	return schemas.Never
}
