package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// TestBench: it measures everything, counts every event once, and leaves nothing behind. That each change which was committed
// is read exactly once the command checks itself.
func TestBench(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	const events = 4000
	status, stdout, stderr := ebb("bench", "--events", "4000", "--people", "300", "--for", "500ms", "--json")
	if status != 0 || stderr != "" {
		t.Fatalf("status %d: %s", status, stderr)
	}
	var r benchResult
	d := json.NewDecoder(strings.NewReader(stdout))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		t.Fatal(err)
	}
	if r.Events != events || r.Service.Events != events {
		t.Errorf("%d events were to be made, %d were, and %d committed", events, r.Events, r.Service.Events)
	}
	// The watermark passes timers of people who do not come again, too: the service has more to tell than the fold, never less.
	if r.Fold.Changes == 0 || r.Service.Changes < r.Fold.Changes {
		t.Errorf("%d changes of the fold, %d of the service", r.Fold.Changes, r.Service.Changes)
	}
	for name, v := range map[string]float64{
		"profiles": float64(r.Profiles), "fold rate": r.Fold.EventsPerSecond, "rate": r.Service.EventsPerSecond, "bytes": r.Service.BytesPerProfile,
		"fold CPU": r.Fold.CPUPerEvent, "CPU": r.Service.CPUPerEvent, "peak": float64(r.PeakBytes),
		"load": float64(r.Latency.Events), "seen": float64(r.Latency.Changes), "p50": r.Latency.P50,
		"load CPU": r.Latency.CPUPerEvent,
	} {
		if v <= 0 {
			t.Errorf("%s is %v", name, v)
		}
	}
	if r.Latency.P99 < r.Latency.P50 || r.Latency.P999 < r.Latency.P99 || r.Profiles > 300 {
		t.Errorf("percentiles out of order, or too many people: %+v", r)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("it left %v, %v", left, err)
	}
}

// TestBenchBehind: latencies of a service that did not keep up are told to be those of a queue, and others are not.
func TestBenchBehind(t *testing.T) {
	for behind, want := range map[float64]bool{.2: false, 1.5: true} {
		var out bytes.Buffer
		r := benchResult{Latency: percentiles{Behind: behind}}
		if err := r.print(&out); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(out.String(), "1.5 s behind at the end"); got != want {
			t.Errorf("%v s behind: told %v, want %v\n%s", behind, got, want, &out)
		}
	}
}

// TestBenchWarm: what was due before the load was warm is not counted, what was due from then on is.
func TestBenchWarm(t *testing.T) {
	now := time.Now()
	l := openLoop{counted: now.Add(-2 * time.Second)}
	l.mu.due = map[string]time.Time{"cold": now.Add(-3 * time.Second), "first": l.counted, "warm": now.Add(-time.Second)}
	for _, id := range []string{"cold", "first", "warm", "somebody else's"} {
		l.take(&kgo.Record{Value: fmt.Appendf(nil, `{"caused_by":{"id":%q}}`, id)})
	}
	if len(l.mu.seen) != 2 || l.mu.all != 4 || l.mu.seen[0] < 2*time.Second || l.mu.seen[1] >= l.mu.seen[0] {
		t.Errorf("of %d changes %v were counted", l.mu.all, l.mu.seen)
	}
}

// TestBenchStopped: Ctrl-C ends it at any time, with a word and without a trace.
func TestBenchStopped(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	var out, errs bytes.Buffer
	cmd := root()
	cmd.SetArgs([]string{"bench", "--events", "20000", "--people", "300", "--for", "1h"})
	cmd.SetOut(&out)
	cmd.SetErr(&errs)
	if status := report(cmd.ExecuteContext(ctx), &errs); status != 1 || !strings.Contains(errs.String(), "stopped before") || out.Len() > 0 {
		t.Errorf("status %d, %s\n%s", status, &errs, &out)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("it left %v, %v", left, err)
	}
}

// TestBenchJob: what it runs is the job that the results in test/bench are of.
func TestBenchJob(t *testing.T) {
	job, err := os.ReadFile(filepath.Join("..", "..", "test", "bench", "profile-job.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	_, definitions, _ := bytes.Cut(job, []byte("sessions:"))
	if !bytes.HasSuffix(benchConfig, definitions) || len(definitions) == 0 {
		t.Errorf("its definitions are not those of test/bench/profile-job.yaml")
	}
	for _, wrong := range [][]string{{"--events", "0"}, {"--people", "1"}, {"--for", "0s"}, {"more"}, {"-c", "missing.yaml"}} {
		if status, _, stderr := ebb(append([]string{"bench"}, wrong...)...); status != 2 || stderr == "" {
			t.Errorf("%q: status %d, %s", wrong, status, stderr)
		}
	}
}
