package schemas

import (
	"encoding/binary"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/linkedin/goavro/v2"
)

// avroTopics are the topics on which there may be Avro, with the messages of messages that go there.
var avroTopics = map[string][]string{
	"segment-changes": {"entered", "entered-from-file", "exited"},
	"memberships":     {"entered"},
	"sessions":        {"session"},
	"actions":         {"decision", "decision-plain"},
	"profiles":        {"profile", "profile-empty"},
	"late":            {"late"},
}

// bodyOf is the body of a value in Confluent's wire format.
func bodyOf(t testing.TB, value []byte, id uint32) []byte {
	t.Helper()
	if len(value) < frameBytes || value[0] != 0 || binary.BigEndian.Uint32(value[1:]) != id {
		t.Fatalf("% x has not the frame of schema %d", value, id)
	}
	return value[frameBytes:]
}

// TestAvroGolden: the bytes of each message, and that they say what its JSON says, read by goavro and by the decoder here.
func TestAvroGolden(t *testing.T) {
	all := messages()
	for topic, names := range avroTopics {
		codec, err := goavro.NewCodec(OutputSchema(topic))
		if err != nil {
			t.Fatalf("%s: %v", topic, err)
		}
		own := mustAvro(t, OutputSchema(topic))
		for _, name := range names {
			value := AvroFramed{ID: 513}.Append([]byte("before"), "shop", all[name])[len("before"):]
			path := filepath.Join("testdata", "message", name+".avro.hex")
			if *rewrite {
				if err := os.WriteFile(path, []byte(hex.EncodeToString(value)+"\n"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got := hex.EncodeToString(value); got != strings.TrimSpace(string(want)) {
				t.Errorf("%s: got %s, want %s", name, got, want)
			}
			body := bodyOf(t, value, 513)
			native, rest, err := codec.NativeFromBinary(body)
			if err != nil || len(rest) > 0 {
				t.Fatalf("%s: %v, %d bytes are left", name, err, len(rest))
			}
			said, err := ParseValue(AppendData(nil, "shop", all[name]))
			if err != nil {
				t.Fatal(err)
			}
			if topic == "late" { // the event as it came, as one text
				said = MapValue([]string{"data"}, []Value{StringValue(`{"a":1.0}`)})
			}
			for by, got := range map[string]Value{"goavro": fromNative(native, own.typ), "the decoder": readAvro(t, NewAvroBodyReader(everything, own), body)} {
				if got := asJSON(t, got); !got.Equal(withoutNulls(said)) {
					t.Errorf("%s, by %s:\n%s\nits JSON is\n%s", name, by, got.AppendJSON(nil), withoutNulls(said).AppendJSON(nil))
				}
			}
		}
	}
}

// asJSON is an Avro value as its JSON has it: without the members that are null, with what the texts of Json stand for,
// and times as texts.
func asJSON(t testing.TB, v Value) Value {
	t.Helper()
	text, err := ParseValue(unwrapped(t, v).AppendJSON(nil))
	if err != nil {
		t.Fatal(err)
	}
	return withoutNulls(text)
}

// unwrapped replaces the records Json by what they hold.
func unwrapped(t testing.TB, v Value) Value {
	t.Helper()
	if v.Kind() == Map && slices.Equal(v.Keys(), []string{"json"}) && v.Field("json").Kind() == String {
		inner, err := ParseValue([]byte(v.Field("json").Text()))
		if err != nil {
			t.Fatalf("%s: %v", v.AppendJSON(nil), err)
		}
		return inner
	}
	items := make([]Value, len(v.Items()))
	for i, item := range v.Items() {
		items[i] = unwrapped(t, item)
	}
	switch v.Kind() {
	case Map:
		return MapValue(v.Keys(), items)
	case List:
		return ListValue(items)
	}
	return v
}

func withoutNulls(v Value) Value {
	var keys []string
	var items []Value
	for i, item := range v.Items() {
		if v.Kind() == Map {
			if item.Kind() == Null {
				continue
			}
			keys = append(keys, v.Keys()[i])
		}
		items = append(items, withoutNulls(item))
	}
	switch v.Kind() {
	case Map:
		return MapValue(keys, items)
	case List:
		return ListValue(items)
	}
	return v
}

// TestAvroKeepsNulls: a payload's null is one, and a late event without content is a record without a value.
func TestAvroKeepsNulls(t *testing.T) {
	own := mustAvro(t, OutputSchema("actions"))
	body := bodyOf(t, AvroFramed{ID: 1}.Append(nil, "shop", messages()["decision"]), 1)
	if plan := readAvro(t, NewAvroBodyReader(everything, own), body).Path([]string{"payload", "plan"}); plan.Kind() != Null {
		t.Errorf("plan is %s", plan.AppendJSON(nil))
	}
	if value := (AvroFramed{ID: 1}).Append(nil, "shop", messages()["late-erased"]); value != nil {
		t.Errorf("an erased late event has the value % x", value)
	}
}

// TestAvroTopics: what is published in bytes of its own has no schema.
func TestAvroTopics(t *testing.T) {
	for _, topic := range []string{"dead-letters", "events", "changelog", "commits"} {
		if OutputSchema(topic) != "" {
			t.Errorf("%s has a schema", topic)
		}
	}
}

// FuzzEncodeAvro: whatever a payload or a feature is, goavro and the decoder here read what its JSON says.
func FuzzEncodeAvro(f *testing.F) {
	for _, seed := range []string{`{"a":[1,"x",null,true,1.5,[2],{"b":[]}],"c":{"d":1}}`, `{"json":{"json":"{}"}}`, `{"":-9223372036854775808,"e":1e300}`, `{"t":"[1]"}`, `[]`} {
		f.Add([]byte(seed), "u1")
	}
	actions, profiles := mustAvro(f, OutputSchema("actions")), mustAvro(f, OutputSchema("profiles"))
	codec, err := goavro.NewCodec(OutputSchema("actions"))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte, profile string) {
		v, err := ParseValue(text)
		if err != nil {
			return
		}
		if depth(v) > 50 { // a reader stops at some depth, this one and goavro at others
			return
		}
		decision := &Decision{Profile: profile, Payload: v, ExpiresAt: Never}
		body := bodyOf(t, AvroFramed{}.Append(nil, "shop", decision), 0)
		native, rest, err := codec.NativeFromBinary(body)
		if err != nil || len(rest) > 0 {
			t.Fatalf("%v, %d bytes are left", err, len(rest))
		}
		want, err := ParseValue(AppendData(nil, "shop", decision))
		if err != nil {
			t.Fatal(err)
		}
		for _, read := range []Value{fromNative(native, actions.typ), readAvro(t, NewAvroBodyReader(everything, actions), body)} {
			if got := payloadOf(t, read); !same(got, want.Field("payload")) {
				t.Errorf("the payload is %s, not %s", got.AppendJSON(nil), text)
			}
			if id := read.Field("profile"); !id.Equal(want.Field("profile")) {
				t.Errorf("the profile is %s", id.AppendJSON(nil))
			}
		}
		body = bodyOf(t, AvroFramed{}.Append(nil, "shop", &Profile{Features: []NamedValue{{"x", v}}}), 0)
		got := readAvro(t, NewAvroBodyReader(everything, profiles), body).Field("features")
		if got := unwrapped(t, got).Field("x"); !same(got, v) {
			t.Errorf("the feature is %s, not %s", got.AppendJSON(nil), text)
		}
	})
}

// payloadOf is a decision's payload, what is in its Json unwrapped, and nothing else: a key of it may be "json", too.
func payloadOf(t *testing.T, decision Value) Value {
	payload := decision.Field("payload")
	items := make([]Value, len(payload.Items()))
	for i, item := range payload.Items() {
		items[i] = unwrapped(t, item)
	}
	return MapValue(payload.Keys(), items)
}

func depth(v Value) int {
	most := 0
	for _, item := range v.Items() {
		most = max(most, depth(item))
	}
	return most + 1
}
