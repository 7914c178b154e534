package schemas

import (
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/linkedin/goavro/v2"
)

// TestAvroLogicalTypes reads what goavro writes.
func TestAvroLogicalTypes(t *testing.T) {
	at := time.Date(2026, 1, 5, 10, 0, 0, 123_999_999, time.UTC)
	for _, c := range []struct {
		schema string
		native any
		want   Value
	}{
		{`{"type":"long","logicalType":"timestamp-millis"}`, at, TimeValue(1767607200123)},
		{`{"type":"long","logicalType":"timestamp-micros"}`, at, TimeValue(1767607200123)},
		{`{"type":"int","logicalType":"date"}`, at.Truncate(24 * time.Hour), TimeValue(1767571200000)},
		{`{"type":"int","logicalType":"time-millis"}`, 90 * time.Second, SpanValue(90_000)},
		{`{"type":"long","logicalType":"time-micros"}`, 90 * time.Second, SpanValue(90_000)},
		{`{"type":"bytes","logicalType":"decimal","precision":10,"scale":2}`, big.NewRat(-12345, 100), DoubleValue(-123.45)},
		{`{"type":"bytes","logicalType":"decimal","precision":38,"scale":10}`, big.NewRat(1, 10), DoubleValue(0.1)},
		{`{"type":"fixed","name":"d","size":20,"logicalType":"decimal","precision":40,"scale":3}`, big.NewRat(-7, 1000), DoubleValue(-0.007)},
		{`{"type":"string","logicalType":"uuid"}`, "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", StringValue("f81d4fae-7dec-11d0-a765-00a0c91e6bf6")},
		{`{"type":"long","logicalType":"no-such"}`, int64(5), IntValue(5)},
		{`"float"`, float32(1.5), DoubleValue(1.5)},
		{`"boolean"`, true, BoolValue(true)},
		{`"bytes"`, []byte{0, 'a', 0xFF}, StringValue("\x00aÿ")},
		{`{"type":"enum","name":"e","symbols":["A","B"]}`, "B", StringValue("B")},
		{`{"type":"array","items":["null","long"]}`, []any{nil, goavro.Union("long", int64(3))}, ListValue([]Value{NullValue, IntValue(3)})},
		{`{"type":"map","values":{"type":"array","items":"null"}}`, map[string]any{"k": []any{nil, nil}}, MapValue([]string{"k"}, []Value{ListValue([]Value{NullValue, NullValue})})},
	} {
		codec, err := goavro.NewCodec(c.schema)
		if err != nil {
			t.Fatalf("%s: %v", c.schema, err)
		}
		body, err := codec.BinaryFromNative(nil, c.native)
		if err != nil {
			t.Fatalf("%s: %v", c.schema, err)
		}
		if got := readAvro(t, NewAvroBodyReader(everything, mustAvro(t, c.schema)), body); got.Kind() != c.want.Kind() || !got.Equal(c.want) {
			t.Errorf("%s: got %s %s, want %s %s", c.schema, got.Kind(), got.AppendJSON(nil), c.want.Kind(), c.want.AppendJSON(nil))
		}
	}
	for _, c := range []struct {
		schema, body string
		want         Value
	}{ // what goavro does not write
		{`{"type":"fixed","name":"u","size":16,"logicalType":"uuid"}`, "f81d4fae7dec11d0a76500a0c91e6bf6", StringValue("f81d4fae-7dec-11d0-a765-00a0c91e6bf6")},
		{`{"type":"fixed","name":"u","size":12,"logicalType":"duration"}`, "010000000200000003000000", MapValue([]string{"days", "milliseconds", "months"}, []Value{IntValue(2), IntValue(3), IntValue(1)})},
		{`{"type":"long","logicalType":"timestamp-nanos"}`, "8092f401", TimeValue(2)},
		{`{"type":"long","logicalType":"local-timestamp-millis"}`, "04", TimeValue(2)},
	} {
		if got := readAvro(t, NewAvroBodyReader(everything, mustAvro(t, c.schema)), unhex(t, c.body)); got.Kind() != c.want.Kind() || !got.Equal(c.want) {
			t.Errorf("%s: got %s %s, want %s", c.schema, got.Kind(), got.AppendJSON(nil), c.want.AppendJSON(nil))
		}
	}
}

// TestAvroEvolution: an older or a newer writer gives the reader's names and defaults.
func TestAvroEvolution(t *testing.T) {
	const reader = `{"type":"record","name":"E","fields":[
		{"name":"amount","type":["null","double"],"aliases":["price"],"default":null},
		{"name":"item","type":{"type":"record","name":"I","aliases":["Old"],"fields":[{"name":"sku","type":"string"},{"name":"size","type":"string","default":"M"}]}},
		{"name":"kind","type":{"type":"enum","name":"K","symbols":["a","other"],"default":"other"}},
		{"name":"next","type":["null","E"],"default":null},
		{"name":"channel","type":"string","default":"web"},
		{"name":"needed","type":"string"}]}`
	const older = `{"type":"record","name":"E","fields":[
		{"name":"gone","type":{"type":"array","items":"string"}},
		{"name":"price","type":"int"},
		{"name":"item","type":{"type":"record","name":"Old","fields":[{"name":"sku","type":"string"}]}},
		{"name":"kind","type":{"type":"enum","name":"K","symbols":["a","b"]}},
		{"name":"next","type":["null","E"]}]}`
	codec, err := goavro.NewCodec(older)
	if err != nil {
		t.Fatal(err)
	}
	event := func(next any) map[string]any {
		return map[string]any{"gone": []any{"x", "y"}, "price": int32(7), "item": map[string]any{"sku": "s1"}, "kind": "b", "next": next}
	}
	body, err := codec.BinaryFromNative(nil, event(goavro.Union("E", event(nil))))
	if err != nil {
		t.Fatal(err)
	}
	one := `{"amount":7.0,"channel":"web","item":{"size":"M","sku":"s1"},"kind":"other","next":`
	sameJSON(t, "evolved", readAvro(t, avroFor(t, older, []byte(reader)), framed(1, body)), []byte(one+one+`null}}`))

	paths := Projection{{"amount"}, {"item", "size"}, {"next", "item", "sku"}, {"next", "channel"}, {"next", "next", "kind"}, {"needed"}, {"gone"}, {"next"}}
	d := NewAvroReader(Reading{paths, make([]Mode, len(paths))}, mustAvro(t, reader), fixedSchemas{1: {Schema: older}})
	values := make([]Value, len(paths))
	if _, err := d.Open(&Record{Value: framed(1, body)}); err != nil {
		t.Fatal(err)
	}
	if err := d.Read(0, values); err != nil {
		t.Fatal(err)
	}
	raw, form := d.Body(0)
	whole := form.Value(raw)
	for i, path := range paths {
		if want := whole.Path(path); want.Kind() != values[i].Kind() || !want.Equal(values[i]) {
			t.Errorf("%v: got %s %s, in the whole %s", path, values[i].Kind(), values[i].AppendJSON(nil), want.AppendJSON(nil))
		}
	}
}

func TestAvroReferences(t *testing.T) {
	const item = `{"type":"record","name":"Item","namespace":"shop","fields":[{"name":"sku","type":"string"}]}`
	const cart = `{"type":"record","name":"Cart","namespace":"shop","fields":[{"name":"items","type":{"type":"array","items":"Item"}}]}`
	const order = `{"type":"record","name":"Order","namespace":"sale","fields":[{"name":"cart","type":"shop.Cart"},{"name":"top","type":["null","shop.Item"]}]}`
	d := NewAvroReader(everything, nil, fixedSchemas{9: {Schema: order, References: []string{item, cart}}})
	// one block of one item, the end of the list, the second branch, an item
	sameJSON(t, "references", readAvro(t, d, framed(9, unhex(t, "02026100020262"))), []byte(`{"cart":{"items":[{"sku":"a"}]},"top":{"sku":"b"}}`))
}

// TestAvroFraming: which of the forms a record without a registry has, and what a registry's must have.
func TestAvroFraming(t *testing.T) {
	const nullable = `{"type":"record","name":"N","fields":[{"name":"a","type":["null","string"]},{"name":"b","type":"string"}]}`
	d := NewAvroReader(everything, mustAvro(t, nullable), nil)
	plain := append([]byte{0, 20}, "0123456789"...)
	sameJSON(t, "plain, though it begins with 0", readAvro(t, d, plain), []byte(`{"a":null,"b":"0123456789"}`))
	sameJSON(t, "framed", readAvro(t, d, framed(99, plain)), []byte(`{"a":null,"b":"0123456789"}`))
	for _, c := range []struct {
		reader        Reader
		value, reason string
		detail        string
	}{
		{d, "", NotDecodable, "ends too early"},
		{d, "00", NotDecodable, "ends too early"},
		{d, "000000000100", NotDecodable, "left over"},
		{d, "0002610000", NotDecodable, "2 of its 5 bytes are left over"},
		{d, "04", NotDecodable, "branch"},
		{d, "0002ff", NotDecodable, "UTF-8"},
		{NewAvroReader(everything, nil, fixedSchemas{1: {Schema: nullable}}), "02026102", NotDecodable, "Confluent's wire format"},
		{NewAvroReader(everything, nil, fixedSchemas{1: {Schema: nullable}}), "0000000002000261", SchemaUnknown, "schema 2: the registry has none"},
		{NewAvroReader(everything, nil, fixedSchemas{1: {Schema: `{"type":"recrd"}`}}), "0000000001000261", SchemaUnknown, `"recrd" is not defined`},
		{avroFor(t, `"string"`, []byte(`"int"`)), "00000000010261", NotDecodable, "reader's schema"},
	} {
		_, err := tryAvro(c.reader, unhex(t, c.value))
		var bad *Unusable
		if !errors.As(err, &bad) || bad.Reason != c.reason || !strings.Contains(bad.Detail, c.detail) {
			t.Errorf("%s: %v, want %s with %q", c.value, err, c.reason, c.detail)
		}
	}
}

func TestAvroSchemaFaults(t *testing.T) {
	for schema, says := range map[string]string{
		``: "JSON", `{}`: "is no type", `"nope"`: "not defined", `{"type":"record","name":"R"}`: "no list of fields", `{"type":"record","fields":[]}`: "has no name",
		`{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"a","type":"int"}]}`: "a name of its own",
		`{"type":"fixed","name":"F","size":-1}`:                                                       "size", `[["int"]]`: "within a union", `{"type":"array"}`: "no type",
		`{"type":"record","name":"R","fields":[{"name":"a","type":{"type":"enum","name":"R","symbols":[]}}]}`: "defined twice",
		strings.Repeat(`{"type":"array","items":`, 300) + `"int"` + strings.Repeat(`}`, 300):                  "too deep",
	} {
		if _, err := ParseAvro(AvroText{Schema: schema}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%.60s: %v, want %q", schema, err, says)
		}
	}
}
