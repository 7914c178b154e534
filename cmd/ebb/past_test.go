package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"
)

// produced puts what a week of a few people is into the topics, part of it in transactions, one of which is aborted, and gives
// it as lines of a file, too.
func produced(t *testing.T, options []kgo.Opt) (lines []string) {
	t.Helper()
	client, err := kgo.NewClient(append(options, kgo.TransactionalID("till"))...)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	day := func(n int) string { return fmt.Sprintf("2026-01-%02dT09:30:00Z", 5+n) }
	for n := range 8 {
		if err := client.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		for who := range 6 {
			r := purchase(fmt.Sprint(n), fmt.Sprintf("u%d", who), day(n))
			if (n+who)%3 > 0 {
				continue
			}
			if err := client.ProduceSync(t.Context(), r).FirstErr(); err != nil {
				t.Fatal(err)
			}
			if n != 4 {
				lines = append(lines, string(r.Value))
			}
		}
		if err := client.EndTransaction(t.Context(), kgo.TransactionEndTry(n != 4)); err != nil {
			t.Fatal(err)
		}
	}
	return lines
}

// TestReplayFromTopics: a replay of what topics hold is that of a file with the same events, and leaves nothing behind.
func TestReplayFromTopics(t *testing.T) {
	file, options := brokers(t, "")
	lines := produced(t, options)
	input := filepath.Join(t.TempDir(), "week.jsonl")
	var inSpan []string
	for _, line := range lines {
		if !strings.Contains(line, "01-05T") && !strings.Contains(line, "01-12T") {
			inSpan = append(inSpan, line)
		}
	}
	if len(inSpan) == len(lines) || len(inSpan) < 5 {
		t.Fatal(inSpan)
	}
	if err := os.WriteFile(input, []byte(strings.Join(inSpan, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	replay := func(args ...string) string {
		t.Helper()
		out := t.TempDir()
		if status, _, stderr := ebb(append([]string{"replay", "-c", file, "--output", out}, args...)...); status != 0 {
			t.Fatal(stderr)
		}
		return out
	}
	of := []string{"--from", "2026-01-06T09:30:00Z", "--to", "2026-01-12T09:30:00Z"}
	want := replay("--input", input)
	for _, got := range []string{replay(of...), replay(append(of, "--sort")...)} {
		for _, name := range []string{"segment-changes", "sessions", "profiles", "late", "dead-letters"} {
			a, b := results(t, want, name), results(t, got, name)
			if !slices.Equal(a, b) || name == "profiles" && len(a) != 6 {
				t.Errorf("%s: from files\n%s\nfrom topics\n%s", name, strings.Join(a, "\n"), strings.Join(b, "\n"))
			}
		}
	}
	at := []string{"explain", "u1", "regulars", "-c", file, "--at", "2026-01-11T00:00:00Z"}
	_, inFile, stderr := ebb(append(at, "--input", input)...)
	if _, inTopics, stderr := ebb(append(at, of...)...); inFile == "" || inTopics != inFile {
		t.Errorf("explained from files\n%s\nfrom topics\n%s%s", inFile, inTopics, stderr)
	}
	if inFile == "" {
		t.Error(stderr)
	}
	groups, err := admin(t, options).ListGroups(t.Context())
	if err != nil || len(groups) > 0 {
		t.Errorf("there are groups: %v, %v", groups, err)
	}
	for _, args := range [][]string{{"--input", input, "--from", "2026-01-06T09:30:00Z"}, {"--from", "2026-01-07T00:00:00Z", "--to", "2026-01-07T00:00:00Z"}, {"--to", "soon"}} {
		if status, _, stderr := ebb(append([]string{"replay", "-c", file, "--output", t.TempDir()}, args...)...); status != 2 {
			t.Errorf("%v: status %d, %s", args, status, stderr)
		}
	}
}

// results are the lines of a result file, without where in the topics they came from.
func results(t *testing.T, dir, name string) (lines []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name+".jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
		if data, ok := m["data"].(map[string]any); ok {
			if by, ok := data["caused_by"].(map[string]any); ok {
				delete(by, "topic")
				delete(by, "partition")
				delete(by, "offset")
			}
		}
		plain, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(plain))
	}
	return lines
}
