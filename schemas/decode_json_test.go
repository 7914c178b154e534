package schemas

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

const goodLine = `{"specversion":"1.0","id":"e1","source":"web","type":"purchase","subject":"u1","time":"2026-01-05T10:00:00.1239Z","data":{"amount":9.5}}`

var noon = Instant(1767614400000) // 2026-01-05T12:00:00Z

func TestDecodeJSON(t *testing.T) {
	const head = `{"id":"e1","type":"v","subject":"u1","time":`
	object := MapValue([]string{"a"}, []Value{IntValue(1)})
	for _, c := range []struct {
		name, line string
		want       Event
	}{
		{"everything", goodLine, Event{ID: "e1", Source: "web", Type: "purchase", Subject: "u1", Time: 1767607200123, Data: []byte(`{"amount":9.5}`)}},
		{"least", head + `"2026-01-05T12:00:00Z"}`, Event{ID: "e1", Source: "file", Type: "v", Subject: "u1", Time: noon, Data: []byte(`{}`)}},
		{"an offset", head + `"2026-01-05T14:00:00+02:00"}`, Event{ID: "e1", Source: "file", Type: "v", Subject: "u1", Time: noon, Data: []byte(`{}`)}},
		{"epoch milliseconds", head + `1767614400000}`, Event{ID: "e1", Source: "file", Type: "v", Subject: "u1", Time: noon, Data: []byte(`{}`)}},
		{"digits beyond are cut", head + `1767614400000.99999999999}`, Event{ID: "e1", Source: "file", Type: "v", Subject: "u1", Time: noon, Data: []byte(`{}`)}},
		{"an exponent", head + `1.7676144e12}`, Event{ID: "e1", Source: "file", Type: "v", Subject: "u1", Time: noon, Data: []byte(`{}`)}},
		{"null source and data", head + `1767614400000,"source":null,"data":null}`, Event{ID: "e1", Source: "file", Type: "v", Subject: "u1", Time: noon, Data: []byte(`{}`)}},
		{"spaces, extensions, data first", ` { "data" : { "a" : 1 } , "traceparent" : [ {} ], ` + head[1:] + `1767614400000 } `,
			Event{ID: "e1", Source: "file", Type: "v", Subject: "u1", Time: noon, Data: []byte(`{ "a" : 1 }`)}},
		{"escapes", `{"\u0069d":"e\u0031","type":"v\/w","subject":"\ud83d\ude00","time":1767614400000}`, Event{ID: "e1", Source: "file", Type: "v/w", Subject: "😀", Time: noon, Data: []byte(`{}`)}},
		{"the last of equal keys", head + `5,"id":"e2","data":{"a":1},"data":{"a":2},"time":1767614400000}`, Event{ID: "e2", Source: "file", Type: "v", Subject: "u1", Time: noon, Data: []byte(`{"a":2}`)}},
		{"base64", head + `1767614400000,"data_base64":"` + base64.StdEncoding.EncodeToString([]byte(` {"a":1}`)) + `"}`,
			Event{ID: "e1", Source: "file", Type: "v", Subject: "u1", Time: noon, Data: []byte(`{"a":1}`)}},
		{"a reserved type, after its data", `{"data":{"a":1},"id":"e1","type":"ebb.traits","subject":"u1","time":1767614400000}`,
			Event{ID: "e1", Source: "file", Type: "ebb.traits", Subject: "u1", Time: noon, Data: []byte(`{"a":1}`), Payload: object}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var e Event
			if err := NewJSONDecoder(nil).Decode([]byte(c.line), &e); err != nil {
				t.Fatal(err)
			}
			show := func(e Event) string {
				return fmt.Sprintf("%q %q %q %q %s %s %s %s", e.ID, e.Source, e.Type, e.Subject, e.Time, e.Data, e.Payload.Kind(), e.Payload.AppendJSON(nil))
			}
			if got, want := show(e), show(c.want); got != want {
				t.Errorf("got\n%s, want\n%s", got, want)
			}
		})
	}
}

func TestDecodeJSONRefuses(t *testing.T) {
	const id, typ, sub, at = `"id":"e1",`, `"type":"v",`, `"subject":"u1",`, `"time":1767614400000`
	reserved := func(typ, data string) string {
		return `{"type":"` + typ + `",` + id + sub + at + `,"data":` + data + `}`
	}
	for _, c := range []struct{ line, reason, detail string }{
		{``, NotDecodable, "no text"},
		{`{"id":"e1"`, NotDecodable, "unexpected EOF"},
		{`[1]`, NotDecodable, "[1], expected a JSON object"},
		{`hello`, NotDecodable, "invalid character 'h'"},
		{goodLine + `}`, NotDecodable, "more after"},
		{strings.Replace(goodLine, `9.5`, `9.`, 1), NotDecodable, "data"},
		{strings.Replace(goodLine, `"web"`, "\"\xff\"", 1), NotDecodable, "UTF-8"},
		{`{` + typ + sub + at + `}`, NotMappable, "id is missing"},
		{`{"id":7,` + typ + sub + at + `}`, NotMappable, "id is 7"},
		{`{"id":"",` + typ + sub + at + `}`, NotMappable, `id is ""`},
		{`{` + id + sub + at + `}`, NotMappable, "type is missing"},
		{`{"type":["v"],` + id + sub + at + `}`, NotMappable, `type is ["v"]`},
		{`{"source":1,` + id + typ + sub + at + `}`, NotMappable, "source is 1"},
		{`{` + id + typ + `"subject":"u1"}`, NotMappable, "time is missing"},
		{`{` + id + typ + sub + `"time":"yesterday"}`, NotMappable, `time is "yesterday", expected RFC 3339`},
		{`{` + id + typ + sub + `"time":true}`, NotMappable, "time is true"},
		{`{` + id + typ + sub + `"time":"1989-12-31T23:59:59.999Z"}`, ImplausibleTime, "1989"},
		{`{` + id + typ + sub + `"time":0}`, ImplausibleTime, "1970"},
		{`{` + id + typ + sub + `"time":"9999-12-31T23:59:59-01:00"}`, ImplausibleTime, "9999"},
		{`{` + id + typ + sub + `"time":1e400}`, ImplausibleTime, "never"},
		{`{` + id + typ + sub + `"time":99999999999999999999}`, ImplausibleTime, "never"},
		{`{` + id + typ + at + `}`, NoSubject, "subject is missing"},
		{`{"subject":null,` + id + typ + at + `}`, NoSubject, "subject is null"},
		{`{"subject":"",` + id + typ + at + `}`, NoSubject, `subject is ""`},
		{`{"subject":12,` + id + typ + at + `}`, NotMappable, "subject is 12"},
		{`{"data":[],` + id + typ + sub + at + `}`, NotMappable, "data is [], expected an object"},
		{`{"data":"{}",` + id + typ + sub + at + `}`, NotMappable, `data is "{}"`},
		{`{"data_base64":"?",` + id + typ + sub + at + `}`, NotMappable, "base64"},
		{`{"data_base64":"W10=",` + id + typ + sub + at + `}`, NotMappable, "expected a JSON object"},
		{`{"data_base64":"",` + id + typ + sub + at + `}`, NotMappable, "expected a JSON object"},
		{`{"data":{},"data_base64":"e30=",` + id + typ + sub + at + `}`, NotMappable, "both"},
		{reserved(TypeConsent, `{"status":"granted"}`), NotMappable, "data.purpose of an ebb.consent event is missing"},
		{reserved(TypeConsent, `{"purpose":"m","status":"maybe"}`), NotMappable, `data.status of an ebb.consent event is "maybe", expected one of ["granted" "denied" "revoked"]`},
		{reserved(TypeIdentify, `{"ids":["a"]}`), NotMappable, `data.ids of an ebb.identify event is ["a"]`},
		{reserved(TypeFeedback, `{"kind":"opened"}`), NotMappable, "data.decision_id"},
		{reserved(TypeFeedback, `{"decision_id":"d"}`), NotMappable, "data.kind"},
		{reserved(TypeTraits, `{"age":1e400}`), NotMappable, "range"},
	} {
		var e Event
		err := NewJSONDecoder(nil).Decode([]byte(c.line), &e)
		var bad *Unusable
		if !errors.As(err, &bad) {
			t.Errorf("%s: got %v, want an Unusable", c.line, err)
		} else if bad.Reason != c.reason || !strings.Contains(bad.Detail, c.detail) {
			t.Errorf("%s: got %v, want %s with %q", c.line, bad, c.reason, c.detail)
		}
	}
}

var fieldPaths = Projection{{"a"}, {"a", "b"}, {"a", "b", "c"}, {"x"}, {"x", "y"}, {"n"}, {"a"}}

func TestDecodeFields(t *testing.T) {
	many := append(Projection{}, fieldPaths...)
	for i := range 20 {
		many = append(many, []string{fmt.Sprint("k", i)})
	}
	whole := append(append(Projection{}, fieldPaths...), []string{})
	for _, data := range []string{
		`{}`, `null`, `{"a":1}`, `{"a":null,"x":null}`, `{"a":{}}`, `{"a":{"b":{"c":"deep"}},"n":[1,{"k":2}]}`, `{"a":[{"b":1}],"x":{"y":false}}`,
		`{"a":{"b":1},"a":{}}`, `{"x":{"y":1},"x":2}`, `{"x":{"y":1},"x":{"z":1}}`, `{"\u0061":{"\u0062":"é"}}`, `{"n":1e400,"k3":9007199254740993}`, `{"n":[1e400],"x":{"y":"z"}}`,
	} {
		for _, p := range []Projection{fieldPaths, many, whole} {
			line := `{"id":"1","type":"v","subject":"u","time":1767614400000,"data":{"a":"stale","x":{"y":0}},"data":` + data + `}`
			d := NewJSONDecoder(p)
			var e Event
			for range 2 { // the second time over what the first left
				if err := d.Decode([]byte(line), &e); err != nil {
					t.Fatal(err)
				}
				checkFields(t, p, &e)
			}
		}
	}
}

// checkFields holds Fields against what Value.Path finds in the whole data. A number out of range is an Error
// where it stands.
func checkFields(t *testing.T, p Projection, e *Event) {
	t.Helper()
	data := oracle(t, e.Data)
	for i, path := range p {
		want := data.Path(path)
		if got := e.Fields[i]; got.Kind() != want.Kind() || !got.Equal(want) {
			t.Errorf("%s: field %q is %s %s, want %s %s", e.Data, path, got.Kind(), got.AppendJSON(nil), want.Kind(), want.AppendJSON(nil))
		}
	}
}

func TestDecodedTextsOutliveTheLine(t *testing.T) {
	line := []byte(strings.Replace(goodLine, "9.5", `"kept"`, 1))
	d := NewJSONDecoder(Projection{{"amount"}})
	var e Event
	if err := d.Decode(line, &e); err != nil {
		t.Fatal(err)
	}
	clear(line)
	if e.ID != "e1" || e.Source != "web" || e.Type != "purchase" || e.Subject != "u1" || e.Fields[0].Text() != "kept" {
		t.Errorf("the event changed with the line: %+v", e)
	}
}

func TestDecodeAllocates(t *testing.T) {
	lines, _ := benchLines()
	d := NewJSONDecoder(benchProjection)
	var e Event
	if n := testing.AllocsPerRun(100, func() {
		for _, line := range lines {
			if err := d.Decode(line, &e); err != nil {
				t.Fatal(err)
			}
		}
	}) / float64(len(lines)); n > 3 {
		t.Errorf("%.1f allocations an event; only its id and its subject are new texts", n)
	}
}

func TestInternerKeepsTextsApart(t *testing.T) {
	in := newInterner()
	for range 2 {
		for i := range 10 * internSlots {
			want := fmt.Sprintf("%0*d", i%40, i)
			if got := in.text([]byte(want)); got != want {
				t.Fatalf("got %q, want %q", got, want)
			}
		}
	}
}

// FuzzDecodeJSON: a line is not_decodable exactly when jsontext refuses it or it is no object; a usable one has the
// fields that its data has as a whole.
func FuzzDecodeJSON(f *testing.F) {
	f.Add([]byte(goodLine))
	f.Add([]byte(`{"data":{"a":{"b":{"c":1}},"x":{"y":null},"n":"\ud83d\ude00"},"id":"1","type":"ebb.traits","subject":"u","time":1767614400000.5}`))
	f.Add([]byte(`{"id":"1","type":"ebb.consent","subject":"u","time":"2026-01-05T10:00:00+01:00","data":{"purpose":"m","status":"denied"}}`))
	f.Add([]byte(`{"id":"1","type":"v","subject":"u","time":1767614400000,"data_base64":"eyJhIjoxfQ=="}`))
	d := NewJSONDecoder(fieldPaths)
	var e Event
	f.Fuzz(func(t *testing.T, line []byte) {
		err := d.Decode(line, &e)
		var bad *Unusable
		if err != nil && (!errors.As(err, &bad) || bad.Detail == "") {
			t.Fatalf("%q: %v is not an Unusable that says why", line, err)
		}
		v := jsontext.Value(line)
		decodable := v.IsValid(jsontext.AllowDuplicateNames(true)) && v.Kind() == '{'
		if refused := bad != nil && bad.Reason == NotDecodable; refused == decodable {
			t.Fatalf("%q: a JSON object: %v, but decoding gave %v", line, decodable, err)
		}
		if err == nil {
			checkFields(t, fieldPaths, &e)
		}
	})
}
