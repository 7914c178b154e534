package expr_test

import (
	"errors"
	"testing"

	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/schemas"
)

// FuzzMapping: any texts are a map or faults with a place inside them; and what is a map makes of any value events whose
// fields are those of their data, or a reason.
func FuzzMapping(f *testing.F) {
	f.Add("msg.id", "msg.cart", "msg.bot != true", "", []byte(mapLine))
	f.Add(`msg.id + string(index)`, "line", "true", "msg.note.a", []byte(mapLine))
	f.Add(`kafka.topic + string(kafka.offset)`, `{"item": msg.item, "cart": json(msg.text)}`, `has(msg.id) && kafka.headers["tenant"] == "acme"`, "", []byte(mapLine))
	f.Add(`msg["id"]`, `msg`, `msg.note.a.exists(x, x == 1)`, `[1, {"item": 2}]`, []byte(`{"id":1}`))
	f.Fuzz(func(t *testing.T, id, data, where, each string, value []byte) {
		if len(id)+len(data)+len(where)+len(each) > 1000 || len(loops.FindAllString(id+data+where+each, 3)) > 2 {
			return
		}
		texts := map[string]string{"id": id, "data": data, "where": where, "each": each}
		m, faults := expr.CompileMapping(mapped(func(d *expr.MapDefinition) {
			d.ID, d.Data, d.Where, d.Each = expr.MapTerm{Expr: id}, expr.MapTerm{Expr: data}, where, each
		}), mapFields)
		for _, f := range faults {
			if of := texts[f.Path[len(f.Path)-1]]; f.Message == "" || f.Offset < 0 || f.Offset > len(of) {
				t.Errorf("fault at %d of %q: %q", f.Offset, of, f.Message)
			}
		}
		if len(faults) > 0 {
			return
		}
		r := record(string(value))
		events, err := m.Mapper(schemas.NewJSONReader(m.Reading())).Decode(&r)
		var why *schemas.Unusable
		if err != nil && (!errors.As(err, &why) || why.Detail == "") {
			t.Fatalf("%v is no Unusable that says why", err)
		}
		for _, e := range events {
			whole, err := schemas.ParseValue(e.AppendData(nil))
			if err != nil {
				continue // a number beyond doubles, which is an error where it stands
			}
			for i, path := range mapFields {
				if want := whole.Path(path); want.Kind() != e.Fields[i].Kind() && e.Fields[i].Kind() <= schemas.List && e.Fields[i].Kind() != schemas.Span && e.Fields[i].Kind() != schemas.Time && e.Fields[i].Kind() != schemas.Double {
					t.Errorf("%s: field %v is %s %s", e.AppendData(nil), path, e.Fields[i].Kind(), e.Fields[i].AppendJSON(nil))
				}
			}
		}
	})
}
