package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ebbstream/ebb/pipeline"
	"github.com/ebbstream/ebb/schemas"
)

// TestHistory: what is told of one profile is what a replay of everybody gives, also with several files out of order.
func TestHistory(t *testing.T) {
	sample := filepath.Join("..", "..", "test", "sample")
	text, err := os.ReadFile(filepath.Join(sample, "shop.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var files [2][]string
	for i, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		files[i%2] = append(files[i%2], line)
	}
	slices.Reverse(files[1][20:25])
	var inputs []string
	for i, name := range []string{"a.jsonl", "b.jsonl"} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(strings.Join(files[i], "\n")), 0o644); err != nil {
			t.Fatal(err)
		}
		inputs = append(inputs, path)
	}
	s, err := load(filepath.Join(sample, "shop.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	middle, err := schemas.ParseInstant("2026-02-03T00:00:00Z")
	if err != nil {
		t.Fatal(err)
	}
	for _, sort := range []bool{false, true} {
		for _, until := range []schemas.Instant{schemas.Never, middle} {
			out := t.TempDir()
			r := &pipeline.Replay{Name: s.Name, Catalog: s.catalog, Inputs: inputs, AsOf: until, Sort: sort, Output: out, Memory: 64 << 20,
				MuteBefore: schemas.Earliest}
			if _, err := r.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			all, err := os.ReadFile(filepath.Join(out, "segment-changes.jsonl"))
			if err != nil {
				t.Fatal(err)
			}
			for _, who := range []string{"anna", "bilal", "chiara", "dmitri", "emeka", "freya"} {
				h := &pipeline.History{Catalog: s.catalog, Inputs: inputs, Subject: who, AsOf: until, Sort: sort}
				told, err := h.Run(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				var got, want []string
				for _, c := range told.Changes {
					got = append(got, string(schemas.AppendMessage(nil, s.Name, c)))
				}
				for line := range strings.Lines(string(all)) {
					if strings.Contains(line, `"subject":"`+who+`"`) {
						want = append(want, strings.TrimSpace(line))
					}
				}
				slices.Sort(got) // of one instant, a replay writes them in the order of the segments' names
				slices.Sort(want)
				if !slices.Equal(got, want) {
					t.Errorf("%s until %v, sorted %v:\n%s\n\nnot\n%s", who, until, sort, strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
			}
		}
	}
}
