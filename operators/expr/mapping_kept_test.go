package expr_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/schemas"
)

// TestEventsAreKept: events that are kept with copies of their Fields, as a turn of a partition does, are what they were when the next
// thousand records are decoded.
func TestEventsAreKept(t *testing.T) {
	traits := func(i int) string {
		return fmt.Sprintf(`{"id":"t%d","user":"u%d","ts":"2026-01-05T10:00:00Z","type":"ebb.traits","source":"s","traits":{"a\n%d":%d,"long":%q},"lines":[{"item":"i%d","cart":{"total":%d}},{"item":{"of":["a%d"]}}]}`,
			i, i, i, i, strings.Repeat(fmt.Sprint("x", i), i%700), i, i, i)
	}
	cloud := func(i int) string {
		one := func(j int) string {
			return fmt.Sprintf(`{"specversion":"1.0","id":"c%d-%d","source":"s%d","type":"x","subject":"u\u0041%d","time":"2026-01-05T10:00:00Z","data":{"item":["é\t%d"],"cart":{"total":"long text that is not interned %d"}}}`, i, j, i, i, i, i)
		}
		return "[" + one(0) + "," + one(1) + "]"
	}
	batch := []schemas.Header{{Key: "content-type", Value: []byte("application/cloudevents-batch+json")}}
	for name, c := range map[string]struct {
		change  func(*expr.MapDefinition)
		format  string
		value   func(i int) string
		headers []schemas.Header
	}{
		"built data": {func(d *expr.MapDefinition) {
			d.Data = expr.MapTerm{Expr: "{'item': msg.id, 'cart': {'total': msg.traits}}"}
		}, "json", traits, nil},
		"traits": {func(d *expr.MapDefinition) { d.Data = expr.MapTerm{Expr: "msg.traits"} }, "json", traits, nil},
		"whole":  {nil, "json", traits, nil},
		"lines":  {func(d *expr.MapDefinition) { d.Each = "msg.lines"; d.Type = expr.MapTerm{Expr: "'x'"} }, "json", traits, nil},
		"batches": {func(d *expr.MapDefinition) {
			*d = expr.MapDefinition{Path: mapPath, Topic: "orders"}
		}, "cloudevents", cloud, batch},
	} {
		t.Run(name, func(t *testing.T) {
			format, err := schemas.FormatOf(c.format)
			if err != nil {
				t.Fatal(err)
			}
			d := mapped(c.change)
			if c.format != "json" {
				d.Default = format.Defaults(false)
			}
			m, faults := expr.CompileMapping(d, mapFields)
			if len(faults) > 0 {
				t.Fatal(faults)
			}
			mapper := m.Mapper(format.NewReader(m.Reading()))
			var kept []schemas.Event
			var were []string
			headers := slices.Clone(c.headers)
			for i := range 1000 {
				copy(headers, c.headers)
				events, err := mapper.Decode(&schemas.Record{Value: []byte(c.value(i)), Headers: headers})
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range events {
					e.Fields = slices.Clone(e.Fields)
					kept, were = append(kept, e), append(were, show([]schemas.Event{e}, nil))
				}
			}
			if len(kept) < 1000 {
				t.Fatalf("%d events", len(kept))
			}
			for i, e := range kept {
				if is := show([]schemas.Event{e}, nil); is != were[i] {
					t.Fatalf("event %d was\n%.500s\nand is\n%.500s", i, were[i], is)
				}
			}
		})
	}
}
