package main

import (
	"context"
	"encoding/json"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/pipeline/demo"
)

var (
	together4 = regexp.MustCompile(`(?m)^together +([1-9]\d*) +([1-9]\d*) +([1-9]\d*) +([1-9]\d*)$`)
	change    = regexp.MustCompile(`(?m) (entered|left) +\w+ +(event|late_event|timer|consent) +.* = `)
	member    = regexp.MustCompile(`(?m)^\w+ +[1-9]\d* +▪`)
	stopped   = regexp.MustCompile(`Stopped at (.*), after (\d+) events`)
	resumed   = regexp.MustCompile(`Going on where it stopped, at (.*), after (\d+) events`)
)

// TestDemo: within seconds people enter and leave segments, by what they do and by what time does; a second run goes on
// where the first stopped, and over both no change is missing or told twice.
func TestDemo(t *testing.T) {
	dir := t.TempDir()
	run := func() string {
		status, stdout, stderr := ebb("demo", "--dir", dir, "--port", "0", "--speed", "18h", "--for", "6s")
		if status != 0 || stderr != "" {
			t.Fatalf("status %d: %s", status, stderr)
		}
		if !together4.MatchString(stdout) {
			t.Errorf("people did not enter and leave by event and by time:\n%s", stdout)
		}
		if !change.MatchString(stdout) || !member.MatchString(stdout) {
			t.Errorf("no change with its reason, or nobody in a segment:\n%s", stdout)
		}
		return stdout
	}
	first := run()
	second := run()
	was, now := stopped.FindStringSubmatch(first), resumed.FindStringSubmatch(second)
	if was == nil || now == nil || was[2] != now[2] {
		t.Errorf("the first run says %q, the second %q", was, now)
	}
	checkChanges(t, dir)
}

// checkChanges reads all changes from the broker's folder: of each person and segment they are numbered without a gap, and an
// entry follows an exit.
func checkChanges(t *testing.T, dir string) {
	b, err := demo.StartBroker(filepath.Join(dir, "broker"), 0, "clickstream", 4)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	client, err := kgo.NewClient(kgo.SeedBrokers(b.Address), kgo.ConsumeTopics("shop.segment-changes"), kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.KeepControlRecords())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	ends, err := kadm.NewClient(client).ListEndOffsets(ctx, "shop.segment-changes")
	if err != nil {
		t.Fatal(err)
	}
	left := 0
	ends.Each(func(o kadm.ListedOffset) { left += int(o.Offset) })
	seqs, n := map[string]int{}, 0
	for left > 0 && ctx.Err() == nil {
		client.PollFetches(ctx).EachRecord(func(r *kgo.Record) {
			left--
			if r.Attrs.IsControl() {
				return
			}
			n++
			var c struct {
				Profile, Segment, Status string
				Seq                      int
			}
			if err := json.Unmarshal(r.Value, &c); err != nil {
				t.Fatal(err)
			}
			key := c.Profile + " " + c.Segment
			seqs[key]++
			if c.Seq != seqs[key] || (c.Status == "entered") != (c.Seq%2 == 1) {
				t.Errorf("%s: change %d is %s, after %d changes", key, c.Seq, c.Status, seqs[key]-1)
			}
		})
	}
	if left != 0 || n < 1000 {
		t.Errorf("%d changes, %d records not read", n, left)
	}
}

// TestDemoConfig: what the demo runs is a configuration like any other.
func TestDemoConfig(t *testing.T) {
	status, stdout, stderr := ebb("demo", "--print-config")
	if status != 0 || stdout != string(demoConfig) {
		t.Errorf("status %d, %s\n%s", status, stderr, stdout)
	}
	if status, stdout, stderr := ebb("check", "-c", "demo.yaml"); status != 0 || !strings.Contains(stdout, "no faults") {
		t.Errorf("status %d, %s\n%s", status, stderr, stdout)
	}
	for _, wrong := range [][]string{{"--speed", "fast"}, {"--speed", "0s"}, {"more"}} {
		if status, _, stderr := ebb(append([]string{"demo"}, wrong...)...); status != 2 || stderr == "" {
			t.Errorf("%q: status %d, %s", wrong, status, stderr)
		}
	}
}
