package schemas

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

func TestAppendJSON(t *testing.T) {
	for _, c := range []struct {
		name string
		in   Value
		want string
	}{
		{"missing", Value{}, `null`},
		{"error", Error, `null`},
		{"null", NullValue, `null`},
		{"true", BoolValue(true), `true`},
		{"false", BoolValue(false), `false`},
		{"greatest int", IntValue(math.MaxInt64), `9223372036854775807`},
		{"least int", IntValue(math.MinInt64), `-9223372036854775808`},
		{"integral double", DoubleValue(3), `3`},
		{"shortest digits", DoubleValue(0.1), `0.1`},
		{"small double", DoubleValue(1e-9), `1e-9`},
		{"double beyond exact ints", DoubleValue(1 << 60), `1.152921504606847e+18`},
		{"NaN", DoubleValue(math.NaN()), `null`},
		{"infinity", DoubleValue(math.Inf(-1)), `null`},
		{"escapes", StringValue("a\"\\\n\t\x00é\u2028"), "\"a\\\"\\\\\\n\\t\\u0000é\u2028\""},
		{"no UTF-8", StringValue("a\xff"), "\"a\uFFFD\""},
		{"duration", SpanValue(90*Minute + Millisecond), `5400.001`},
		{"forever", SpanValue(Forever), `null`},
		{"time", TimeValue(1767607200123), `"2026-01-05T10:00:00.123Z"`},
		{"never", TimeValue(Never), `null`},
		{"empty list", ListValue(nil), `[]`},
		{"list", ListValue([]Value{IntValue(1), StringValue("x"), NullValue}), `[1,"x",null]`},
		{"empty map", MapValue(nil, nil), `{}`},
		{"map, sorted", MapValue([]string{"b", "a"}, []Value{IntValue(1), MapValue([]string{"c"}, []Value{BoolValue(true)})}), `{"a":{"c":true},"b":1}`},
	} {
		if got := string(c.in.AppendJSON([]byte("x")))[1:]; got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

func TestParseValue(t *testing.T) {
	for in, want := range map[string]Value{
		`null`:                   NullValue,
		` true `:                 BoolValue(true),
		`9007199254740993`:       IntValue(9007199254740993),
		`9223372036854775807`:    IntValue(math.MaxInt64),
		`-9223372036854775808`:   IntValue(math.MinInt64),
		`9223372036854775808`:    DoubleValue(1 << 63),
		`1.0`:                    DoubleValue(1),
		`1e2`:                    DoubleValue(100),
		`"\u00e9\ud83d\ude00\n"`: StringValue("é😀\n"),
		`[1, [], "a"]`:           ListValue([]Value{IntValue(1), ListValue(nil), StringValue("a")}),
		`{"b":1,"a":2,"b":3}`:    MapValue([]string{"a", "b"}, []Value{IntValue(2), IntValue(3)}),
		`{"\u0061":1}`:           MapValue([]string{"a"}, []Value{IntValue(1)}),
		strings.Repeat("[", 3) + strings.Repeat("]", 3): ListValue([]Value{ListValue([]Value{ListValue(nil)})}),
	} {
		got, err := ParseValue([]byte(in))
		if err != nil || got.Kind() != want.Kind() || !got.Equal(want) {
			t.Errorf("%s: got %s %s, %v; want %s %s", in, got.Kind(), got.AppendJSON(nil), err, want.Kind(), want.AppendJSON(nil))
		}
	}
}

func TestParseValueRefuses(t *testing.T) {
	for in, want := range map[string]string{
		``:         "no text",
		`  `:       "no text",
		`1 2`:      "more after the JSON value",
		`{"a":1,}`: "invalid character '}'",
		`[1`:       "unexpected EOF",
		`01`:       "more after the JSON value",
		`-`:        "unexpected EOF",
		`1.`:       "unexpected EOF",
		`nulL`:     "null",
		"\"\xff\"": "UTF-8",
		`"\ud83d"`: "surrogate",
		"\"a\nb\"": "invalid character",
		`"\x"`:     "escape",
		`1e400`:    "range",
		`[-1e400]`: "range",
		"\x00":     "invalid character",
		strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1): "depth",
	} {
		if v, err := ParseValue([]byte(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: got %.40s and error %v, want one with %q", in, v.AppendJSON(nil), err, want)
		}
	}
	if _, err := ParseValue([]byte(strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth))); err != nil {
		t.Errorf("at the greatest depth: %v", err)
	}
}

// FuzzValueRoundTrip holds ParseValue against jsontext (is it JSON?) and encoding/json (what does it say?), and reads
// back what AppendJSON writes.
func FuzzValueRoundTrip(f *testing.F) {
	for _, seed := range []string{`{"a":[1,2.5,"x\u00e9",null,true],"b":{}}`, `-0`, `1e20`, `1.5e300`, `9223372036854775808`, `"\ud800"`,
		`"\ud83d\ude00"`, "\"\xc3\"", `[1,]`, `{"a" : 1 , "a" : 2}`, `01`, `1.e1`, `"abcdefgh\"ijklmnop"`, `123456789012345678901`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := ParseValue(text)
		valid := jsontext.Value(text).IsValid(jsontext.AllowDuplicateNames(true))
		if valid && utf8.Valid(text) != json.Valid(text) {
			t.Fatalf("jsontext and encoding/json disagree about %q", text)
		}
		if err != nil {
			if valid && !strings.Contains(err.Error(), "range") {
				t.Fatalf("%q is JSON, but: %v", text, err)
			}
			return
		}
		if !valid {
			t.Fatalf("%q is no JSON, but was read as %s", text, v.AppendJSON(nil))
		}
		if want := oracle(t, text); !v.Equal(want) {
			t.Fatalf("%q was read as %s, encoding/json has %s", text, v.AppendJSON(nil), want.AppendJSON(nil))
		}
		written := v.AppendJSON(nil)
		again, err := ParseValue(written)
		if err != nil || !again.Equal(v) {
			t.Fatalf("%q is written as %s and read back as %s, %v", text, written, again.AppendJSON(nil), err)
		}
		if !json.Valid(written) {
			t.Fatalf("%q is written as %q, which is no JSON", text, written)
		}
	})
}

// oracle reads valid JSON with encoding/json.
func oracle(t testing.TB, text []byte) Value {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil {
		t.Fatalf("encoding/json refuses %q: %v", text, err)
	}
	return fromAny(tree)
}

func fromAny(tree any) Value {
	switch x := tree.(type) {
	case bool:
		return BoolValue(x)
	case string:
		return StringValue(x)
	case json.Number:
		if n, err := strconv.ParseInt(string(x), 10, 64); err == nil {
			return IntValue(n)
		}
		d, err := strconv.ParseFloat(string(x), 64)
		if err != nil {
			return Error
		}
		return DoubleValue(d)
	case []any:
		items := make([]Value, len(x))
		for i := range x {
			items[i] = fromAny(x[i])
		}
		return ListValue(items)
	case map[string]any:
		var keys []string
		var items []Value
		for k := range x {
			keys, items = append(keys, k), append(items, fromAny(x[k]))
		}
		return MapValue(keys, items)
	}
	return NullValue
}
