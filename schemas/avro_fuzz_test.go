package schemas

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/linkedin/goavro/v2"
)

// avroFuzzSchemas have every kind of type, alone, in unions and within each other, and one that is recursive.
var avroFuzzSchemas = []string{
	shopSchema,
	`{"type":"record","name":"R","fields":[{"name":"a","type":["null","R"]},{"name":"b","type":["string","null"]},{"name":"c","type":{"type":"array","items":["int","R","double"]}}]}`,
	`{"type":"record","name":"M","fields":[{"name":"a","type":{"type":"map","values":{"type":"record","name":"V","fields":[{"name":"b","type":"long"},{"name":"c","type":["null","boolean"]}]}}},{"name":"x","type":["long","null"]}]}`,
	`{"type":"record","name":"K","fields":[{"name":"b","type":"bytes"},{"name":"a","type":{"type":"enum","name":"E","symbols":["x","y","z"]}},{"name":"c","type":{"type":"fixed","name":"F","size":3}},{"name":"x","type":"float"},{"name":"n","type":"null"}]}`,
	`["null",{"type":"array","items":"string"},{"type":"map","values":["null","string"]},"double","boolean"]`,
	`{"type":"record","name":"L","fields":[{"name":"a","type":{"type":"record","name":"D","fields":[{"name":"b","type":{"type":"record","name":"E2","fields":[{"name":"c","type":["null","string"]}]}}]}},{"name":"x","type":{"type":"map","values":"string"}}]}`,
}

// FuzzAvro: what goavro reads to the last byte has the same values here, and what is no value of its schema is refused;
// the fields that are read alone are those of the whole.
func FuzzAvro(f *testing.F) {
	for _, r := range shopRecords(f, 20) {
		f.Add(byte(0), r.Value[frameBytes:])
	}
	f.Add(byte(1), []byte{2, 0, 0, 4, 'h', 'i', 0, 2, 4, 2, 2, 0})
	f.Add(byte(2), []byte{2, 2, 'k', 9, 2, 1, 0, 0, 8})
	f.Add(byte(3), []byte{2, 1, 4, 1, 2, 3, 0, 0, 0, 0})
	f.Add(byte(4), []byte{4, 3, 10, 2, 'k', 0, 2, 'l', 2, 2, 'v', 0})
	f.Add(byte(5), []byte{2, 2, 'c', 2, 2, 'y', 2, 'z', 0})
	paths := append(Projection{{"category"}, {"amount"}, {"props", "os"}, {"props"}, {"a", "k", "b"}, {"a", "b", "c"}, {"a", "a", "b"}, {"x", "y"}}, fieldPaths...)
	modes := make([]Mode, len(paths))
	for i := range modes {
		modes[i] = Mode(i % 3)
	}
	type pair struct {
		codec *goavro.Codec
		own   *Avro
		whole Reader
		some  Reader
	}
	var pairs []pair
	for _, s := range avroFuzzSchemas {
		codec, err := goavro.NewCodec(s)
		if err != nil {
			f.Fatal(err)
		}
		own := mustAvro(f, s)
		pairs = append(pairs, pair{codec, own, NewAvroBodyReader(everything, own), NewAvroBodyReader(Reading{paths, modes}, own)})
	}
	f.Fuzz(func(t *testing.T, which byte, body []byte) {
		p := pairs[int(which)%len(pairs)]
		got, err := tryAvro(p.whole, body)
		values := make([]Value, len(paths))
		if _, err := p.some.Open(&Record{Value: body}); err != nil {
			t.Fatal(err)
		}
		someErr := p.some.Read(0, values)
		if someErr != nil && err == nil {
			t.Fatalf("whole it is %s, in parts %v", got.AppendJSON(nil), someErr)
		}
		var bad *Unusable
		if err != nil {
			if !errors.As(err, &bad) || bad.Detail == "" {
				t.Fatalf("%v is no Unusable that says why", err)
			}
			return // goavro knows no UTF-8, no end of empty items, and other varints: it may read what is refused here
		}
		for i, path := range paths {
			want := got.Path(path)
			if want.Kind() == Invalid && len(path) > 0 && values[i].Kind() == Invalid {
				continue
			}
			if modes[i] == Shape {
				if w := want.Kind(); values[i].Kind() != w && !(w == Double && values[i].Kind() == Int) {
					t.Errorf("%v: the shape of %s %s is %s", path, want.Kind(), want.AppendJSON(nil), values[i].Kind())
				}
			} else if want.Kind() != values[i].Kind() || !same(want, values[i]) {
				t.Errorf("%v: alone %s %s, in the whole %s %s", path, values[i].Kind(), values[i].AppendJSON(nil), want.Kind(), want.AppendJSON(nil))
			}
		}
		native, rest, err := p.codec.NativeFromBinary(body)
		if err != nil && strings.Contains(err.Error(), "duplicate key") {
			return // here the last one counts, as in JSON
		}
		if err != nil || len(rest) > 0 {
			t.Fatalf("read as %s, by goavro not: %v, %d bytes left", got.AppendJSON(nil), err, len(rest))
		}
		if want := fromNative(native, p.own.typ); !same(got, want) {
			t.Errorf("got %s, goavro has %s", got.AppendJSON(nil), want.AppendJSON(nil))
		}
	})
}

// same is equality with NaN equal to itself.
func same(a, b Value) bool { return a.Equal(b) || bytes.Equal(a.AppendJSON(nil), b.AppendJSON(nil)) }

// fromNative is a value of goavro's.
func fromNative(x any, t *avroType) Value {
	switch x := x.(type) {
	case nil:
		return NullValue
	case bool:
		return BoolValue(x)
	case int32:
		return IntValue(int64(x))
	case int64:
		return IntValue(x)
	case float32:
		return DoubleValue(float64(x))
	case float64:
		return DoubleValue(math.Float64frombits(math.Float64bits(x)))
	case string:
		return StringValue(x)
	case []byte:
		return StringValue(latin1(x))
	case time.Time:
		return TimeValue(Instant(x.UnixMilli()))
	case []any:
		items := make([]Value, len(x))
		for i := range x {
			items[i] = fromNative(x[i], t.of[0])
		}
		return ListValue(items)
	case map[string]any:
		if t.kind == avroUnion { // {"type": value}
			for name, inner := range x {
				for _, b := range t.of {
					if b.name == name || b.name == "" && goName(b) == name {
						return fromNative(inner, b)
					}
				}
			}
			return Error
		}
		var keys []string
		var items []Value
		for key, item := range x {
			of := t
			if t.kind == avroMap {
				of = t.of[0]
			} else {
				for _, f := range t.fields {
					if f.name == key {
						of = f.of
					}
				}
			}
			keys, items = append(keys, key), append(items, fromNative(item, of))
		}
		return MapValue(keys, items)
	}
	return Error
}

func goName(t *avroType) string {
	switch t.kind {
	case avroInt:
		if t.logical == logicalMillis {
			return "long.timestamp-millis"
		}
		if t.long {
			return "long"
		}
		return "int"
	case avroArray:
		return "array"
	case avroMap:
		return "map"
	}
	return map[avroKind]string{avroNull: "null", avroBoolean: "boolean", avroFloat: "float", avroDouble: "double", avroBytes: "bytes", avroString: "string"}[t.kind]
}

// FuzzAvroSchema: any text is a schema or a fault; and what is a schema reads any bytes, or says why not, also through
// another one.
func FuzzAvroSchema(f *testing.F) {
	for _, s := range avroFuzzSchemas {
		f.Add(s, avroFuzzSchemas[0], []byte{0, 2, 4, 6, 'a', 'b', 'c'})
	}
	f.Add(`{"type":"bytes","logicalType":"decimal","precision":4,"scale":2}`, `["null","double"]`, []byte{4, 1, 2})
	f.Add(`{"type":"record","name":"A","fields":[]}`, `{"type":"record","name":"A","fields":[{"name":"x","type":"A","default":{}}]}`, []byte{})
	f.Fuzz(func(t *testing.T, schema, reader string, body []byte) {
		if len(schema) > 2000 || len(reader) > 2000 {
			return
		}
		w, err := ParseAvro(AvroText{Schema: schema})
		if err != nil {
			return
		}
		_, _ = tryAvro(NewAvroBodyReader(everything, w), body) // any answer will do, but a panic
		own, err := ParseAvro(AvroText{Schema: reader})
		if err != nil {
			return
		}
		_, _ = tryAvro(NewAvroReader(everything, own, fixedSchemas{1: {Schema: schema}}), framed(1, body))
	})
}

// FuzzAvroFile: any bytes are a file of Avro, or a fault.
func FuzzAvroFile(f *testing.F) {
	var file bytes.Buffer
	w, err := goavro.NewOCFWriter(goavro.OCFConfig{W: &file, Schema: `"string"`, CompressionName: "deflate"})
	if err == nil {
		err = w.Append([]string{"a", "b"})
	}
	if err != nil {
		f.Fatal(err)
	}
	f.Add(file.Bytes())
	f.Fuzz(func(t *testing.T, text []byte) {
		in, err := NewAvroFile(bytes.NewReader(text))
		if err != nil {
			return
		}
		for range 10_000 {
			if _, err := in.Next(); err != nil {
				return
			}
		}
	})
}
