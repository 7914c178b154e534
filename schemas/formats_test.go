package schemas

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// eventPaths are the parts that a mapping finds by default in formats with names that begin with @.
var eventPaths = Reading{Projection{{"@id"}, {"@subject"}, {"@time"}, {"@type"}, {"@data"}}, make([]Mode, 5)}

// told is what a record comes to: a line an event, or the fault.
func told(t *testing.T, d Reader, value []byte) string {
	t.Helper()
	n, err := d.Open(&Record{Value: value})
	if err != nil {
		return err.Error()
	}
	var b strings.Builder
	for i := range n {
		values := make([]Value, 5)
		if err := d.Read(i, values); err != nil {
			return err.Error()
		}
		for _, v := range values[:4] {
			b.Write(v.AppendJSON(nil))
			b.WriteByte(' ')
		}
		b.Write(values[4].AppendJSON(nil))
		b.WriteByte('\n')
		body, form := d.Body(i)
		if got := form.Value(body).Field("@data"); !got.Equal(values[4]) {
			t.Errorf("the body has the data %s", got.AppendJSON(nil))
		}
	}
	return b.String()
}

func TestSegmentCalls(t *testing.T) {
	const at = `"timestamp":"2026-01-05T10:00:00Z",`
	for call, want := range map[string]string{
		`{"type":"track","messageId":"m",` + at + `"userId":"u","anonymousId":"a","event":"Order Completed","properties":{"revenue":9},"context":{"page":{"url":"/x"}}}`: `"m" "u" "2026-01-05T10:00:00Z" "Order Completed" {"context":{"page":{"url":"/x"}},"revenue":9}` + "\n",
		`{"type":"page","messageId":"m",` + at + `"userId":"","anonymousId":"a","name":"Home","properties":{"name":"Own"}}`:                                              `"m" "a" "2026-01-05T10:00:00Z" "page" {"name":"Own"}` + "\n",
		`{"type":"screen","messageId":"m",` + at + `"userId":7,"name":"Home"}`:                                                                                           `"m" 7 "2026-01-05T10:00:00Z" "screen" {"name":"Home"}` + "\n",
		`{"type":"group","messageId":"m",` + at + `"userId":"u","groupId":"g","traits":{"plan":"x"}}`:                                                                    `"m" "u" "2026-01-05T10:00:00Z" "group" {"groupId":"g","plan":"x"}` + "\n",
		`{"type":"identify","messageId":"m",` + at + `"userId":"u","traits":{"email":"e"}}`:                                                                              `"m" "u" "2026-01-05T10:00:00Z" "ebb.traits" {"email":"e"}` + "\n",
		`{"type":"identify","messageId":"m",` + at + `"userId":"u","anonymousId":"a"}`: `"m/identify" "u" "2026-01-05T10:00:00Z" "ebb.identify" {"ids":{"anonymous_id":"a","user_id":"u"}}` + "\n" +
			`"m" "u" "2026-01-05T10:00:00Z" "ebb.traits" {}` + "\n",
		`{"type":"alias","messageId":"m",` + at + `"userId":"u","previousId":"p"}`:                                                                    `"m" "u" "2026-01-05T10:00:00Z" "ebb.identify" {"ids":{"previous_id":"p","user_id":"u"}}` + "\n",
		`{"type":"track","event":"E","originalTimestamp":"2026-01-05T09:00:00Z","sentAt":"2026-01-05T09:00:02Z","receivedAt":"2026-01-05T10:00:00Z"}`: `null null "2026-01-05T09:59:58Z" "E" {}` + "\n",
		`{"batch":[{"type":"track","event":"E","userId":"u"},{"type":"page","userId":"u"}],"sentAt":"2026-01-05T10:00:00Z","context":{"ip":"i"}}`: `null "u" "2026-01-05T10:00:00Z" "E" {"context":{"ip":"i"}}` + "\n" +
			`null "u" "2026-01-05T10:00:00Z" "page" {"context":{"ip":"i"}}` + "\n",
		`{"type":"delete"}`: `not_mappable: type is "delete", expected track, page, screen, identify, group or alias`,
		`{"batch":[1]}`:     `not_decodable: the batch holds 1, expected calls`,
		`[]`:                `not_decodable: the value is [], expected a JSON object`,
		`{`:                 `not_decodable: the value is not JSON: reading JSON: unexpected EOF after offset 1`,
	} {
		if got := told(t, NewSegmentReader(eventPaths), []byte(call)); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", call, got, want)
		}
	}
}

// TestSegmentMaterial reads what Segment's library sends and what its specification shows.
func TestSegmentMaterial(t *testing.T) {
	files, err := filepath.Glob("testdata/segment/analytics-go/*.json")
	if err != nil || len(files) != 12 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var batch struct {
			Batch []struct{ Type, UserID, MessageID, Event, Timestamp string }
		}
		if err := json.Unmarshal(text, &batch); err != nil {
			t.Fatal(err)
		}
		d := NewSegmentReader(eventPaths)
		n, err := d.Open(&Record{Value: text})
		if err != nil || n != len(batch.Batch) {
			t.Errorf("%s: %d events of %d calls, %v", path, n, len(batch.Batch), err)
			continue
		}
		for i, call := range batch.Batch {
			values := make([]Value, 5)
			if err := d.Read(i, values); err != nil {
				t.Fatal(err)
			}
			want := map[string]string{"track": call.Event, "identify": TypeTraits, "alias": TypeIdentify}[call.Type]
			if want == "" {
				want = call.Type
			}
			if values[0].Text() != call.MessageID || values[1].Text() != call.UserID || values[2].Text() != call.Timestamp || values[3].Text() != want {
				t.Errorf("%s: %v of %+v", path, values, call)
			}
		}
	}
	read := 0
	for _, line := range lines(t, "segment/spec_common_examples.jsonl") {
		var example struct{ Event json.RawMessage }
		if err := json.Unmarshal(line, &example); err != nil {
			t.Fatal(err)
		}
		if n, err := NewSegmentReader(eventPaths).Open(&Record{Value: example.Event}); err == nil && n > 0 {
			read++
		}
	}
	if read != 10 {
		t.Errorf("%d of 10 examples read", read)
	}
	for _, line := range lines(t, "segment/ecommerce_v2_a.jsonl") {
		call := append([]byte(`{"type":"track","userId":"u","messageId":"m","timestamp":"2026-01-05T10:00:00Z",`), line[1:]...)
		var want struct {
			Event      string
			Properties json.RawMessage
		}
		if err := json.Unmarshal(line, &want); err != nil {
			t.Fatal(err)
		}
		values := make([]Value, 5)
		d := NewSegmentReader(eventPaths)
		if n, err := d.Open(&Record{Value: call}); err != nil || n != 1 || d.Read(0, values) != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if values[3].Text() != want.Event {
			t.Errorf("type %s of %s", values[3].Text(), line)
		}
		sameJSON(t, want.Event, values[4], want.Properties)
	}
}

func lines(t *testing.T, path string) [][]byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", path))
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Split(bytes.TrimRight(text, "\n"), []byte("\n"))
}

// TestSnowplow wants the JSON that Snowplow's own SDK makes of its events.
func TestSnowplow(t *testing.T) {
	events, want := lines(t, "snowplow/events.tsv"), lines(t, "snowplow/expected.jsonl")
	for i, line := range events {
		values := make([]Value, 5)
		d := NewSnowplowReader(eventPaths)
		if n, err := d.Open(&Record{Value: line}); err != nil || n != 1 || d.Read(0, values) != nil {
			t.Fatal(err)
		}
		sameJSON(t, "the event", values[4], want[i])
		if values[0].Text() != "c6ef3124-b53a-4b13-a233-0088f79dcbcb" || values[1].Text() != "jon.doe@email.com" || !strings.HasPrefix(values[2].Text(), "2013-11-26T00:0") || values[3].Kind() != String {
			t.Errorf("parts %v", values[:4])
		}
		if got := told(t, NewSnowplowReader(eventPaths), want[i]); !strings.HasPrefix(got, `"c6ef3124-`) {
			t.Errorf("its JSON gives %s", got)
		}
	}
	for at, want := range map[string]string{"2013-11-26 00:03:57.885": "2013-11-26T00:03:57.885Z", "2013-11-26T00:03:57Z": "2013-11-26T00:03:57Z", "some time or other": "some time or other"} {
		if got := told(t, NewSnowplowReader(eventPaths), []byte(`{"event_id":"1","user_id":"u","collector_tstamp":"`+at+`"}`)); !strings.HasPrefix(got, `"1" "u" "`+want+`" null`) {
			t.Errorf("%s: %s", at, got)
		}
	}
	var fields struct{ Fields []string }
	readJSON(t, "snowplow/fields.json", &fields)
	for i, column := range snowplowColumns {
		if strings.TrimLeft(column, "#%?@*!") != fields.Fields[i] {
			t.Errorf("column %d is %s, not %s", i, column, fields.Fields[i])
		}
	}
	for line, want := range map[string]string{"a\tb": "not_decodable: the line has 2 columns", strings.Repeat("x\t", 130): "not_decodable: the column etl_tstamp"} {
		if got := told(t, NewSnowplowReader(eventPaths), []byte(line)); !strings.HasPrefix(got, want) {
			t.Errorf("%.10s: %s", line, got)
		}
	}
}

func TestPostHog(t *testing.T) {
	const at = `"timestamp":"2026-01-05 10:00:00.123000"`
	for event, want := range map[string]string{
		`{"uuid":"i","event":"$pageview","distinct_id":"u","person_id":"p",` + at + `,"properties":"{\"$current_url\":\"/x\"}"}`: `"i" "u" "2026-01-05T10:00:00.123000Z" "$pageview" {"$current_url":"/x"}` + "\n",
		`{"uuid":"i","event":"bought","distinct_id":"u","timestamp":"2026-01-05T10:00:00Z","properties":{"amount":9,"$set":{"plan":"x"}}}`: `"i/set" "u" "2026-01-05T10:00:00Z" "ebb.traits" {"plan":"x"}` + "\n" +
			`"i" "u" "2026-01-05T10:00:00Z" "bought" {"$set":{"plan":"x"},"amount":9}` + "\n",
		`{"uuid":"i","event":"$identify","distinct_id":"u",` + at + `,"properties":{"$anon_distinct_id":"a","$set":{"email":"e"},"$set_once":{"first":1}}}`: `"i/identify" "u" "2026-01-05T10:00:00.123000Z" "ebb.identify" {"ids":{"anonymous_id":"a","user_id":"u"}}` + "\n" +
			`"i/set" "u" "2026-01-05T10:00:00.123000Z" "ebb.traits" {"email":"e"}` + "\n",
		`{"uuid":"i","event":"$create_alias","distinct_id":"u",` + at + `,"properties":{"alias":"b"}}`:         `"i/identify" "u" "2026-01-05T10:00:00.123000Z" "ebb.identify" {"ids":{"anonymous_id":"b","user_id":"u"}}` + "\n",
		`{"uuid":"i","event":"$identify","distinct_id":"u",` + at + `,"properties":{"$anon_distinct_id":"u"}}`: "",
		`{"uuid":"i","event":"e","distinct_id":"u"}`:                                                           `"i" "u" null "e" {}` + "\n",
		`{"uuid":"i","properties":"{"}`:                                                                        `not_decodable: the properties are not JSON: reading JSON: unexpected EOF after offset 1`,
		`7`:                                                                                                    `not_decodable: the value is 7, expected a JSON object`,
	} {
		if got := told(t, NewPostHogReader(eventPaths), []byte(event)); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", event, got, want)
		}
	}
}

func TestGA4(t *testing.T) {
	const head = `{"event_date":"20260105","event_timestamp":"1767607200123456","event_name":"purchase","user_pseudo_id":"1.2","event_bundle_sequence_id":"7",`
	for event, want := range map[string]string{
		head + `"event_params":[{"key":"currency","value":{"string_value":"EUR"}},{"key":"value","value":{"double_value":19.5}},{"key":"ga_session_id","value":{"int_value":"123","string_value":null}},{"key":"none","value":{}}],
			"items":[{"item_id":"SKU","quantity":"1"}],"user_properties":[{"key":"plan","value":{"string_value":"gold","set_timestamp_micros":"1"}}]}`: `"1.2/1767607200123456/purchase/7" "1.2" "2026-01-05T10:00:00.123Z" "purchase" ` +
			`{"currency":"EUR","ga_session_id":123,"items":[{"item_id":"SKU","quantity":"1"}],"none":null,"user_properties":{"plan":"gold"},"value":19.5}` + "\n",
		`{"event_timestamp":1767607200123456,"event_name":"e","user_id":"u","user_pseudo_id":"1.2","batch_event_index":3,"event_params":[{"key":"items","value":{"int_value":2}}],"items":[]}`: `"1.2/1767607200123456/e////3" "u" "2026-01-05T10:00:00.123Z" "e" {"items":2,"user_properties":{}}` + "\n",
		`{"event_name":"e"}`: `"//e" null null "e" {"user_properties":{}}` + "\n",
		`[]`:                 `not_decodable: the value is [], expected a JSON object`,
	} {
		if got := told(t, NewGA4Reader(eventPaths), []byte(event)); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", event, got, want)
		}
	}
}

// FuzzBuilt: whatever the value, there are events or a reason.
func FuzzBuilt(f *testing.F) {
	f.Add([]byte(`{"batch":[{"type":"identify","userId":"u","anonymousId":"a","traits":{}},{"type":"alias","previousId":1}]}`))
	f.Add([]byte(strings.Repeat("\t", 130)))
	f.Add([]byte(`{"event_id":"1","contexts":[]}`))
	f.Add([]byte(`{"uuid":"1","event":"$identify","distinct_id":"u","properties":"{\"$anon_distinct_id\":\"a\",\"$set\":{\"x\":1}}"}`))
	f.Add([]byte(`{"event_name":"e","event_timestamp":"1","user_pseudo_id":"u","event_params":[{"key":"k","value":{"int_value":"1"}},{}]}`))
	f.Fuzz(func(t *testing.T, value []byte) {
		told(t, NewSegmentReader(eventPaths), value)
		told(t, NewSnowplowReader(eventPaths), value)
		told(t, NewPostHogReader(eventPaths), value)
		told(t, NewGA4Reader(eventPaths), value)
	})
}
