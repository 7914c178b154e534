package catalog

import (
	"maps"
	"slices"

	"github.com/ebbstream/ebb/operators/action"
	"github.com/ebbstream/ebb/operators/expr"
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
