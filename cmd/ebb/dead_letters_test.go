package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"
)

// TestDeadLetters: what could not be used is listed with its reasons and shown as it was, and what the configuration of today
// can use is brought in, in the order in which it came.
func TestDeadLetters(t *testing.T) {
	listen := address(t)
	file, options := brokers(t, fmt.Sprintf("http: {listen: %q}\nlog: {level: error, format: json}\n", listen))
	source := func(subject string) {
		t.Helper()
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		at := strings.Index(string(text), "sources: ")
		end := at + strings.Index(string(text[at:]), "\n")
		changed := string(text[:at]) + "sources: [{topic: clicks, format: json, map: {id: msg.id, subject: '" + subject + "', time: msg.at, type: {const: purchase}}}]" + string(text[end:])
		if err := os.WriteFile(file, []byte(changed), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	source("msg.user")
	client, err := kgo.NewClient(options...)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	record := func(value string) *kgo.Record {
		return &kgo.Record{Topic: "clicks", Key: []byte("lin"), Value: []byte(value), Headers: []kgo.RecordHeader{{Key: "shop", Value: []byte("north")}}}
	}
	if err := client.ProduceSync(t.Context(), record(`{"id":"1","user":"lin","at":"2026-01-05T09:30:00Z"}`), record(`{"id":"2","visitor":"lin","at":"2026-01-05T09:31:00Z"}`),
		record("\xff{"), record(`{"id":"3","visitor":"lin","at":"2026-01-05T09:32:00Z"}`), record(`{"id":"4","visitor":"lin","at":"2099-01-05T09:32:00Z"}`)).FirstErr(); err != nil {
		t.Fatal(err)
	}
	if status, _, stderr := ebb("dead-letters", "list", "-c", file); status != 1 || !strings.Contains(stderr, "tea.dead-letters is not there") {
		t.Errorf("before the first run: status %d, %s", status, stderr)
	}
	v := start(t, file)
	counted := func(events, dead int) {
		t.Helper()
		until(t, "not all is counted", func() bool {
			_, text := v.get("/metrics")
			return strings.Contains(text, fmt.Sprintf("\nebb_dead_letters_total{reason=\"no_subject\"} %d\n", dead)) &&
				strings.Contains(text, "\nebb_dead_letters_total{reason=\"not_decodable\"} 1\n") && strings.Contains(text, fmt.Sprintf("\nebb_events_total %d\n", events))
		})
	}
	counted(1, 3)

	var list []letter
	ask := func(out any, args ...string) {
		t.Helper()
		status, stdout, stderr := ebb(append(append([]string{"dead-letters"}, args...), "-c", file, "--json")...)
		if status != 0 {
			t.Fatalf("%v: %s", args, stderr)
		}
		if err := json.Unmarshal([]byte(stdout), out); err != nil {
			t.Fatal(err)
		}
	}
	ask(&list, "list")
	if len(list) != 4 || list[0].Reason != "no_subject" || list[1].Reason != "not_decodable" || list[0].Topic != "clicks" || list[0].Offset != 1 || list[1].Offset != 2 {
		t.Fatalf("listed: %+v", list)
	}
	var one struct {
		letter
		Key     string
		Bytes   []byte `json:"value_base64"`
		Headers []struct{ Key, Value string }
	}
	ask(&one, "show", list[1].Letter)
	if string(one.Bytes) != "\xff{" || one.Key != "lin" || len(one.Headers) != 1 || one.Headers[0].Value != "north" || one.Letter != list[1].Letter {
		t.Errorf("shown: %+v", one)
	}
	var done []driven
	ask(&done, "redrive", "--all")
	for _, d := range done {
		if d.Still == "" || len(d.Events) > 0 {
			t.Errorf("redriven with the same map: %+v", d)
		}
	}
	v.wait()

	source(`msg.visitor == null ? msg.user : msg.visitor`)
	ask(&done, "redrive", "--reason", "no_subject")
	if len(done) != 3 || len(done[0].Events) != 1 || done[0].Events[0].ID != "2" || done[1].Events[0].ID != "3" || done[1].Events[0].Offset != done[0].Events[0].Offset+1 || done[2].Still != "too_far_ahead" {
		t.Fatalf("redriven with another map: %+v", done)
	}
	ask(&done, "redrive", list[0].Letter) // once more: it is a repetition
	v = start(t, file)
	until(t, "they are not in the profile", func() bool {
		status, text := v.get("/profiles/lin")
		return status == 200 && strings.Contains(text, `"last_seen":"2026-01-05T09:32:00Z"`)
	})
	v.wait()
	for _, args := range [][]string{{"redrive"}, {"redrive", "0/1", "--all"}, {"show"}, {"list", "x"}} {
		if status, _, stderr := ebb(append(append([]string{"dead-letters"}, args...), "-c", file)...); status != 2 {
			t.Errorf("%v: status %d, %s", args, status, stderr)
		}
	}
	if status, _, stderr := ebb("dead-letters", "show", "9/9", "-c", file); status != 1 || !strings.Contains(stderr, `no letter "9/9"`) {
		t.Errorf("status %d, %s", status, stderr)
	}
}
