package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/ebbstream/ebb/pipeline"
	"github.com/ebbstream/ebb/schemas"
)

// outcome is what a history came to under a configuration.
type outcome struct {
	summary  *pipeline.Summary
	segments map[string]*segmentOutcome
	actions  map[string]perDay
}

type segmentOutcome struct {
	definition string
	members    map[string]bool // at the final instant
	changes    perDay
}

// perDay are counts by the day, in UTC, such as 2026-01-05.
type perDay map[string]int64

func newOutcome(s *settings, summary *pipeline.Summary) *outcome {
	o := &outcome{summary: summary, segments: map[string]*segmentOutcome{}, actions: map[string]perDay{}}
	for _, segment := range s.catalog.Plan.Segments {
		o.segments[segment.Name] = &segmentOutcome{definition: segment.Definition, members: map[string]bool{}, changes: perDay{}}
	}
	for name := range s.blocks.Actions {
		o.actions[name] = perDay{}
	}
	return o
}

// message is what is read of a line of a replay's results.
type message struct {
	Time schemas.Instant `json:"time"`
	Data struct {
		Segment, Profile, Status, Action string
	} `json:"data"`
}

// read counts what a replay wrote into a folder. The changes of a segment are in order of time and seq.
func (o *outcome) read(dir string) error {
	err := eachLine(filepath.Join(dir, "segment-changes.jsonl"), func(m *message) {
		s := o.segments[m.Data.Segment]
		if s.changes[dayOf(m.Time)]++; m.Data.Status == "entered" {
			s.members[m.Data.Profile] = true
		} else {
			delete(s.members, m.Data.Profile)
		}
	})
	return errors.Join(err, eachLine(filepath.Join(dir, "actions.jsonl"), func(m *message) { o.actions[m.Data.Action][dayOf(m.Time)]++ }))
}

func dayOf(i schemas.Instant) string { return i.Time().Format("2006-01-02") }

func eachLine(path string, use func(*message)) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("opening what came out: %w", err)
	}
	defer file.Close()
	in := json.NewDecoder(bufio.NewReaderSize(file, 1<<20))
	for {
		var m message
		switch err := in.Decode(&m); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("reading %s: %w", path, err)
		}
		use(&m)
	}
}
