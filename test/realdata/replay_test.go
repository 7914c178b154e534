package realdata

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/ebbstream/ebb/operators/catalog"
	"github.com/ebbstream/ebb/pipeline"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/test/engine"
)

// set is a set's configuration, ready for replays.
type set struct {
	name    string
	blocks  *catalog.Blocks
	catalog *catalog.Catalog
}

// open reads a configuration of testdata; pairs are the names and values of its ${VARIABLES}.
func open(t *testing.T, path string, pairs ...string) *set {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", path))
	if err != nil {
		t.Fatal(err)
	}
	variables := func(name string) (string, bool) {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1], true
			}
		}
		return "", false
	}
	c, blocks, compiled, faults := engine.Load(path, text, variables)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return &set{name: c.Name, blocks: blocks, catalog: compiled}
}

// event is a line of a replay's input.
type event struct {
	ID      string          `json:"id"`
	Subject any             `json:"subject"`
	Type    string          `json:"type"`
	Time    schemas.Instant `json:"time"`
	Data    any             `json:"data,omitempty"`
}

// lineID is the id of the i-th event of a file: ids of one time stand in the order of the file.
func lineID(i int) string { return fmt.Sprintf("%06d", i+1) }

// write puts events into a file.
func write(t *testing.T, events []event) string {
	t.Helper()
	var text bytes.Buffer
	lines := json.NewEncoder(&text)
	for _, e := range events {
		if err := lines.Encode(e); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "events.jsonl")
	if err := os.WriteFile(path, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// result is what a replay wrote.
type result struct {
	Sessions    []session
	Changes     []change
	Profiles    map[string]profile
	Late        []late
	DeadLetters []deadLetter
	Raw         map[string]string // the files as they are
}

type session struct {
	Profile     string
	Start, End  schemas.Instant
	Events      int
	Counts      map[string]int
	Entry, Exit struct {
		ID   string
		Data map[string]any
	}
}

type change struct {
	Segment, Profile, Status, Cause string
	Epoch, Seq                      int
	Time                            schemas.Instant
}

type profile struct {
	Profile     string
	Features    map[string]any
	Memberships map[string]any
	Limited     bool
}

// number is a feature that must be one.
func (p profile) number(t *testing.T, feature string) float64 {
	t.Helper()
	v, ok := p.Features[feature].(float64)
	if !ok {
		t.Errorf("%s of %q is %v: want a number", feature, p.Profile, p.Features[feature])
		return math.NaN()
	}
	return v
}

type late struct {
	ID, Subject, Reason string
}

type deadLetter struct {
	Reason string
}

// replay runs a file of events. Never as the final instant is the last event's time.
func (s *set) replay(t *testing.T, input string, asOf schemas.Instant) *result {
	t.Helper()
	return s.replaySorted(t, input, asOf, false)
}

func (s *set) replaySorted(t *testing.T, input string, asOf schemas.Instant, sorted bool) *result {
	t.Helper()
	dir := t.TempDir()
	r := &pipeline.Replay{Name: s.name, Catalog: s.catalog, Inputs: []string{input}, AsOf: asOf, Sort: sorted, Output: dir,
		Memory: 256 << 20, MuteBefore: schemas.Earliest, Sessions: true, Profiles: true}
	if _, err := r.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	return readResult(t, dir)
}

func readResult(t *testing.T, dir string) *result {
	t.Helper()
	out := &result{Profiles: map[string]profile{}, Raw: map[string]string{}}
	lines := func(name string, each func(envelope)) {
		text, err := fs.ReadFile(os.DirFS(dir), name+".jsonl")
		if err != nil {
			t.Fatal(err)
		}
		out.Raw[name] = string(text)
		for line := range bytes.Lines(text) {
			var e envelope
			if err := json.Unmarshal(line, &e); err != nil {
				t.Fatalf("%s: %v: %s", name, err, line)
			}
			each(e)
		}
	}
	lines("sessions", func(e envelope) { out.Sessions = append(out.Sessions, data[session](t, e)) })
	lines("profiles", func(e envelope) { p := data[profile](t, e); out.Profiles[p.Profile] = p })
	lines("late", func(e envelope) { out.Late = append(out.Late, late{e.ID, e.Subject, e.EBBReason}) })
	lines("dead-letters", func(e envelope) { out.DeadLetters = append(out.DeadLetters, data[deadLetter](t, e)) })
	lines("segment-changes", func(e envelope) {
		c := data[change](t, e)
		c.Time = e.Time
		out.Changes = append(out.Changes, c)
	})
	return out
}

// envelope is the CloudEvents part of a result's line.
type envelope struct {
	ID, Subject, EBBReason string
	Time                   schemas.Instant
	Data                   json.RawMessage
}

func data[T any](t *testing.T, e envelope) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(e.Data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}
