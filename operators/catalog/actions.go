package catalog

import (
	"maps"
	"slices"

	"github.com/ebbstream/ebb/operators/action"
	"github.com/ebbstream/ebb/operators/experiment"
	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/state"
)

// define adds the actions to the definitions, and gives their blocks.
func (b *Blocks) define(d *expr.Definitions) action.Blocks {
	blocks := action.Blocks{Actions: b.Actions, Channels: b.Channels, Guards: b.Guards, Experiments: b.Experiments, Learning: b.Learning}
	d.Actions = blocks.Definitions()
	for _, v := range b.Guards.Sensitive {
		d.Sensitive = append(d.Sensitive, v.Value)
	}
	return blocks
}

// misfits are what the blocks of actions say of each other, and of segments, that is not so.
func (b *Blocks) misfits(blocks *action.Blocks) []expr.Fault {
	isSegment := func(name string) bool { _, found := b.Segments[name]; return found }
	return blocks.Check(isSegment, slices.Sorted(maps.Keys(b.Segments)))
}

// Studies are the experiments, by name, and then what is counted for learning.
func (c *Catalog) Studies() []*action.Study { return c.actions.Studies() }

// Report says what was counted of the experiments, by name, and for learning; one of which nothing was is there, too.
func (c *Catalog) Report(counted state.Counted) []*experiment.Report {
	all := []*experiment.Report{}
	for _, s := range c.Studies() {
		r := experiment.Of(counted[s.Name])
		r.Learning = s.Learned
		r.Experiment, r.Reward, r.Within, r.Control = s.Name, s.Reward, s.Within.String(), float64(s.Control)/10_000
		all = append(all, r)
	}
	return all
}

// ActionDescription is what an action needs, and what triggers it.
type ActionDescription struct {
	Description        // Events are the types that trigger it, Motions its timers
	On          string // the trigger
	Segment     string // whose changes trigger it; empty: none's do
	Channel     string
	Learning    string // the policy it asks for; empty: none
	Known       bool   // what came of it so far is given, so that the policy has something to go by
	Idle        bool   // a cap of 0 keeps it and all it is chosen among from being decided
}

// DescribeActions tells of every action, by name.
func (c *Catalog) DescribeActions() []ActionDescription {
	var all []ActionDescription
	for _, a := range c.actions.Describe(c.blocks.Sessions.Gap) {
		d := ActionDescription{On: a.On, Segment: a.Segment, Channel: a.Channel, Learning: c.blocks.Learning[a.Name].Policy, Known: c.blocks.Learning[a.Name].Known != nil, Idle: a.Idle}
		d.Description = c.describe(a.Name, c.Plan.ActionReads(a.PlannedAction))
		d.Events, d.Motions = a.Events, a.Timers
		for _, cell := range a.Cells {
			d.State = append(d.State, Stored{cell.Key, c.actionBytes(cell)})
		}
		all = append(all, d)
	}
	return all
}

// actionBytes is what a cell of the actions takes of one profile at most.
func (c *Catalog) actionBytes(s state.Spec) int64 {
	switch x := s.New().(type) {
	case *state.Times:
		return cellBytes + timesBytes(int64(x.Keep), x.Window, 0)
	case *state.Waiting:
		const wait = 2 + 2*instantBytes + countBytes + 2*textBytes
		return cellBytes + 1 + int64(c.actions.Waits())*wait
	case *state.Offers:
		const offer = instantBytes + 16 + 2 + 2
		return cellBytes + 2 + instantBytes + int64(x.Keep)*offer
	case *state.Support:
		value := int64(textBytes + countBytes + instantBytes)
		if x.Sessions { // most are over, and only counted
			value += countBytes + 1 + instantBytes
		}
		return cellBytes + 3 + int64(x.Keep)*value
	}
	return Unbounded
}
