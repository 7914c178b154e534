package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/ebbstream/ebb/schemas"
)

// changesShown is how many changes are printed for people; the file has them all.
const changesShown = 1000

// showChanges prints the segment changes that a replay wrote into its output folder. durations are the expressions whose
// numbers are seconds.
func showChanges(w io.Writer, dir string, lines int64, durations map[string]bool) error {
	path := filepath.Join(dir, "segment-changes.jsonl")
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("opening the segment changes: %w", err)
	}
	defer file.Close()
	var changes []*schemas.SegmentChange
	for in := bufio.NewReaderSize(file, 1<<20); len(changes) < changesShown; {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("reading %s: %w", path, err)
		}
		c, err := readChange(line, durations)
		if err != nil {
			return fmt.Errorf("reading %s: line %d: %w", path, len(changes)+1, err)
		}
		changes = append(changes, c)
	}
	if len(changes) == 0 {
		_, err := fmt.Fprintln(w, "no segment changes")
		return err
	}
	if err := changeTable(w, changes, true); err != nil {
		return err
	}
	if more := lines - int64(len(changes)); more > 0 {
		fmt.Fprintf(w, "and %d more changes in %s\n", more, path)
	}
	return nil
}

// changeTable is one line a change: when, who, what, why, and until when.
func changeTable(w io.Writer, changes []*schemas.SegmentChange, profiles bool) error {
	t := &table{}
	for _, c := range changes {
		cells := []string{c.Time.String()}
		if profiles {
			cells = append(cells, shown(c.Profile))
		}
		did, until := "left", ""
		if c.Entered {
			did = "entered"
			if c.ExpiresAt != schemas.Never {
				until = "until " + c.ExpiresAt.String()
			}
		}
		var why []string
		for _, e := range c.Evidence {
			why = append(why, evidenceInWords(e))
		}
		t.row(append(cells, did, c.Segment, c.Cause, until, strings.Join(why, "; "))...)
	}
	return t.print(w)
}

// readChange reads what the table needs of a line of segment-changes.jsonl.
func readChange(line []byte, durations map[string]bool) (*schemas.SegmentChange, error) {
	var l struct {
		Time schemas.Instant `json:"time"`
		Data json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(line, &l); err != nil {
		return nil, err
	}
	return changeOf(l.Time, l.Data, durations)
}

// changeOf reads what the table needs of a change's data.
func changeOf(at schemas.Instant, data []byte, durations map[string]bool) (*schemas.SegmentChange, error) {
	var d struct {
		Segment, Profile, Status, Cause string
		Evidence                        []struct {
			Expr, Op         string
			Threshold, Value json.RawMessage
		}
		ExpiresAt *schemas.Instant `json:"expires_at"`
	}
	if err := json.Unmarshal(data, &d); err != nil {
		return nil, err
	}
	c := &schemas.SegmentChange{Time: at, Profile: d.Profile, Segment: d.Segment, Entered: d.Status == "entered",
		Cause: d.Cause, ExpiresAt: schemas.Never}
	if d.ExpiresAt != nil {
		c.ExpiresAt = *d.ExpiresAt
	}
	for _, e := range d.Evidence {
		value, err := readValue(e.Value, durations[e.Expr])
		if err != nil {
			return nil, err
		}
		threshold, err := readValue(e.Threshold, durations[e.Expr])
		if err != nil {
			return nil, err
		}
		c.Evidence = append(c.Evidence, schemas.Evidence{Expr: e.Expr, Op: e.Op, Threshold: threshold, Value: value})
	}
	return c, nil
}

// readValue reads a value of evidence. A duration was written in seconds, and one without end as null.
func readValue(text json.RawMessage, duration bool) (schemas.Value, error) {
	if len(text) == 0 {
		return schemas.Value{}, nil
	}
	v, err := schemas.ParseValue(text)
	if err != nil || !duration {
		return v, err
	}
	return spanOf(v), nil
}

func spanOf(v schemas.Value) schemas.Value {
	if seconds, ok := v.Number(); ok {
		return schemas.SpanValue(schemas.Duration(math.Round(seconds * 1000)))
	}
	return schemas.SpanValue(schemas.Forever)
}
