package action

import (
	"cmp"
	"slices"

	"github.com/ebbstream/ebb/operators"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// Listen is emit, with the changes of segments that it passes on remembered until Judge.
func (o *Operator) Listen(emit operators.Emit) operators.Emit {
	if len(o.byChange) == 0 {
		return emit
	}
	o.emit = emit
	return o.hears
}

func (o *Operator) hear(m schemas.Message) {
	if c, ok := m.(*schemas.SegmentChange); ok {
		switch c.Cause {
		case schemas.CauseErasure, schemas.CauseDefinition, schemas.CauseMerge:
		default:
			for _, g := range o.byChange[change{c.Segment, c.Entered}] {
				o.fire(g, schemas.Trigger{Seq: c.Seq})
			}
		}
	}
	o.emit(m)
}

func (o *Operator) fire(g *group, t schemas.Trigger) {
	t.On = g.text
	o.fired = append(o.fired, firing{g, t})
}

// Judge decides at the end of an evaluation. fires is whether the event may trigger actions (it is not late), or, without an
// event, whether now is an instant that Due gave.
func (o *Operator) Judge(at *operators.Judgement, fires bool) {
	p := at.View.Profile
	switch e := at.Event; {
	case e != nil && fires:
		o.event(e)
	case e == nil && fires:
		o.timers(p)
	}
	released := o.released(at)
	if len(o.fired)+len(released) == 0 {
		return // as after most events
	}
	o.at, o.now = at, o.eval(at.View)
	for _, w := range released {
		o.judgeOrWait(firing{o.groupOf(&w), w.Trigger})
	}
	slices.SortFunc(o.fired, func(a, b firing) int { return cmp.Compare(a.index, b.index) })
	for _, f := range o.fired {
		f.At = p.Now
		o.judgeOrWait(f)
	}
	o.fired = o.fired[:0]
}

func (o *Operator) event(e *schemas.Event) {
	if len(o.byType) == 0 {
		return
	}
	t := schemas.Trigger{Source: e.Source, ID: e.ID}
	for _, g := range o.byType[e.Type] {
		o.fire(g, t)
	}
	if len(o.byType["*"]) > 0 && !schemas.Reserved(e.Type) && e.Type != "*" {
		for _, g := range o.byType["*"] {
			o.fire(g, t)
		}
	}
}

// judgeOrWait judges what is not quiet; in quiet hours it waits, in the place of an older one. What is released may wait on,
// as the time zone may have changed; that brings no release forward.
func (o *Operator) judgeOrWait(f firing) {
	p := o.at.View.Profile
	if f.quiet != nil {
		if release := f.quiet.next(o.zone(f.group), p.Now); release > p.Now {
			p.Cell(o.layout(), o.first+o.waiting).(*state.Waiting).Put(state.Wait{Trigger: f.Trigger, Channel: f.channel, Release: release})
			return
		}
	}
	o.judge(f)
}

// released takes off the decisions that wait no longer, by their triggers' instants, then by group.
func (o *Operator) released(at *operators.Judgement) []state.Wait {
	if o.waiting < 0 {
		return nil
	}
	p, number := at.View.Profile, o.first+o.waiting
	c, ok := p.Cells[number].(*state.Waiting)
	if !ok {
		return nil
	}
	if c.Next() > p.Now {
		return nil
	}
	due := c.Due(p.Now)
	if len(c.All) == 0 {
		p.Cells[number] = nil
	}
	due = slices.DeleteFunc(due, func(w state.Wait) bool { return o.groupOf(&w) == nil }) // no longer configured
	slices.SortStableFunc(due, func(a, b state.Wait) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(o.groupOf(&a).index, o.groupOf(&b).index))
	})
	return due
}

// groupOf is the group that waits; nil if there is none any more.
func (o *Operator) groupOf(w *state.Wait) *group {
	for _, g := range o.groups {
		if g.text == w.On && g.channel == w.Channel {
			return g
		}
	}
	return nil
}
