package schemas

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// cloudPaths are the parts of an event, an extension, data, a field of it.
var cloudPaths = Reading{
	Projection{{"id"}, {"source"}, {"type"}, {"subject"}, {"time"}, {"comexampleextension1"}, {"data"}, {"data", "message"}, {"datacontenttype"}, {"data"}},
	[]Mode{Lent, Kept, Kept, Lent, Kept, Kept, Kept, Kept, Kept, Shape},
}

func readCloud(r *Record) ([][]Value, Reader, error) {
	d := NewCloudEventsReader(cloudPaths)
	n, err := d.Open(r)
	if err != nil {
		return nil, d, err
	}
	var all [][]Value
	for i := range n {
		values := make([]Value, len(cloudPaths.Paths))
		if err := d.Read(i, values); err != nil {
			return nil, d, err
		}
		all = append(all, values)
	}
	return all, d, nil
}

func headers(pairs ...string) (out []Header) {
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, Header{pairs[i], []byte(pairs[i+1])})
	}
	return out
}

// TestCloudEventsKafkaBinding holds the cases of the conformance suite: mode, attributes, data.
func TestCloudEventsKafkaBinding(t *testing.T) {
	var file struct {
		Cases []struct {
			Name    string
			Headers [][2]string
			Value   string `json:"value_utf8"`
			Expect  struct {
				Mode       string
				Attributes map[string]string
				Data       json.RawMessage `json:"data_json"`
			}
		}
	}
	readJSON(t, "cloudevents/kafka_cases.json", &file)
	if len(file.Cases) != 2 {
		t.Fatalf("%d cases", len(file.Cases))
	}
	for _, c := range file.Cases {
		r := &Record{Value: []byte(c.Value)}
		for _, h := range c.Headers {
			r.Headers = append(r.Headers, headers(h[0], h[1])...)
		}
		all, d, err := readCloud(r)
		if err != nil || len(all) != 1 {
			t.Fatalf("%s: %d events, %v", c.Name, len(all), err)
		}
		if binary := d.(*cloudMessages).binary; binary != (c.Expect.Mode == "binary") {
			t.Errorf("%s: read as binary: %v", c.Name, binary)
		}
		for i, path := range cloudPaths.Paths {
			if want, found := c.Expect.Attributes[path[0]]; found && all[0][i].Text() != want {
				t.Errorf("%s: %s is %s, want %s", c.Name, path[0], all[0][i].AppendJSON(nil), want)
			}
		}
		sameJSON(t, c.Name, all[0][6], c.Expect.Data)
		body, form := d.Body(0)
		sameJSON(t, c.Name, form.Value(body).Field("data"), c.Expect.Data)
	}
}

// TestCloudEventsExamples reads the events of the JSON format's specification. One there has "... base64 encoded string
// ..." for its data.
func TestCloudEventsExamples(t *testing.T) {
	var file struct {
		Single, Batches []json.RawMessage
	}
	readJSON(t, "cloudevents/json_examples.json", &file)
	placeholder := []byte("... base64 encoded string ...")
	read := func(text []byte, content string) [][]Value {
		t.Helper()
		if _, _, err := readCloud(&Record{Value: text, Headers: headers("content-type", content)}); strings.Contains(string(text), string(placeholder)) {
			var bad *Unusable
			if !errors.As(err, &bad) || bad.Reason != NotMappable || !strings.Contains(bad.Detail, "expected base64") {
				t.Errorf("no base64 gives %v", err)
			}
			text = []byte(strings.Replace(string(text), string(placeholder), base64.StdEncoding.EncodeToString([]byte(`{"message":"x"}`)), 1))
		}
		all, _, err := readCloud(&Record{Value: text, Headers: headers("content-type", content)})
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		return all
	}
	wantData := []string{`{"message":"x"}`, `"<much wow=\"xml\"/>"`, `{"appinfoA":"abc","appinfoB":123,"appinfoC":true}`, `1.5`}
	for i, text := range file.Single {
		v := read(text, "application/cloudevents+json; charset=UTF-8")[0]
		if v[2].Text() != "com.example.someevent" || v[5].Text() != "value" || v[4].Text() != "2018-04-05T17:31:00Z" || v[3].Known() {
			t.Errorf("%d: %v", i, v)
		}
		sameJSON(t, "data", v[6], []byte(wantData[i]))
	}
	for _, text := range file.Batches {
		all := read(text, "application/cloudevents-batch+json")
		if len(all) != 2 || all[0][0].Text() != "B234-1234-1234" || all[1][0].Text() != "C234-1234-1234" || all[1][2].Text() != "com.example.someotherevent" {
			t.Errorf("the batch: %v", all)
		}
		sameJSON(t, "data", all[1][6], []byte(wantData[2]))
	}
}

func TestCloudEventsModes(t *testing.T) {
	const line = `{"id":"1","type":"v","subject":"u","time":"2026-01-05T10:00:00Z","data":{"message":"hi"}}`
	attributes := headers("ce_id", "1", "ce_type", "v", "ce_subject", "u", "ce_time", "2026-01-05T10:00:00Z")
	for _, c := range []struct {
		name    string
		headers []Header
		value   string
		want    string // of id and data.message, or of the error
	}{
		{"structured without a header", nil, line, "1 hi"},
		{"structured, other letters", headers("content-type", "Application/CloudEvents+JSON ; charset=utf-8"), line, "1 hi"},
		{"structured, with headers of the binary mode", append(headers("content-type", "application/cloudevents+json"), attributes...), line, "1 hi"},
		{"binary", attributes, `{"message":"hi"}`, "1 hi"},
		{"binary, data is null", attributes, `null`, "1 "},
		{"the last of equal headers", append(attributes, headers("ce_id", "2")...), `{"message":"hi"}`, "2 hi"},
		{"an extension without a prefix is none", append(attributes, headers("id", "3")...), `{"message":"hi"}`, "1 hi"},
		{"another format", headers("content-type", "application/cloudevents+avro"), line, "not_decodable: the content-type is"},
		{"another version", headers("ce_id", "1", "ce_specversion", "0.3"), `{}`, `not_mappable: specversion is "0.3"`},
		{"no JSON", append(attributes, headers("content-type", "text/plain")...), `hello`, `not_decodable: the data (content-type "text/plain") are not JSON`},
		{"no UTF-8", append(attributes, headers("ce_subject", "\xff")...), `{}`, "not_decodable: the header ce_subject"},
		{"a batch that is none", headers("content-type", "application/cloudevents-batch+json"), line, "not_decodable: the batch is {"},
		{"a batch that ends early", headers("content-type", "application/cloudevents-batch+json"), `[{}`, "not_decodable: the batch is not JSON"},
		{"data twice", nil, `{"data":{},"data_base64":"e30="}`, "not_mappable: there are both"},
	} {
		all, d, err := readCloud(&Record{Value: []byte(c.value), Headers: c.headers})
		if err != nil {
			if !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("%s: %v, want %s", c.name, err, c.want)
			}
			continue
		}
		if got := all[0][0].Text() + " " + all[0][7].Text(); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
		body, form := d.Body(0)
		if got := form.Value(body).Field("data"); !got.Equal(all[0][6]) {
			t.Errorf("%s: the body has data %s", c.name, got.AppendJSON(nil))
		}
	}
	whole := NewCloudEventsReader(everything)
	var values [1]Value
	r := &Record{Value: []byte(`{"message":"hi"}`), Headers: attributes}
	if _, err := whole.Open(r); err != nil || whole.Read(0, values[:]) != nil {
		t.Fatal(err)
	}
	sameJSON(t, "a whole event of the binary mode", values[0], []byte(line))
}

// FuzzCloudEvents: whatever the header and the value, there are events or a reason; and the data that are read are those
// of the body.
func FuzzCloudEvents(f *testing.F) {
	f.Add("application/cloudevents+json", "", []byte(`{"id":"1","data":{"message":"x"}}`))
	f.Add("application/cloudevents-batch+json", "", []byte(`[{"id":"1","data_base64":"e30="},{}]`))
	f.Add("application/json", "1", []byte(`{"message":"x"}`))
	f.Fuzz(func(t *testing.T, content, id string, value []byte) {
		r := &Record{Value: value, Headers: headers("content-type", content)}
		if id != "" {
			r.Headers = append(r.Headers, headers("ce_id", id, "ce_specversion", "1.0")...)
		}
		all, d, err := readCloud(r)
		var bad *Unusable
		if err != nil && (!errors.As(err, &bad) || bad.Detail == "") {
			t.Fatalf("%v is no Unusable that says why", err)
		}
		for i, values := range all {
			body, form := d.Body(i)
			whole := form.Value(body)
			if got := whole.Field("data"); whole.Kind() == Map && got.Kind() != Missing && !got.Equal(values[6]) && values[6].Kind() != Invalid {
				t.Errorf("data are %s, in the body %s", values[6].AppendJSON(nil), got.AppendJSON(nil))
			}
			if values[6].Kind() == Map && values[9].Kind() != Map {
				t.Errorf("the shape of %s is %s", values[6].AppendJSON(nil), values[9].Kind())
			}
		}
	})
}
