package catalog

import (
	"fmt"
	"maps"
	"slices"

	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/operators/predict"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// Histories are blocks of which nothing is kept but what the models of these event types see of the events.
func (b *Blocks) Histories(types []string) *Blocks {
	only := Defaults()
	for i, typ := range types {
		only.Models[typ] = b.Models[typ]
		only.Features[fmt.Sprintf("model_%d", i)] = fmt.Sprintf("p_alive(%q)", typ)
	}
	only.Assume()
	return only
}

// Assume gives models without parameters some: what uses these models can then be compiled, though not computed.
func (b *Blocks) Assume() {
	for typ, m := range b.Models {
		if m.Params == (predict.Params{}) {
			m.Params = predict.Params{R: 1, Alpha: 1, A: 1, B: 1, P: 1, Q: 2, V: 1}
			b.Models[typ] = m
		}
	}
}

// Modelled are the types of events that have a model, by name.
func (b *Blocks) Modelled() []string { return slices.Sorted(maps.Keys(b.Models)) }

// Purchases is what the model of an event type sees of a profile at n; false if there was no event of it.
func (c *Chain) Purchases(p *state.Profile, typ string, n schemas.Instant) (predict.Repeats, predict.Spending, bool) {
	for _, call := range c.Plan().Calls {
		if call.Func == expr.FuncPAlive && call.Type == typ {
			return c.features.History(p, call, n)
		}
	}
	return predict.Repeats{}, predict.Spending{}, false
}
