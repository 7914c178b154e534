package partition

import (
	"fmt"

	"github.com/ebbstream/ebb/operators/action"
	"github.com/ebbstream/ebb/pipeline/live"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// tallies are what was counted of experiments in the partition, by name: rows of their own, committed with the profiles that
// the counts came from. What was counted of an experiment that meant something else, or is gone, stays under its own key.
type tallies struct {
	p       *Partition
	of      state.Counted
	changed map[string]bool
}

func newTallies(p *Partition) (t tallies, err error) {
	t = tallies{p: p, changed: map[string]bool{}}
	if t.of, err = ReadTallies(p.store, p.number, p.c.Catalog.Studies()); err == nil {
		p.chain.Count(p.counted)
	}
	return t, err
}

// ReadTallies reads what was counted of experiments in a task, by name.
func ReadTallies(from Rows, task int32, studies []*action.Study) (state.Counted, error) {
	of := make(state.Counted, len(studies))
	for _, s := range studies {
		of[s.Name] = state.Tallies{}
		row, err := from.Get(task, state.TallyKey(s.Text))
		if err != nil {
			return nil, err
		}
		if row == nil {
			continue
		}
		if of[s.Name], err = state.DecodeTallies(state.RowState(row)); err != nil {
			return nil, fmt.Errorf("reading the tallies of experiment %q in partition %d: %w", s.Name, task, err)
		}
	}
	return of, nil
}

func (p *Partition) counted(o schemas.Outcome) {
	p.tallies.of.Add(o)
	p.tallies.changed[o.Experiment] = true
	o.Value = 0
	p.told.Outcomes[o]++
}

// seal writes the rows of what changed.
func (t *tallies) seal(b *live.Batch) {
	for _, s := range t.p.c.Catalog.Studies() {
		if t.changed[s.Name] {
			b.Rows = append(b.Rows, state.OwnRow(state.TallyKey(s.Text), t.of[s.Name].Append(nil)))
		}
	}
	clear(t.changed)
}
