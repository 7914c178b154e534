package pipeline

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/ebbstream/ebb/operators/experiment"
	"github.com/ebbstream/ebb/schemas"
)

// Counts are numbers by name.
type Counts map[string]int64

// Summary is what a replay did: summary.json.
type Summary struct {
	Events          int64                `json:"events"`                // decoded, up to as-of
	First           *schemas.Instant     `json:"first_event_time"`      // of them; null without events
	Last            *schemas.Instant     `json:"last_event_time"`       //
	Final           *schemas.Instant     `json:"final_instant"`         // as of which profiles are told
	Profiles        int64                `json:"profiles"`              //
	Lines           Counts               `json:"lines"`                 // of each result file
	DeadLetters     Counts               `json:"dead_letters"`          // by reason
	Experiments     []*experiment.Report `json:"experiments,omitempty"` // by name
	Warnings        []string             `json:"warnings,omitempty"`    //
	Seconds         float64              `json:"seconds"`
	EventsPerSecond float64              `json:"events_per_second"`

	times eventTimes
}

func newSummary() *Summary {
	return &Summary{Lines: Counts{}, DeadLetters: Counts{}, times: eventTimes{days: map[int64]int64{}}}
}

// eventTimes are the event times of an input, by the day.
type eventTimes struct {
	first, last schemas.Instant
	days        map[int64]int64
	day, count  int64 // not yet in days
}

func (t *eventTimes) add(at schemas.Instant) {
	if len(t.days) == 0 && t.count == 0 {
		t.first, t.last = at, at
	}
	t.first, t.last = min(t.first, at), max(t.last, at)
	day := int64(at) / int64(schemas.Day)
	if day != t.day {
		t.settle()
		t.day = day
	}
	t.count++
}

func (t *eventTimes) settle() {
	if t.count > 0 {
		t.days[t.day] += t.count
		t.count = 0
	}
}

// Times are far from the rest when farGap or more lies between, and one event, or no more than one in farShare, lies beyond.
const (
	farGap   = 30 // days
	farShare = 100
)

// warnings name times far from the rest: a wrong clock, seconds read as milliseconds. A replay accepts them, but the
// last one is its final instant, at which everything has faded.
func (t *eventTimes) warnings() []string {
	t.settle()
	days := slices.Sorted(maps.Keys(t.days))
	total := int64(0)
	for _, n := range t.days {
		total += n
	}
	var out []string
	far := func(from, to int, side string) {
		n := int64(0)
		for _, d := range days[from:to] {
			n += t.days[d]
		}
		if n == 1 && total > 2 || n > 0 && n*farShare <= total {
			at := func(day int64) string {
				return schemas.Instant(day * int64(schemas.Day)).Time().Format("2006-01-02")
			}
			out = append(out, fmt.Sprintf("%d of %d events (%s to %s) lie %d days or more %s all others: is their clock right? --as-of leaves out later ones",
				n, total, at(days[from]), at(days[to-1]), farGap, side))
		}
	}
	for i := 1; i < len(days); i++ {
		if days[i]-days[i-1] >= farGap {
			far(0, i, "before")
			break
		}
	}
	for i := len(days) - 1; i > 0; i-- {
		if days[i]-days[i-1] >= farGap {
			far(i, len(days), "after")
			break
		}
	}
	return out
}

// write puts the summary into its file.
func (s *Summary) write(dir string) error {
	if s.Events > 0 {
		s.First, s.Last = &s.times.first, &s.times.last
		s.Warnings = s.times.warnings()
	}
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("writing the summary: %w", err)
	}
	path := filepath.Join(dir, "summary.json")
	if err := os.WriteFile(path, append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("writing the summary: %w", err)
	}
	return nil
}
