package partition_test

import (
	"maps"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/operators"
	"github.com/ebbstream/ebb/operators/action"
	"github.com/ebbstream/ebb/operators/catalog"
	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/schemas"
)

// TestTold: what leaves no record is counted, once: repetitions, records without a value, and decisions that every rule kept back.
func TestTold(t *testing.T) {
	b := newBench(t, func(c *partition.Config) {
		blocks := catalog.Defaults()
		blocks.Actions = catalog.Named[action.Config]{
			"never":  {On: "p", Channel: "mail", When: "false"},
			"unpaid": {On: "p", Channel: "mail", Purpose: "marketing"},
			"shown":  {On: "q", Channel: "mail"},
			"hidden": {On: "q", Channel: "mail", When: "false"}, // the record of the other says so
		}
		compiled, faults := catalog.Compile(blocks, catalog.Setting{
			Time: operators.Time{Lateness: 10 * schemas.Minute, Accept: schemas.Day}, Limits: expr.Limits{Events: 1000, Values: 100},
		})
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		c.Catalog = compiled
	}, "clicks", "t.events")
	b.push("clicks", "1", "p", "u1", "09:00:00")
	b.push("clicks", "1", "p", "u1", "09:00:00")
	b.push("clicks", "2", "q", "u1", "09:00:01")
	if err := b.p.Push([]*kgo.Record{{Topic: "clicks", Key: []byte("u1"), Offset: b.next["clicks"]}}); err != nil {
		t.Fatal(err)
	}
	b.next["clicks"]++
	b.commit()
	told := b.sealed.Told
	if told.Events != 3 || told.Repeated != 1 || told.Tombstones != 1 || told.Decided["shown"] != 1 {
		t.Errorf("told %+v", told)
	}
	if want := map[string]int64{schemas.RuleIneligible: 1, schemas.RuleConsent: 1}; !maps.Equal(told.Suppressed, want) {
		t.Errorf("suppressed: %v, not %v", told.Suppressed, want)
	}
	b.push("clicks", "3", "x", "u1", "09:00:02")
	b.commit()
	if told := b.sealed.Told; told.Repeated+told.Tombstones != 0 || len(told.Suppressed) > 0 {
		t.Errorf("told again: %+v", told)
	}
}
