package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"
)

// TestExport: all that the topics and a node have of a person is given out, and nothing of others; its events can be replayed.
func TestExport(t *testing.T) {
	listen := address(t)
	file, options := brokers(t, fmt.Sprintf("http: {listen: %q}\nlog: {level: error, format: json}\n", listen))
	client, err := kgo.NewClient(append(options, kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)))...)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for i, who := range []string{"lin", "mo", "zoë", "lin", "mo"} {
		if err := client.ProduceSync(t.Context(), purchase(fmt.Sprint(i), who, fmt.Sprintf("2026-01-05T09:%02d:00Z", 30+i))).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	bad := purchase("9", "lin", "never")
	if err := client.ProduceSync(t.Context(), bad, purchase("10", "lin", "2026-01-01T00:00:00Z")).FirstErr(); err != nil {
		t.Fatal(err)
	}
	output := filepath.Join(t.TempDir(), "lin.json")
	if status, _, stderr := ebb("export", "lin", "-c", file, "--output", output); status != 1 || !strings.Contains(stderr, "no node answers") {
		t.Errorf("without a node: status %d, %s", status, stderr)
	}
	v := start(t, file)
	until(t, "not all is counted", func() bool {
		_, text := v.get("/metrics")
		return strings.Contains(text, "\nebb_events_total 6\n") && strings.Contains(text, "ebb_dead_letters_total{")
	})
	status, stdout, stderr := ebb("export", "lin", "-c", file, "--output", output, "--json")
	if status != 0 {
		t.Fatal(stderr)
	}
	var receipt exportReceipt
	if err := json.Unmarshal([]byte(stdout), &receipt); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(output)
	if err != nil {
		t.Fatal(err)
	}
	if sum := fmt.Sprintf("%x", sha256.Sum256(text)); sum != receipt.SHA256 || receipt.File != output || receipt.Missing != "" {
		t.Errorf("the receipt is %+v, and the hash %s", receipt, sum)
	}
	if strings.Contains(string(text), `"mo"`) || strings.Contains(string(text), "zoë") {
		t.Errorf("others are in it:\n%s", text)
	}
	var d struct {
		State struct {
			Profile     string
			Memberships map[string]any
		}
		Events  []json.RawMessage
		Changes []exportedEvent `json:"segment_changes"`
		Late    []exportedEvent
		Dead    []struct{ Reason, Value string } `json:"dead_letters"`
	}
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	if d.State.Profile != "lin" || d.State.Memberships["regulars"] == nil || len(d.Events) != 3 {
		t.Errorf("the profile is %+v, with %d events", d.State, len(d.Events))
	}
	if len(d.Changes) != 1 || d.Changes[0].Type != "ebb.segment.entered" || d.Changes[0].Subject != "lin" || len(d.Late) != 1 || d.Late[0].Reason != "too_late" {
		t.Errorf("changes %+v, late %+v", d.Changes, d.Late)
	}
	if len(d.Dead) != 1 || d.Dead[0].Reason != "not_mappable" && d.Dead[0].Reason != "not_decodable" || d.Dead[0].Value != string(bad.Value) {
		t.Errorf("dead letters %+v", d.Dead)
	}
	s, err := load(file)
	if err != nil {
		t.Fatal(err)
	}
	if status, _, stderr := ebb("export", "lin", "-c", file, "--output", output+"3", "--dir", s.State.Dir); status != 1 || !strings.Contains(stderr, "another ebb process uses this folder") {
		t.Errorf("from the folder of a node that runs: status %d, %s", status, stderr)
	}
	v.wait()

	var lines []string
	for _, e := range d.Events {
		lines = append(lines, strings.ReplaceAll(strings.ReplaceAll(string(e), "\n", ""), "  ", ""))
	}
	input := filepath.Join(t.TempDir(), "lin.jsonl")
	if err := os.WriteFile(input, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, stdout, stderr := ebb("replay", "-c", file, "--input", input, "--output", t.TempDir(), "--json"); status != 0 || !strings.Contains(stdout, `"events": 3`) {
		t.Errorf("replaying the events: %s%s", stdout, stderr)
	}
	if status, _, _ := ebb("export", "lin", "-c", file, "--output", output); status != 1 {
		t.Errorf("with the node gone: status %d", status)
	}
	if status, _, stderr := ebb("export", "lin", "-c", file, "--output", output, "--dir", s.State.Dir); status != 2 || !strings.Contains(stderr, "exists") {
		t.Errorf("over a file that is there: status %d, %s", status, stderr)
	}
	if status, stdout, stderr := ebb("export", "nobody", "-c", file, "--output", output+"2", "--dir", s.State.Dir); status != 0 || !strings.Contains(stdout, "missing") {
		t.Errorf("of nobody: status %d, %s%s", status, stdout, stderr)
	}
}
