package action

import (
	"slices"

	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// Description is what triggers an action, and what it keeps beside what its expressions read.
type Description struct {
	*expr.PlannedAction
	On      string // canonical
	Channel string
	Events  []string      // types that trigger it
	Segment string        // whose changes trigger it
	Timers  []expr.Motion // its wake-ups
	Idle    bool          // no action of its group is ever decided
	Cells   []state.Spec
}

// Describe tells of every action, by name. gap is that of sessions.
func (r *Rules) Describe(gap schemas.Duration) []Description {
	var all []Description
	for _, g := range r.groups {
		for _, a := range g.actions {
			d := Description{PlannedAction: a.PlannedAction, On: g.text, Channel: g.channel, Idle: g.idle()}
			switch {
			case g.kind == onEvent:
				d.Events = []string{g.name}
			case g.kind == onEnter || g.kind == onExit:
				d.Segment = g.name
			case g.idle():
			case g.kind == onEnded:
				d.Timers = append(d.Timers, expr.Motion{What: "session end", ADay: perDay(gap)})
			default:
				d.Timers = append(d.Timers, expr.Motion{What: "every " + g.every.String(), ADay: perDay(g.every)})
			}
			if g.quiet != nil && !g.idle() {
				d.Timers = append(d.Timers, expr.Motion{What: "end of quiet hours", ADay: 1})
				d.Cells = append(d.Cells, r.specs[r.waiting])
			}
			for _, c := range []*capped{a.cap, g.cap} {
				if c != nil && c.cell >= 0 {
					d.Cells = append(d.Cells, r.specs[c.cell])
				}
			}
			for _, s := range []*Study{a.study, a.learned} {
				if s != nil {
					d.Cells = append(d.Cells, r.specs[s.cell])
				}
			}
			d.Cells = append(d.Cells, r.counted(a)...)
			all = append(all, d)
		}
	}
	slices.SortFunc(all, func(a, b Description) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return all
}

// counted are the cells of the values that the action's payload draws.
func (r *Rules) counted(a *planned) []state.Spec {
	var all []state.Spec
	seen := map[int]bool{}
	for _, p := range a.payload {
		for _, d := range p.drawn {
			if !seen[d.field.cell] {
				seen[d.field.cell] = true
				all = append(all, r.specs[d.field.cell])
			}
		}
	}
	return all
}

func perDay(d schemas.Duration) float64 { return float64(schemas.Day) / float64(max(d, 1)) }

// Waits is how many decisions of a profile may wait at once.
func (r *Rules) Waits() (n int) {
	for _, g := range r.groups {
		if g.quiet != nil {
			n++
		}
	}
	return n
}
