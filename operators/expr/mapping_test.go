package expr_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/schemas"
)

var mapPath = []string{"sources", "[0]"}

// mapped is a definition for JSON with the parts in their usual places.
func mapped(change func(*expr.MapDefinition)) expr.MapDefinition {
	of := func(text string) expr.MapTerm { return expr.MapTerm{Expr: text} }
	d := expr.MapDefinition{Path: mapPath, Topic: "orders", ID: of("msg.id"), Subject: of("msg.user"), Time: of("msg.ts"), Type: of("msg.type"),
		Default: schemas.Attributes{Data: []string{}}}
	if change != nil {
		change(&d)
	}
	return d
}

var mapFields = schemas.Projection{{"item"}, {"cart", "total"}}

// decode runs one JSON value through a mapping, and shows what comes out.
func decode(t *testing.T, d expr.MapDefinition, r schemas.Record) string {
	t.Helper()
	m, faults := expr.CompileMapping(d, mapFields)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	mapper := m.Mapper(schemas.NewJSONReader(m.Reading()))
	var out string
	for range 2 { // the second time over what the first left
		events, err := mapper.Decode(&r)
		out = show(events, err)
	}
	return out
}

func show(events []schemas.Event, err error) string {
	if err != nil {
		var u *schemas.Unusable
		if !errors.As(err, &u) {
			return "no Unusable: " + err.Error()
		}
		return u.Error()
	}
	var b strings.Builder
	for _, e := range events {
		fmt.Fprintf(&b, "%s %s %s %s %s %s", e.ID, e.Source, e.Type, e.Subject, e.Time, e.AppendData(nil))
		for _, f := range e.Fields {
			fmt.Fprintf(&b, " %s:%s", f.Kind(), f.AppendJSON(nil))
		}
		if e.Payload.Kind() != schemas.Missing {
			fmt.Fprintf(&b, " payload %s", e.Payload.AppendJSON(nil))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func record(value string) schemas.Record {
	return schemas.Record{Origin: schemas.Origin{Topic: "orders", Partition: 3, Offset: 17}, Timestamp: 1767607200000, Key: []byte("u1"), Value: []byte(value),
		Headers: []schemas.Header{{Key: "tenant", Value: []byte("acme")}, {Key: "bytes", Value: []byte("\xff")}}}
}

const mapLine = `{"id":"e1","user":"u1","ts":1767607200000,"type":"view","item":"shoe","cart":{"total":9.5},"note":{"a":[1,{"k":"v"}]},"text":"{\"item\":\"sock\"}"}`

func TestMapping(t *testing.T) {
	of := func(text string) expr.MapTerm { return expr.MapTerm{Expr: text} }
	constant := func(v schemas.Value) expr.MapTerm { return expr.MapTerm{Const: &v} }
	const head, tail = "e1 orders view u1 2026-01-05T10:00:00Z ", "\n"
	for _, c := range []struct {
		name   string
		change func(*expr.MapDefinition)
		value  string
		want   string
	}{
		{"paths", nil, mapLine, head + mapLine + ` string:"shoe" double:9.5` + tail},
		{"ints as ids", nil, `{"id":9007199254740993,"user":42,"ts":1767607200000,"type":"view"}`,
			"9007199254740993 orders view 42 2026-01-05T10:00:00Z " + `{"id":9007199254740993,"user":42,"ts":1767607200000,"type":"view"} missing:null error:null` + tail},
		{"data below", func(d *expr.MapDefinition) { d.Data = of("msg.cart") }, mapLine, head + `{"total":9.5} missing:null error:null` + tail},
		{"data below, not there", func(d *expr.MapDefinition) { d.Data = of("msg.nothing.there") }, mapLine, head + `{} missing:null error:null` + tail},
		{"data made", func(d *expr.MapDefinition) {
			d.Data = of(`{"item": msg.item + "s", "cart": msg.cart, "n": size(msg.note.a)}`)
		}, mapLine,
			head + `{"cart":{"total":9.5},"item":"shoes","n":2} string:"shoes" double:9.5` + tail},
		{"data from a text", func(d *expr.MapDefinition) { d.Data = of(`json(msg.text)`) }, mapLine, head + `{"item":"sock"} string:"sock" error:null` + tail},
		{"constants", func(d *expr.MapDefinition) {
			d.Type, d.Data = constant(schemas.StringValue("purchase")), constant(schemas.ValueOf(map[string]any{"item": "x"}))
		}, mapLine, strings.Replace(head, "view", "purchase", 1) + `{"item":"x"} string:"x" error:null` + tail},
		{"an id of the record", func(d *expr.MapDefinition) {
			d.ID = of(`kafka.topic + "-" + string(kafka.partition) + "-" + string(kafka.offset)`)
			d.Subject, d.Time, d.Source = of("kafka.key"), of("kafka.timestamp"), of("kafka.headers.tenant")
		}, `{"type":"view"}`, `orders-3-17 acme view u1 2026-01-05T10:00:00Z {"type":"view"} missing:null error:null` + tail},
		{"choices", func(d *expr.MapDefinition) {
			d.Subject = of(`msg.nobody != null ? msg.nobody : msg.user`)
			d.Source = of(`has(kafka.headers.none) ? "h" : has(msg.note.a) ? "a" : "n"`)
		}, mapLine, strings.Replace(head, "orders", "a", 1) + mapLine + ` string:"shoe" double:9.5` + tail},
		{"where: what is not there is null", func(d *expr.MapDefinition) { d.Where = "msg.bot != true" }, mapLine, head + mapLine + ` string:"shoe" double:9.5` + tail},
		{"where: not held", func(d *expr.MapDefinition) { d.Where = `msg.cart.total > 10.0` }, mapLine, ""},
		{"where: an error", func(d *expr.MapDefinition) { d.Where = `msg.nothing > 10.0` }, mapLine, ""},
		{"each", func(d *expr.MapDefinition) { d.Each = "msg.note.a.filter(x, type_of(x) == 1)" }, mapLine, ""},
		{"each line", func(d *expr.MapDefinition) {
			d.Each, d.ID, d.Data = "msg.lines", of(`msg.id + "." + string(index)`), of(`{"item": line.sku, "cart": {"total": line.price}}`)
		}, `{"id":"o1","user":"u1","ts":1767607200000,"type":"view","lines":[{"sku":"a","price":1},{"sku":"b"}]}`,
			`o1.0 orders view u1 2026-01-05T10:00:00Z {"cart":{"total":1},"item":"a"} string:"a" int:1` + "\n" +
				`o1.1 orders view u1 2026-01-05T10:00:00Z {"cart":{"total":null},"item":"b"} string:"b" null:null` + "\n"},
		{"each, as it is", func(d *expr.MapDefinition) { d.Each = "msg.lines" }, `{"id":"o1","user":"u1","ts":1767607200000,"type":"view","lines":[{"item":"a"},{"item":"b"}]}`,
			`o1/0 orders view u1 2026-01-05T10:00:00Z {"item":"a"} string:"a" error:null` + "\n" + `o1/1 orders view u1 2026-01-05T10:00:00Z {"item":"b"} string:"b" error:null` + "\n"},
		{"each of nothing", func(d *expr.MapDefinition) { d.Each = "msg.lines" }, mapLine, ""},
		{"each of no list", func(d *expr.MapDefinition) { d.Each = "msg.cart" }, mapLine, "not_mappable: each (msg.cart) is no list"},
		{"seconds", func(d *expr.MapDefinition) { d.Unit = schemas.Seconds }, `{"id":"e","user":"u1","ts":1767607200.0019,"type":"v"}`,
			`e orders v u1 2026-01-05T10:00:00.001Z {"id":"e","user":"u1","ts":1767607200.0019,"type":"v"} missing:null error:null` + tail},
		{"microseconds", func(d *expr.MapDefinition) { d.Unit = schemas.Microseconds }, `{"id":"e","user":"u1","ts":1767607200001999,"type":"v"}`,
			`e orders v u1 2026-01-05T10:00:00.001Z {"id":"e","user":"u1","ts":1767607200001999,"type":"v"} missing:null error:null` + tail},
		{"a reserved type", func(d *expr.MapDefinition) {
			d.Type, d.Data = constant(schemas.StringValue("ebb.traits")), of("msg.cart")
		}, mapLine,
			strings.Replace(head, "view", "ebb.traits", 1) + `{"total":9.5} missing:null error:null payload {"total":9.5}` + tail},
		{"keyed", func(d *expr.MapDefinition) { d.Keyed = true }, `{"id":"e","user":"u1","ts":1767607200000,"type":"v"}`,
			`e orders v u1 2026-01-05T10:00:00Z {"id":"e","user":"u1","ts":1767607200000,"type":"v"} missing:null error:null` + tail},

		{"no JSON", nil, `{"id":`, "not_decodable: the value is not JSON: unexpected EOF"},
		{"an empty value", nil, ``, "not_decodable: the value is not JSON: there is no text"},
		{"no id", nil, `{"user":"u1","ts":1,"type":"v"}`, "not_mappable: id is missing"},
		{"an id that is a list", nil, `{"id":[1],"user":"u1","ts":1,"type":"v"}`, "not_mappable: id is [1]"},
		{"no subject", nil, `{"id":"e","user":null,"ts":1767607200000,"type":"v"}`, "no_subject: subject is null"},
		{"an empty subject", nil, `{"id":"e","user":"","ts":1767607200000,"type":"v"}`, `no_subject: subject is ""`},
		{"no time", nil, `{"id":"e","user":"u1","ts":"soon","type":"v"}`, `not_mappable: time is "soon"`},
		{"an early time", nil, `{"id":"e","user":"u1","ts":5,"type":"v"}`, "implausible_time: "},
		{"another key", func(d *expr.MapDefinition) { d.Keyed = true }, `{"id":"e","user":"u2","ts":1767607200000,"type":"v"}`, `key_mismatch: the record's key is "u1" and the subject "u2"`},
		{"data that is no object", func(d *expr.MapDefinition) { d.Data = of("msg.item") }, mapLine, "not_mappable: data (msg.item) is a string"},
		{"a list", nil, `[1]`, "not_mappable: id is null"},
		{"a reserved type with a number beyond doubles", func(d *expr.MapDefinition) { d.Type = constant(schemas.StringValue("ebb.traits")) }, `{"id":"e","user":"u1","ts":1767607200000,"x":1e999}`,
			"not_mappable: data of an ebb.traits event cannot be read"},
		{"a reserved type that is wrong", func(d *expr.MapDefinition) { d.Type = constant(schemas.StringValue("ebb.consent")) }, mapLine, "not_mappable: data.purpose"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := mapped(c.change)
			if strings.Contains(d.Each, "type_of") {
				if _, faults := expr.CompileMapping(d, nil); len(faults) != 1 || !strings.Contains(faults[0].Message, "type_of is not known") {
					t.Errorf("faults: %v", faults)
				}
				return
			}
			got := decode(t, d, record(c.value))
			if got != c.want && !(strings.Contains(c.want, ": ") && !strings.HasSuffix(c.want, "\n") && strings.HasPrefix(got, c.want)) {
				t.Errorf("got\n%s, want\n%s", got, c.want)
			}
		})
	}
}

func TestTombstonesAndSizes(t *testing.T) {
	r := record("")
	r.Value = nil
	if got := decode(t, mapped(nil), r); got != "" {
		t.Errorf("a tombstone gives %q", got)
	}
	r.Value = make([]byte, schemas.MaxRecord+1)
	if got := decode(t, mapped(nil), r); !strings.HasPrefix(got, "too_large: ") {
		t.Errorf("a great value gives %q", got)
	}
}

// TestMapFaults: what is wrong with a map is said with its place.
func TestMapFaults(t *testing.T) {
	of := func(text string) expr.MapTerm { return expr.MapTerm{Expr: text} }
	for _, c := range []struct {
		change func(*expr.MapDefinition)
		fault  string
		at     int
	}{
		{func(d *expr.MapDefinition) { d.Type = of("purchase") }, "sources.[0].map.type: purchase is not known; what a record has is written like msg.purchase, and a constant {const: purchase}", 0},
		{func(d *expr.MapDefinition) { d.ID = of(`msg.a + foo`) }, "sources.[0].map.id: foo is not known", 8},
		{func(d *expr.MapDefinition) { d.ID = of(`msg.`) }, "sources.[0].map.id: ", 4},
		{func(d *expr.MapDefinition) { d.Where = `count("p") > 1` }, "sources.[0].where: count() cannot stand here: a source sees one record", 5},
		{func(d *expr.MapDefinition) { d.Where = `e.data.x == 1` }, "sources.[0].where: e.data is not known here", 6},
		{func(d *expr.MapDefinition) { d.Where = `session.active` }, "sources.[0].where: session.active is not known here", 7},
		{func(d *expr.MapDefinition) { d.Where = `kafka.ofset == 1` }, "sources.[0].where: kafka.ofset is not known; did you mean kafka.offset?", 5},
		{func(d *expr.MapDefinition) { d.Where = `"yes"` }, "sources.[0].where: expected true or false", 0},
		{func(d *expr.MapDefinition) { d.Where = `line.x == 1` }, "sources.[0].where: line is not known", 0},
		{func(d *expr.MapDefinition) { d.Each = `kafka.offset` }, "sources.[0].each: expected a list", 0},
		{func(d *expr.MapDefinition) { d.Time = of(`true`) }, "sources.[0].map.time: expected a time", 0},
		{func(d *expr.MapDefinition) { d.Data = of(`[msg]`) }, "sources.[0].map.data: expected an object", 0},
		{func(d *expr.MapDefinition) { v := schemas.IntValue(1); d.Data = expr.MapTerm{Const: &v} }, "sources.[0].map.data: expected an object", 0},
	} {
		_, faults := expr.CompileMapping(mapped(c.change), mapFields)
		if len(faults) == 0 || !strings.HasPrefix(faults[0].String(), c.fault) || faults[0].Offset != c.at {
			t.Errorf("want %d %q, got %d %v", c.at, c.fault, faults[0].Offset, faults)
		}
	}
}

// TestEventsThemselves: without a map each record is the event of SPEC section 2.
func TestEventsThemselves(t *testing.T) {
	for _, name := range []string{"json", "cloudevents"} {
		f, err := schemas.FormatOf(name)
		if err != nil {
			t.Fatal(err)
		}
		m, faults := expr.CompileMapping(expr.MapDefinition{Topic: "t", Default: f.Defaults(false)}, mapFields)
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		mapper := m.Mapper(f.NewReader(m.Reading()))
		for line, want := range map[string]string{
			`{"id":"1","type":"v","subject":"u","time":"2026-01-05T10:00:00Z","data":{"item":"x"}}`:   `1 t v u 2026-01-05T10:00:00Z {"item":"x"} string:"x" error:null` + "\n",
			`{"id":"1","type":"v","subject":"u","time":1767607200000,"source":"s"}`:                   `1 s v u 2026-01-05T10:00:00Z {} missing:null error:null` + "\n",
			`{"id":"1","type":"ebb.traits","subject":"u","time":1767607200000,"data":{"plan":"pro"}}`: `1 t ebb.traits u 2026-01-05T10:00:00Z {"plan":"pro"} missing:null error:null payload {"plan":"pro"}` + "\n",
			`{"id":"1","type":"v","subject":"u","time":1767607200000,"data":[]}`:                      `not_mappable: data (msg.data) is a list, expected an object`,
			`{"id":"1","type":"v","time":1767607200000}`:                                              `no_subject: subject is missing, expected the id of a profile`,
		} {
			events, err := mapper.Decode(&schemas.Record{Value: []byte(line)})
			if got := show(events, err); got != want {
				t.Errorf("%s %s: got %s, want %s", name, line, got, want)
			}
		}
	}
}
