package realdata

import (
	"fmt"
	"testing"

	"github.com/ebbstream/ebb/schemas"
)

// lateCase is a test of Kafka Streams about late records as data.
type lateCase struct {
	Name    string
	Gap     int64 `json:"gap_ms"`
	Grace   int64 `json:"grace_ms"`
	Input   []keyed
	Dropped []keyed
}

// keyed is a row [key, time].
type keyed struct{ arrival }

// UnmarshalJSON reads a row.
func (k *keyed) UnmarshalJSON(text []byte) error { return unmarshalRow(text, &k.Key, &k.At) }

func readLateCase(t *testing.T) lateCase {
	t.Helper()
	file := readJSON[struct{ Cases []lateCase }](t, "sessions/late_events.json")
	if len(file.Cases) != 1 {
		t.Fatalf("want 1 case, got %d", len(file.Cases))
	}
	return file.Cases[0]
}

// replay runs the case for an input. A record of Kafka Streams is late when its session's end + gap + grace is before the
// stream's time; so a single event's lateness is gap + grace.
func (c *lateCase) replay(t *testing.T, rows []keyed) *result {
	t.Helper()
	var plain []arrival
	for _, r := range rows {
		plain = append(plain, r.arrival)
	}
	s := open(t, "sessions/config.yaml", "GAP", schemas.Duration(c.Gap).String(), "LATENESS", schemas.Duration(c.Gap+c.Grace).String())
	return s.replay(t, write(t, arrivalEvents(plain)), later)
}

// TestLateByTheProfilesClock: Kafka Streams judges lateness by one time for all keys, and so drops the first event of the key
// Late1. ebb judges by the profile's own clock (SPEC section 5, point 6): nobody is late by another's doing, and Late1 has
// its session.
func TestLateByTheProfilesClock(t *testing.T) {
	c := readLateCase(t)
	got := c.replay(t, c.Input)
	if len(got.Late) > 0 {
		t.Errorf("late: %v", got.Late)
	}
	compareSets(t, "sessions", countsOf(got.Sessions), []published{{"dummy", 0, 0, 1}, {"dummy", 11, 11, 1}, {"OnTime1", 0, 0, 1}, {"Late1", 0, 0, 1}})
}

// TestLateOfOneKey gives all rows one key: then ebb's clock is the stream's time, and what Kafka Streams drops joins no
// session of ebb either. It counts in the profile and is told in the late events. A millisecond less is in time for both.
func TestLateOfOneKey(t *testing.T) {
	c := readLateCase(t)
	var rows []keyed
	dropped := map[string]bool{}
	for i, r := range c.Input {
		for _, d := range c.Dropped {
			if d == r {
				dropped[lineID(i)] = true
			}
		}
		r.Key = "dummy"
		rows = append(rows, r)
	}
	got := c.replay(t, rows)
	if len(got.Late) != len(dropped) || len(dropped) != 1 {
		t.Errorf("want %v late, got %v", dropped, got.Late)
	}
	for _, l := range got.Late {
		if !dropped[l.ID] || l.Reason != "late" {
			t.Errorf("want %v late, got %v", dropped, l)
		}
	}
	compareSets(t, "sessions", countsOf(got.Sessions), []published{{"dummy", 0, 0, 2}, {"dummy", 11, 11, 1}})
	if n := got.Profiles["dummy"].number(t, "arrivals"); n != 4 {
		t.Errorf("want all 4 events counted, got %v", n)
	}

	for i := range rows {
		rows[i].At = min(rows[i].At, c.Gap+c.Grace)
	}
	got = c.replay(t, rows)
	compareSets(t, "sessions at the boundary", countsOf(got.Sessions), []published{{"dummy", 0, 10, 4}})
	if len(got.Late) > 0 {
		t.Errorf("late at the boundary: %v", got.Late)
	}
}

// TestTumblingWindows: ebb's windows slide with the instant that asks; windows beside one another are filters over the
// event's time. The counts after each row, the final ones and the dropped row are those of Kafka Streams. It drops by the
// window's end, ebb by the event's age: on these rows, whose dropped one is at its window's start, 2 ms of accept are
// the 1 ms of grace. Kafka Streams holds the last window back until it closes; ebb's count is known at once.
func TestTumblingWindows(t *testing.T) {
	file := readJSON[struct {
		Cases []struct {
			Size    int64 `json:"size_ms"`
			Input   []keyed
			Dropped []int
			Updates []tumbling
			Final   []tumbling `json:"final_on_close"`
		}
	}](t, "sessions/tumbling_windows.json")
	if len(file.Cases) != 1 {
		t.Fatalf("want 1 case, got %d", len(file.Cases))
	}
	c, s := file.Cases[0], open(t, "sessions/tumbling.yaml")
	var rows []arrival
	var got *result
	for i, r := range c.Input {
		rows = append(rows, r.arrival)
		got = s.replay(t, write(t, arrivalEvents(rows)), schemas.Never)
		if i < len(c.Updates) {
			c.Updates[i].compare(t, got, fmt.Sprintf("after row %d", i))
		}
	}
	for _, w := range c.Final {
		w.compare(t, got, "in the end")
	}
	tumbling{"k1", 4, 6, 1}.compare(t, got, "in the end, still open for Kafka Streams")
	if len(got.Late) != len(c.Dropped) || len(c.Dropped) != 1 || got.Late[0] != (late{lineID(c.Dropped[0]), "k1", "too_late"}) {
		t.Errorf("want the rows %v dropped, got %v", c.Dropped, got.Late)
	}
}

// tumbling is [key, start, end, count] of a window.
type tumbling struct {
	Key        string
	Start, End int64
	Count      float64
}

// UnmarshalJSON reads a row.
func (w *tumbling) UnmarshalJSON(text []byte) error {
	return unmarshalRow(text, &w.Key, &w.Start, &w.End, &w.Count)
}

func (w tumbling) compare(t *testing.T, got *result, when string) {
	t.Helper()
	if n := got.Profiles[w.Key].number(t, fmt.Sprintf("window_%d", w.Start)); n != w.Count {
		t.Errorf("%s: want %v in the window at %d, got %v", when, w.Count, w.Start, n)
	}
}
