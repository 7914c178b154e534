package feature

import (
	"maps"
	"math"
	"slices"

	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// Steps gives the values that a sum, an average or a number of values in a window takes after n as events leave it: in
// one pass, since what leaves an exact sum can be taken off again.
func (o *Operator) Steps(p *state.Profile, c *expr.Call, n schemas.Instant, yield func(at schemas.Instant, v schemas.Value) bool) bool {
	switch x := o.cellOf(p, c).(type) {
	case *state.Numbers:
		in := x.In(n)
		var sum state.Exact
		for _, d := range in {
			sum.Add(d.Value)
		}
		if math.IsInf(sum.Value(), 0) {
			return false // what is taken off an infinity leaves it
		}
		for i := 0; i < len(in); {
			at := in[i].Time
			for i < len(in) && in[i].Time == at {
				sum.Add(-in[i].Value)
				i++
			}
			v := schemas.DoubleValue(sum.Value())
			if c.Func == expr.FuncAvg {
				v = quotient(sum.Value(), int64(len(in)-i))
			}
			if !yield(at.Add(c.Window), v) {
				break
			}
		}
		return true
	case *state.Distinct:
		times := slices.Sorted(maps.Values(x.At))
		left, _ := slices.BinarySearch(times, n.Add(-c.Window)+1)
		times = times[left:]
		for i := 0; i < len(times); {
			at := times[i]
			for i < len(times) && times[i] == at {
				i++
			}
			if !yield(at.Add(c.Window), schemas.IntValue(int64(len(times)-i))) {
				break
			}
		}
		return c.Window != 0
	}
	return false
}
