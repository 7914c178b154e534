package main

import (
	"encoding/binary"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sr/srfake"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/ebbstream/ebb/pipeline/live"
	"github.com/ebbstream/ebb/schemas"
)

// recordsOf reads one topic from its beginning, until there are so many records.
func recordsOf(t *testing.T, options []kgo.Opt, topic string, most int) []*kgo.Record {
	t.Helper()
	client, err := kgo.NewClient(append(options, kgo.ConsumeTopics(topic), kgo.FetchIsolationLevel(kgo.ReadCommitted()))...)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	var all []*kgo.Record
	for end := time.Now().Add(30 * time.Second); len(all) < most; {
		if time.Now().After(end) {
			t.Fatalf("after half a minute %s has %d records", topic, len(all))
		}
		fetches := client.PollFetches(t.Context())
		if err := fetches.Err(); err != nil && !strings.Contains(err.Error(), "UNKNOWN_TOPIC") {
			t.Fatal(err)
		}
		all = append(all, fetches.Records()...)
	}
	return all
}

// avroText is what a body says, as JSON.
func avroText(t *testing.T, schema string, body []byte) string {
	t.Helper()
	own, err := schemas.ParseAvro(schemas.AvroText{Schema: schema})
	if err != nil {
		t.Fatal(err)
	}
	reader := schemas.NewAvroBodyReader(schemas.Reading{Paths: schemas.Projection{{}}, Modes: make([]schemas.Mode, 1)}, own)
	var values [1]schemas.Value
	if _, err = reader.Open(&schemas.Record{Value: body}); err == nil {
		err = reader.Read(0, values[:])
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(values[0].AppendJSON(nil))
}

func header(r *kgo.Record, key string) string {
	for _, h := range r.Headers {
		if h.Key == key {
			return string(h.Value)
		}
	}
	return ""
}

// rewritten is a configuration with one text replaced.
func rewritten(t *testing.T, file, old, replacement string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err == nil && !strings.Contains(string(text), old) {
		t.Fatalf("%s has no %q", file, old)
	}
	if err == nil {
		err = os.WriteFile(file, []byte(strings.Replace(string(text), old, replacement, 1)), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestAvroOutput: a registry that is away at the start is waited for, and told of; what comes out then has the schemas it
// holds; and once it is known, it may go away again.
func TestAvroOutput(t *testing.T) {
	file, options := brokers(t, "outputs: {format: avro, memberships: true, profiles: 1ms}\nhttp: {listen: \""+address(t)+"\"}\n")
	registry := srfake.New()
	t.Cleanup(registry.Close)
	var away atomic.Bool
	away.Store(true)
	registry.Intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if away.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		} else if strings.HasPrefix(r.URL.Path, "/compatibility") { // it has rules for no subject yet
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `{"error_code":40401,"message":"Subject not found."}`)
			return true
		}
		return away.Load()
	})
	rewritten(t, file, "kafka: {", "kafka: {schema_registry: {url: \""+registry.URL()+"\"}, ")
	client, err := kgo.NewClient(options...)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	core, told := observer.New(zapcore.WarnLevel)
	v := startLogged(t, file, zap.New(core))
	until(t, "nobody is told that the registry does not answer", func() bool {
		return told.FilterMessageSnippet("the schema registry does not answer; trying again").Len() > 0
	})
	away.Store(false)
	until(t, "it is not ready", func() bool { status, _ := v.get("/readyz"); return status == 200 })
	away.Store(true)
	if err := client.ProduceSync(t.Context(), purchase("1", "lin", "2026-01-05T09:30:00Z"), purchase("2", "lin", "2026-01-06T09:30:00Z")).FirstErr(); err != nil {
		t.Fatal(err)
	}
	for topic, want := range map[string]string{"segment-changes": `"segment":"regulars"`, "memberships": `"status":"entered"`, "profiles": `"spent":25`} {
		r := recordsOf(t, options, "tea."+topic, 1)[0]
		if header(r, "content-type") != "application/avro" || header(r, "ce_source") != "/ebb/tea" || r.Value[0] != 0 {
			t.Errorf("%s: % x with %v", topic, r.Value, r.Headers)
		}
		schema, found := registry.GetSchema("tea."+topic+"-value", 1)
		if !found || uint32(schema.ID) != binary.BigEndian.Uint32(r.Value[1:]) {
			t.Fatalf("%s is written with schema %d; the registry has %d", topic, binary.BigEndian.Uint32(r.Value[1:]), schema.ID)
		}
		if text := avroText(t, schema.Schema.Schema, r.Value[5:]); !strings.Contains(text, want) {
			t.Errorf("%s: %s", topic, text)
		}
	}
	v.wait()

	away.Store(false)
	verify := func() (out verifiedAll) {
		t.Helper()
		status, stdout, stderr := ebb("verify", "-c", file, "--json")
		if err := json.Unmarshal([]byte(stdout), &out); status != 0 || err != nil || len(out.Kinds) == 0 {
			t.Fatalf("status %d, %v: %s%s", status, err, stdout, stderr)
		}
		return out
	}
	if changes := verify().Kinds[0]; changes.Alike != 1 || changes.Other != 0 {
		t.Errorf("verified: %+v", changes)
	}
	path := filepath.Join(t.TempDir(), "lin.json")
	if status, _, stderr := ebb("export", "lin", "-c", file, "--dir", v.s.State.Dir, "--output", path); status != 0 {
		t.Fatal(stderr)
	}
	if text, err := os.ReadFile(path); err != nil || !strings.Contains(string(text), `"segment": "regulars"`) || strings.Contains(string(text), "data_base64") {
		t.Errorf("exported: %s, %v", text, err)
	}
	rewritten(t, file, "30d", "31d")
	if changes := verify().Kinds[0]; changes.Other != 1 {
		t.Errorf("verified by another definition: %+v", changes)
	}
}

// TestIncompatibleOutput: what the registry would not have is said before anything runs.
func TestIncompatibleOutput(t *testing.T) {
	file, _ := brokers(t, "outputs: {format: avro}\nhttp: {listen: \""+address(t)+"\"}\n")
	registry := srfake.New()
	t.Cleanup(registry.Close)
	registry.Intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasPrefix(r.URL.Path, "/compatibility") {
			return false
		}
		_, _ = io.WriteString(w, `{"is_compatible":false,"messages":["READER_FIELD_MISSING_DEFAULT_VALUE"]}`)
		return true
	})
	rewritten(t, file, "kafka: {", "kafka: {schema_registry: {url: \""+registry.URL()+"\"}, ")
	s, err := load(file)
	if err != nil {
		t.Fatal(err)
	}
	err = run(t.Context(), s, false, zap.NewNop(), func(live.Event) {})
	for _, says := range []string{"outputs.format avro: the schema registry http", "refuses the schema of tea.actions-value: it is incompatible", "READER_FIELD_MISSING", "--avro-schemas"} {
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("it says %v, not %q", err, says)
		}
	}
	if registry.SubjectExists("tea.actions-value") {
		t.Error("the schema was registered")
	}
}

// TestSegmentOutput: changes are calls, and everything else is as ever.
func TestSegmentOutput(t *testing.T) {
	file, options := brokers(t, "outputs: {format: segment, memberships: true}\nhttp: {listen: \""+address(t)+"\"}\n")
	client, err := kgo.NewClient(options...)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.ProduceSync(t.Context(), purchase("1", "lin", "2026-01-05T09:30:00Z"), purchase("2", "lin", "2026-01-06T09:30:00Z")).FirstErr(); err != nil {
		t.Fatal(err)
	}
	v := start(t, file)
	r := recordsOf(t, options, "tea.segment-changes", 1)[0]
	var call struct {
		MessageID, UserID, Event string
		Properties               map[string]any
	}
	if err := json.Unmarshal(r.Value, &call); err != nil {
		t.Fatal(err)
	}
	if call.Event != "Audience Entered" || call.UserID != "lin" || call.Properties["regulars"] != true || call.MessageID != header(r, "ce_id") || header(r, "content-type") != "application/json" {
		t.Errorf("%s with %v", r.Value, r.Headers)
	}
	if m := recordsOf(t, options, "tea.memberships", 1)[0]; !strings.Contains(string(m.Value), `"status":"entered"`) {
		t.Errorf("a membership is %s", m.Value)
	}
	v.wait()
	rewritten(t, file, "30d", "31d")
	status, stdout, stderr := ebb("verify", "-c", file, "--json")
	var out verifiedAll
	if err := json.Unmarshal([]byte(stdout), &out); status != 0 || err != nil || out.Kinds[0].Other != 1 {
		t.Errorf("verified by another definition: %s%s, %v", stdout, stderr, err)
	}
}
