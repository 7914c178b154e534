package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/pipeline/past"
	"github.com/ebbstream/ebb/schemas"
)

// TestVerify: what was published over two runs of the service, with timers that fired as time went on, is what comes out when
// its commits are repeated; a record that somebody else has written is found.
func TestVerify(t *testing.T) {
	listen := address(t)
	file, options := brokers(t, fmt.Sprintf("http: {listen: %q}\nlog: {level: error, format: json}\noutputs: {profiles: 1s}\n", listen))
	client, err := kgo.NewClient(append(options, kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)))...)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	sent := 0
	send := func(days ...int) {
		t.Helper()
		for _, day := range days {
			for who := range 8 {
				at := time.Date(2026, 1, day, 9, 30+who, 0, 0, time.UTC)
				if day == 7 && who == 3 {
					at = at.AddDate(0, 0, -3) // too late
				}
				if err := client.ProduceSync(t.Context(), purchase(fmt.Sprintf("%d-%d", day, who), fmt.Sprintf("u%d", who), at.Format(time.RFC3339))).FirstErr(); err != nil {
					t.Fatal(err)
				}
				sent++
			}
		}
	}
	serve := func(then string, days ...int) {
		t.Helper()
		v := start(t, file)
		send(days...)
		until(t, "not all is counted", func() bool {
			answer, text := v.get("/metrics")
			return answer == 200 && strings.Contains(text, fmt.Sprintf("\nebb_events_total %d\n", 8*len(days))) && strings.Contains(text, then)
		})
		v.wait()
	}
	serve("", 5, 6, 7)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(text), "max_ahead: 3650d", "max_ahead: 3650d, idle_after: 1s", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	// Some have been cooling since the 17th; and as nothing more comes, time goes on by itself, to today.
	serve(`ebb_segment_changes_total{segment="regulars",status="exited"} 8`, 25)
	type said struct {
		Kinds []verifiedKind
		Wrong []discrepancy `json:"differences"`
	}
	verify := func(status int, args ...string) (out said) {
		t.Helper()
		got, stdout, stderr := ebb(append([]string{"verify", "-c", file, "--json"}, args...)...)
		if got != status {
			t.Fatalf("status %d\n%s%s", got, stdout, stderr)
		}
		if err := json.Unmarshal([]byte(stdout), &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	all := verify(0)
	for i, least := range []int64{32, 8, 0, 1} {
		k := all.Kinds[i]
		if k.Kind != verified[i] || k.Published < least || k.Alike != k.Published || k.Other+k.Missing+k.Extra+k.Different > 0 {
			t.Errorf("compared: %+v", k)
		}
	}
	part := verify(0, "--from", "2026-01-10T00:00:00Z", "--to", "2026-01-20T00:00:00Z")
	if n := part.Kinds[0].Published; n == 0 || n >= all.Kinds[0].Published {
		t.Errorf("of ten days: %+v", part.Kinds[0])
	}
	forged := &kgo.Record{Topic: "tea.segment-changes", Key: []byte("u1"), Value: []byte(`{"segment":"regulars"}`), Headers: []kgo.RecordHeader{
		{Key: "ce_id", Value: []byte("forged")}, {Key: "ce_type", Value: []byte("ebb.segment.entered")}, {Key: "ce_time", Value: []byte("2026-01-06T00:00:00Z")}}}
	if err := client.ProduceSync(t.Context(), forged).FirstErr(); err != nil {
		t.Fatal(err)
	}
	if out := verify(1); out.Kinds[0].Extra != 1 || len(out.Wrong) != 1 || out.Wrong[0].ID != "forged" || out.Wrong[0].Is != "extra" {
		t.Errorf("with a forged record: %+v", out)
	}
}

// TestVerification: what is missing, extra, different, or of another definition; what came twice counts once.
func TestVerification(t *testing.T) {
	v := newVerification(past.Span{From: schemas.Earliest, To: schemas.Never})
	v.definitions["today"] = true
	v.kinds["c"] = &verifiedKind{Kind: "segment-changes"}
	record := func(id, value string) *kgo.Record {
		return &kgo.Record{Topic: "c", Key: []byte("u"), Value: []byte(value), Headers: []kgo.RecordHeader{{Key: "ce_id", Value: []byte(id)}, {Key: "ce_time", Value: []byte("2026-01-05T00:00:00Z")}}}
	}
	for _, r := range []*kgo.Record{record("alike", `{"definition":"today"}`), record("alike", `{"definition":"today"}`), record("extra", `{}`), record("other", `{"definition":"yesterday"}`), record("different", `{"seq":1}`)} {
		if err := v.published(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := v.repeated([]*kgo.Record{record("alike", `{"definition":"today"}`), record("different", `{"seq":2}`), record("missing", `{}`), record("other", `{"definition":"today"}`)}); err != nil {
		t.Fatal(err)
	}
	for range 2 { // to ask again changes nothing
		if n := v.differences(); n != 3 {
			t.Errorf("%d differences", n)
		}
	}
	if k, want := *v.result().Kinds[0], (verifiedKind{Kind: "segment-changes", Published: 4, Alike: 1, Other: 1, Missing: 1, Extra: 1, Different: 1}); k != want {
		t.Errorf("counted %+v, not %+v", k, want)
	}
}
