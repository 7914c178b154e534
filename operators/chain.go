package operators

import (
	"fmt"

	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// Time is how far events may be out of order.
type Time struct {
	Lateness schemas.Duration // further behind the profile's clock: in no session
	Accept   schemas.Duration // further behind: not applied
}

// Judge decides memberships.
type Judge interface {
	// Judge evaluates the marked segments, and those that name them, at the profile's now.
	Judge(at *Judgement, marked []int)
	// Newborn are the segments that may have members of whom nothing is known but that they are there, given the view of
	// such a profile.
	Newborn(view *View) []int
	// Due is the first instant, if not after `to`, at which the profile changes a membership by itself.
	Due(view *View, to schemas.Instant) schemas.Instant
	// Erase ends all memberships.
	Erase(at *Judgement)
}

// Judgement is one evaluation of segments.
type Judgement struct {
	View  *View
	Cause string
	Event *schemas.Event // nil: a timer
	Emit  Emit
}

// Sessions publishes sessions that are over.
type Sessions interface {
	// Over publishes the sessions that ended, gap included, before n; with emit nil they are only taken off.
	Over(p *state.Profile, n schemas.Instant, emit Emit)
	// NextOver is the first instant n at which Over has something to publish; Never.
	NextOver(p *state.Profile) schemas.Instant
}

// Actions decides what to offer.
type Actions interface {
	// Listen is emit, heard: changes of segments that it passes on may trigger actions.
	Listen(emit Emit) Emit
	// Due is the first instant after the profile's now at which a timer of an action fires.
	Due(p *state.Profile) schemas.Instant
	// Judge decides, after all changes of an evaluation. fires is whether the event may trigger actions, being not late, or,
	// without an event, whether now is an instant that Due gave.
	Judge(at *Judgement, fires bool)
	// Settle counts what is known at n of the outcomes of decisions. It publishes nothing.
	Settle(p *state.Profile, n schemas.Instant)
	// NextSettled is the first instant n at which Settle has something to count; Never.
	NextSettled(p *state.Profile) schemas.Instant
}

// Chain is the fold. It holds scratch space: one goroutine uses it at a time.
type Chain struct {
	plan     *expr.Plan
	layout   *state.Layout
	time     Time
	ops      []Operator
	sessions Sessions
	untold   bool
	judge    Judge
	actions  Actions // nil: there are none
	view     View
	owners   [256]Answerer
	segments marks // to judge
	fields   []int // the number in Names of each field's path
	slots    map[string]int
	every    []int // all segments, if the plan is exhaustive
	newborn  []int // the segments to judge for a profile that begins
	at       Judgement
	in       Input
	types    typeTable
	repeated int64
	other    EventType
	coded    *state.Coded // the present event: one of these
	coder    state.Coded  // the one coded last
	prepared state.Coded  // one that was coded before
	typ      *EventType   // its type
}

// NewChain puts operators behind each other. fields are the names, in the layout's Names, of the plan's Fields.
func NewChain(plan *expr.Plan, layout *state.Layout, t Time, ops []Operator, sessions Sessions, judge Judge, fader Fader, fields []string) *Chain {
	c := &Chain{plan: plan, layout: layout, time: t, ops: ops, sessions: sessions, judge: judge, slots: map[string]int{}}
	for _, op := range ops {
		for _, f := range op.Answers() {
			c.owners[f] = op
		}
	}
	c.types = newTypeTable(Types(plan, layout.Names))
	c.other = EventType{Number: -1}
	c.in = Input{watches: plan.Watches, marked: &c.segments, Edge: state.Edge{Names: layout.Names}}
	c.view.owners, c.view.fading = &c.owners, fader
	c.at.View = &c.view
	c.segments.set = make([]bool, len(plan.Segments))
	for i, name := range fields {
		c.fields = append(c.fields, layout.Names.Number(name))
		c.slots[name] = i
	}
	c.newborn = judge.Newborn(c.View(layout.New("")))
	if plan.Exhaustive {
		for i := range plan.Segments {
			c.every = append(c.every, i)
		}
	}
	return c
}

// Decide has actions judged, too.
func (c *Chain) Decide(a Actions) { c.actions = a }

// Untold says that nobody is told of sessions, so that no profile is to be woken for the end of one: it is noticed with the
// next event.
func (c *Chain) Untold() { c.untold = true }

// Types are the event types that a plan names, and ebb's own.
func Types(plan *expr.Plan, names *state.Names) map[string]*EventType {
	types := map[string]*EventType{}
	for _, name := range plan.Types() {
		types[name] = &EventType{Index: len(types) + 1, Number: names.Number(name), Reserved: schemas.Reserved(name)}
	}
	return types
}

// Plan is what the chain was made of.
func (c *Chain) Plan() *expr.Plan { return c.plan }

// Layout is how its profiles are written.
func (c *Chain) Layout() *state.Layout { return c.layout }

// Horizon is the instant before which the profile accepts no event.
func (c *Chain) Horizon(p *state.Profile) schemas.Instant { return p.Clock.Add(-c.time.Accept) }

// Fold applies one event. watermark is how far the event's partition had come before it; schemas.Earliest where there is
// none, as in a replay of files.
func (c *Chain) Fold(p *state.Profile, e *schemas.Event, watermark schemas.Instant, emit Emit) {
	c.code(e)
	c.fold(p, e, watermark, emit)
}

// fold is Fold of the coded event.
func (c *Chain) fold(p *state.Profile, e *schemas.Event, watermark schemas.Instant, emit Emit) {
	if e.Time <= p.Erased {
		emit(lateRecord(e, schemas.ReasonErased))
		return
	}
	late := false
	c.refresh(p, emit)
	if p.Alive {
		horizon := c.Horizon(p)
		if e.Time < horizon {
			emit(lateRecord(e, schemas.ReasonTooLate))
			return
		}
		if p.Recent.Has(c.coded, horizon) {
			c.repeated++
			return
		}
		if late = e.Time < p.Clock.Add(-c.time.Lateness) || e.Time < watermark; late {
			emit(lateRecord(e, schemas.ReasonLate))
		}
		c.Advance(p, max(e.Time, watermark), emit)
	} else if late = e.Time < watermark; late {
		emit(lateRecord(e, schemas.ReasonLate))
	}
	if e.Type == schemas.TypeErase {
		c.erase(p, e, watermark, emit)
		return
	}
	born := !p.Alive
	c.apply(p, late)
	cause := schemas.CauseEvent
	switch {
	case e.Type == schemas.TypeConsent:
		cause = schemas.CauseConsent
	case e.Time < p.Now:
		cause = schemas.CauseLateEvent
	}
	if born {
		c.segments.addAll(c.newborn)
	}
	c.segments.addAll(c.every)
	c.judgeMarked(p, cause, e, emit)
	c.act(!late)
	c.over(p, max(p.Clock.Add(-c.time.Lateness), watermark), emit)
}

// over closes what no event in time can change any more at n.
func (c *Chain) over(p *state.Profile, n schemas.Instant, emit Emit) {
	if c.untold {
		emit = nil
	}
	c.sessions.Over(p, n, emit)
	if c.actions != nil {
		c.actions.Settle(p, n)
	}
}

// refresh judges a profile that was written when segments meant something else, at its now.
func (c *Chain) refresh(p *state.Profile, emit Emit) {
	if !p.Stale {
		return
	}
	p.Stale = false
	if !p.Alive {
		return
	}
	for i := range c.plan.Segments {
		c.segments.add(i)
	}
	c.judgeMarked(p, schemas.CauseDefinition, nil, emit)
}

// code finds what the profile's bytes will say of an event.
func (c *Chain) code(e *schemas.Event) {
	if c.typ = c.types.find(e.Type); c.typ == nil {
		c.typ = &c.other
	}
	c.coder.Code(e, c.typ.Number, c.layout.Names)
	c.coded = &c.coder
}

// apply tells the profile of the coded event, and marks what it may have moved.
func (c *Chain) apply(p *state.Profile, late bool) {
	e := c.coded.Event
	if !p.Alive {
		p.Alive, p.First, p.Clock, p.Now = true, e.Time, e.Time, e.Time
	}
	p.First, p.Clock, p.Now = min(p.First, e.Time), max(p.Clock, e.Time), max(p.Now, e.Time)
	in := &c.in
	in.Profile, in.Event, in.Coded, in.Late, in.Type, in.Edge.Now, in.Edge.Horizon = p, e, c.coded, late, c.typ, p.Now, c.Horizon(p)
	if p.Recent.Add(c.coded, late, c.fields, in.Edge) {
		p.Limited = true
	}
	for _, op := range c.ops {
		op.Fold(in)
	}
}

// Repeated is how many events were there already, since it was last asked for.
func (c *Chain) Repeated() (n int64) {
	n, c.repeated = c.repeated, 0
	return n
}

// View answers expressions for a profile, until the next call.
func (c *Chain) View(p *state.Profile) *View {
	c.view.Profile = p
	return &c.view
}

func (c *Chain) judgement(p *state.Profile, cause string, e *schemas.Event, emit Emit) *Judgement {
	c.view.Profile = p
	if c.actions != nil {
		emit = c.actions.Listen(emit)
	}
	c.at.Cause, c.at.Event, c.at.Emit = cause, e, emit
	return &c.at
}

// act has the actions judged at the end of the present judgement.
func (c *Chain) act(fires bool) {
	if c.actions != nil {
		c.actions.Judge(&c.at, fires)
	}
}

// nextAction is when the next timer of an action fires.
func (c *Chain) nextAction(p *state.Profile) schemas.Instant {
	if c.actions == nil {
		return schemas.Never
	}
	return c.actions.Due(p)
}

// judgeMarked judges the segments that were marked. Actions are judged after that in any case, by the same judgement.
func (c *Chain) judgeMarked(p *state.Profile, cause string, e *schemas.Event, emit Emit) {
	marked := len(c.segments.list) > 0
	if !marked && c.actions == nil {
		return
	}
	at := c.judgement(p, cause, e, emit)
	if marked {
		c.judge.Judge(at, c.segments.list)
		c.segments.clear()
	}
}

// Advance fires the profile's timers that are due at or before an instant, each at its own, all of one instant together.
func (c *Chain) Advance(p *state.Profile, to schemas.Instant, emit Emit) {
	for fired := schemas.Earliest; p.Alive; {
		action := c.nextAction(p)
		if min(p.Memberships.Next(), action) > to {
			return // as before most events
		}
		due := min(c.judge.Due(c.View(p), to), action)
		if due > to {
			return
		}
		if due <= fired {
			panic(fmt.Sprintf("operators: a timer at %v fires again", due)) // rather than for ever
		}
		fired = due
		p.Now = max(p.Now, due)
		for _, m := range p.Memberships.By {
			if m.Next <= due {
				c.segments.add(m.Segment)
			}
		}
		c.segments.addAll(c.every)
		c.judgeMarked(p, schemas.CauseTimer, nil, emit)
		c.act(due == action)
	}
}

// Pass brings a profile to where its partition's watermark, or the final instant of a bounded run, has come: its timers
// fire and its sessions that are over are published.
func (c *Chain) Pass(p *state.Profile, watermark schemas.Instant, emit Emit) {
	c.refresh(p, emit)
	c.Advance(p, watermark, emit)
	if p.Alive {
		c.over(p, watermark, emit)
	}
}

// erase forgets everything at or before an ebb.erase. Events after it that had already come are the new life.
func (c *Chain) erase(p *state.Profile, e *schemas.Event, watermark schemas.Instant, emit Emit) {
	fresh := c.layout.New(p.ID)
	fresh.Epoch, fresh.Erased = p.Epoch+1, e.Time
	if p.Alive {
		p.Now = max(p.Now, e.Time)
		c.over(p, max(e.Time, watermark), emit)
		c.judge.Erase(c.judgement(p, schemas.CauseErasure, e, emit))
		// It cannot fail: the events were written by this very layout, and decoded before that.
		_ = p.Recent.After(e.Time, len(c.plan.Fields), c.slot, c.layout.Names, func(later *schemas.Event, late bool) {
			c.code(later)
			c.apply(fresh, late)
		})
	}
	if fresh.Alive {
		fresh.Now = max(fresh.Now, p.Now)
		c.sessions.Over(fresh, max(fresh.Clock.Add(-c.time.Lateness), watermark), nil) // published in the former life
	}
	*p = *fresh
	if p.Alive {
		c.segments.addAll(c.newborn)
		c.segments.addAll(c.every)
		c.judgeMarked(p, schemas.CauseLateEvent, e, emit)
		c.act(false) // by their types neither the erasure nor, once more, the events it leaves trigger anything
	}
}

func (c *Chain) slot(path string) int {
	if i, found := c.slots[path]; found {
		return i
	}
	return -1
}

// Wake is the first watermark at which Pass does something.
func (c *Chain) Wake(p *state.Profile) schemas.Instant {
	if !p.Alive {
		return schemas.Never
	}
	if p.Stale {
		return p.Now
	}
	next := min(c.judge.Due(c.View(p), schemas.Never), c.nextAction(p))
	if !c.untold {
		next = min(next, c.sessions.NextOver(p))
	}
	if c.actions != nil {
		next = min(next, c.actions.NextSettled(p))
	}
	return next
}

func lateRecord(e *schemas.Event, reason string) *schemas.Late {
	l := &schemas.Late{ID: e.ID, Source: e.Source, Type: e.Type, Subject: e.Subject, Time: e.Time, Reason: reason}
	if reason != schemas.ReasonErased {
		l.Data = e.AppendData(nil)
	}
	return l
}
