package catalog

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ebbstream/ebb/operators"
	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/operators/predict"
	"github.com/ebbstream/ebb/operators/segment"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// TestBytes: no cell of a profile that has reached its limits is larger than is told, and none is told to be much larger.
func TestBytes(t *testing.T) {
	b := Defaults()
	b.Sessions.Keep = []string{"item"}
	b.Models["purchase"] = predict.Config{Unit: "day", Per: "event", Params: predict.Params{R: 1, Alpha: 1, A: 1, B: 1}}
	for i, text := range []string{
		`count("purchase")`, `count("purchase", "30d")`, `sum("purchase", "amount")`, `avg("purchase", "amount", "30d")`,
		`min("purchase", "amount")`, `distinct("purchase", "item")`, `distinct("purchase", "item", "30d")`, `first("purchase", "item")`,
		`last("purchase", "item")`, `since_first("purchase")`, `decayed("purchase", "7d")`, `top("purchase", "item", "7d", 3)`,
		`followed_by("view", "purchase", "1h")`, `pending("purchase", "view", "item")`, `p_alive("purchase")`, `sessions("30d")`,
	} {
		b.Features[fmt.Sprintf("f%d", i)] = text
	}
	b.Segments["second"] = segment.Config{When: `count("purchase", "30d", e.data.amount > 0.0) >= 2`}
	const limit = 200
	c, faults := Compile(b, Setting{Time: operators.Time{Lateness: 10 * schemas.Minute, Accept: schemas.Day}, Limits: expr.Limits{Events: limit, Values: limit}})
	if faults != nil {
		t.Fatal(faults)
	}

	chain := c.Chain()
	p := chain.Layout().New("somebody")
	decoder := schemas.NewJSONDecoder(c.Plan.Fields)
	var e schemas.Event
	for i := range 3 * limit {
		at := schemas.Instant(1_767_225_600_000).Add(schemas.Duration(i) * 7 * schemas.Minute)
		line := fmt.Sprintf(`{"id": "event-%025d", "source": "a source of thirty-one letters.", "subject": "somebody", "type": "purchase", "time": %q, "data": {"item": "item-%026d", "amount": %d.1}}`, i, at, i, i)
		if err := decoder.Decode([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		chain.Fold(p, &e, schemas.Earliest, func(schemas.Message) {})
	}
	edge := state.Edge{Now: p.Now, Horizon: chain.Horizon(p), Names: c.Layout.Names}
	const aggregates = 4 // the cells before are those of traits and sessions
	for i, a := range c.Plan.Aggregates {
		size, told := int64(cellBytes+len(p.Cells[aggregates+i].Append(nil, edge))), c.aggregateBytes(a)
		if size > told || told > 3*size && told > 150 {
			t.Errorf("%s has %d bytes, told are at most %d", a.Key, size, told)
		}
	}
	if size, told := int64(len(p.Cells[aggregates-1].Append(nil, edge))), c.sessionBytes(); size > told {
		t.Errorf("sessions have %d bytes, told are at most %d", size, told)
	}
	all, recent := c.ProfileBytes()
	if size := int64(len(c.Layout.Encode(nil, p, chain.Horizon(p)))); size > all || recent > all {
		t.Errorf("the profile has %d bytes, told are at most %d, %d of them for recent events", size, all, recent)
	}
}

// TestUnbounded: what no limit holds is not told to be small.
func TestUnbounded(t *testing.T) {
	b := Defaults()
	b.Features["least"] = `min("purchase", "amount", "30d")`
	c, faults := Compile(b, Setting{Limits: expr.Limits{Events: 10, Values: 10}})
	if faults != nil {
		t.Fatal(faults)
	}
	_, features := c.Describe()
	if s := features[0].State; len(s) != 1 || s[0].Bytes != Unbounded && c.Plan.Aggregates[0].Keep == 0 || !strings.HasPrefix(s[0].Key, "min(") {
		t.Errorf("the state of a least number in a window is %v", s)
	}
}
