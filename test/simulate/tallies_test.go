package simulate

import (
	"fmt"
	"strings"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// tallies are what was counted of an experiment.
type tallies state.Tallies

// tallies reads from the changelog what all partitions have counted of each experiment.
func (e *engineWork) tallies(s *simulation) map[string]tallies {
	last := map[string][]byte{} // by partition and key
	for _, r := range s.read("shop.changelog") {
		last[fmt.Sprint(r.Partition, " ", string(r.Key))] = r.Value
	}
	all := map[string]tallies{}
	for _, study := range e.catalog.Studies() {
		sum := state.Tallies{}
		for at, row := range last {
			if !strings.HasSuffix(at, state.TallyKey(study.Text)) {
				continue
			}
			of, err := state.DecodeTallies(state.RowState(row))
			if err != nil {
				s.t.Fatal(err)
			}
			sum.AddAll(of)
		}
		all[study.Name] = tallies(sum)
	}
	return all
}

func (t tallies) Append(b []byte) []byte { return state.Tallies(t).Append(b) }

func (t tallies) text() string {
	var b strings.Builder
	for _, key := range state.Tallies(t).Keys() {
		fmt.Fprintf(&b, "%+v:", key)
		for k := range schemas.OutcomeKinds {
			fmt.Fprintf(&b, " %v %d", k, t[key].N[k])
		}
		fmt.Fprintf(&b, " worth %v\n", t[key].Revenue.Value())
	}
	return b.String()
}
