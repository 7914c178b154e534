package realdata

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/ebbstream/ebb/schemas"
)

// The published cases count milliseconds from 0. ebb refuses times before 1990, so 0 is here, in 2026; later is when all
// their sessions are over.
const (
	zero  = schemas.Instant(1767571200000)
	later = zero + schemas.Instant(schemas.Day)
)

// arrival is a row [key, time, value] of an input.
type arrival struct {
	Key   any
	At    int64
	Value string
}

// UnmarshalJSON reads a row.
func (a *arrival) UnmarshalJSON(text []byte) error {
	return unmarshalRow(text, &a.Key, &a.At, &a.Value)
}

func arrivalEvents(rows []arrival) []event {
	var events []event
	for i, r := range rows {
		events = append(events, event{ID: lineID(i), Subject: r.Key, Type: "arrival", Time: zero + schemas.Instant(r.At),
			Data: map[string]any{"value": r.Value}})
	}
	return events
}

// published is a session, or an update, of a Kafka Streams case; its value is a count, a text, or null for a retraction.
type published struct {
	Key        string
	Start, End int64
	Value      any
}

func (p published) String() string { return fmt.Sprintf("%s %d-%d %v", p.Key, p.Start, p.End, p.Value) }

func compareUpdates(t *testing.T, what string, got, want []published) {
	t.Helper()
	if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
		t.Errorf("%s: want %s, got %s", what, w, g)
	}
}

// compareSets does not care for the order.
func compareSets(t *testing.T, what string, got, want []published) {
	t.Helper()
	compareUpdates(t, what, inOrder(got), inOrder(want))
}

func inOrder(list []published) []published {
	return slices.SortedFunc(slices.Values(list), func(a, b published) int { return strings.Compare(a.String(), b.String()) })
}

// countsOf are sessions with the number of their events.
func countsOf(sessions []session) []published {
	var out []published
	for _, s := range sessions {
		out = append(out, published{s.Profile, int64(s.Start - zero), int64(s.End - zero), s.Events})
	}
	return out
}

// kafkaCase is a test of Kafka Streams as data.
type kafkaCase struct {
	Name    string
	GapMS   int64 `json:"gap_ms"`
	Input   []arrival
	Dropped int
	Steps   []struct {
		After    int
		Sessions []published
	}
	Final           []published
	CountFinal      []published `json:"count_final"`
	ReduceFinal     []published `json:"reduce_concat_final"`
	Updates         []published `json:"emitted_updates"`
	CountUpdates    []published `json:"count_emitted_updates"`
	EmittedOnClosed []published `json:"emit_on_close_no_grace"`
}

// final are the sessions in the end; a case that prints only its updates has those that were not taken back.
func (c *kafkaCase) final() []published {
	if len(c.Final)+len(c.CountFinal) > 0 {
		return append(slices.Clone(c.Final), c.CountFinal...)
	}
	var out []published
	for _, u := range c.Updates {
		out = slices.DeleteFunc(out, func(p published) bool { return p.Key == u.Key && p.Start == u.Start && p.End == u.End })
		if u.Value != nil {
			out = append(out, u)
		}
	}
	return out
}

func (c *kafkaCase) set(t *testing.T) *set {
	t.Helper()
	return open(t, "sessions/config.yaml", "GAP", schemas.Duration(c.GapMS).String())
}

// eachKafkaCase runs a test for the cases that a condition picks, and wants so many.
func eachKafkaCase(t *testing.T, want int, picks func(*kafkaCase) bool, test func(t *testing.T, c *kafkaCase)) {
	t.Helper()
	file := readJSON[struct{ Cases []*kafkaCase }](t, "sessions/kafka_streams_sessions.json")
	n := 0
	for _, c := range file.Cases {
		if picks(c) {
			n++
			t.Run(c.Name, func(t *testing.T) { test(t, c) })
		}
	}
	if n != want {
		t.Errorf("want %d cases, got %d", want, n)
	}
}

// TestKafkaStreamsFinalSessions gives all nine cases their final sessions; what has no key is a dead letter.
func TestKafkaStreamsFinalSessions(t *testing.T) {
	all := func(*kafkaCase) bool { return true }
	eachKafkaCase(t, 9, all, func(t *testing.T, c *kafkaCase) {
		got := c.set(t).replay(t, write(t, arrivalEvents(c.Input)), later)
		compareSets(t, "final", countsOf(got.Sessions), c.final())
		for _, d := range got.DeadLetters {
			if d.Reason != "no_subject" {
				t.Errorf("a dead letter of reason %s", d.Reason)
			}
		}
		if len(got.DeadLetters) != c.Dropped {
			t.Errorf("want %d dropped, got %d dead letters", c.Dropped, len(got.DeadLetters))
		}
	})
}

// TestKafkaStreamsSessionsInAnyOrder lets the events of each case come in other orders, all within the lateness of 15
// minutes.
func TestKafkaStreamsSessionsInAnyOrder(t *testing.T) {
	r := random(t)
	several := func(c *kafkaCase) bool { return len(c.Input) > 1 }
	eachKafkaCase(t, 8, several, func(t *testing.T, c *kafkaCase) {
		s := c.set(t)
		for range 5 {
			events := shuffled(r, arrivalEvents(c.Input))
			compareSets(t, fmt.Sprint(events), countsOf(s.replay(t, write(t, events), later).Sessions), c.final())
		}
	})
}

func shuffled(r *rand.Rand, events []event) []event {
	r.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
	return events
}

// TestKafkaStreamsEmitOnClose wants what Kafka Streams emits when windows close, without grace: those with end + gap before
// its stream time, which is the greatest time of all keys. ebb publishes the same ones of a replay that ends there (SPEC
// section 5, point 9).
func TestKafkaStreamsEmitOnClose(t *testing.T) {
	closes := func(c *kafkaCase) bool { return c.EmittedOnClosed != nil }
	eachKafkaCase(t, 3, closes, func(t *testing.T, c *kafkaCase) {
		got := c.set(t).replay(t, write(t, arrivalEvents(c.Input)), schemas.Never)
		compareSets(t, "closed", countsOf(got.Sessions), c.EmittedOnClosed)
	})
}

// TestKafkaStreamsSteps wants the sessions after some of the input: those of a replay of so much.
func TestKafkaStreamsSteps(t *testing.T) {
	stepped := func(c *kafkaCase) bool { return c.Steps != nil }
	eachKafkaCase(t, 2, stepped, func(t *testing.T, c *kafkaCase) {
		s := c.set(t)
		for _, step := range c.Steps {
			got := s.replay(t, write(t, arrivalEvents(c.Input[:step.After])), later)
			compareSets(t, fmt.Sprintf("after %d", step.After), countsOf(got.Sessions), step.Sessions)
		}
	})
}

// TestKafkaStreamsUpdates: Kafka Streams emits a session with every event and takes it back (null) when it grows, as its
// key is its start and end. ebb says nothing until a session is final, and then says it once: there is nothing to
// take back. The updates are still what ebb knows after each event, less what it knew before.
func TestKafkaStreamsUpdates(t *testing.T) {
	updated := func(c *kafkaCase) bool { return len(c.Updates)+len(c.CountUpdates) > 0 }
	eachKafkaCase(t, 2, updated, func(t *testing.T, c *kafkaCase) {
		s := c.set(t)
		var before, updates []published
		for i := range c.Input {
			now := countsOf(s.replay(t, write(t, arrivalEvents(c.Input[:i+1])), later).Sessions)
			for _, p := range before {
				if !slices.Contains(now, p) {
					p.Value = nil
					updates = append(updates, p)
				}
			}
			for _, p := range now {
				if !slices.Contains(before, p) {
					updates = append(updates, p)
				}
			}
			before = now
		}
		compareUpdates(t, "updates", updates, append(c.Updates, c.CountUpdates...))
		known := map[span]bool{}
		for _, x := range s.replay(t, write(t, arrivalEvents(c.Input)), later).Sessions {
			one := span{x.Profile, int64(x.Start), 0, 0}
			if known[one] {
				t.Errorf("the session %+v is published twice", one)
			}
			known[one] = true
		}
	})
}

// TestKafkaStreamsReduce: a session of ebb is no reduction over its events' values; it carries its first and its last event,
// by time. Where they came in order these are the published terms; where the later one came first, Kafka Streams has
// them by arrival and ebb by time.
func TestKafkaStreamsReduce(t *testing.T) {
	reduced := func(c *kafkaCase) bool { return c.ReduceFinal != nil }
	byTime := map[string]string{"2 599-600 1+2": "2 599-600 2+1"}
	eachKafkaCase(t, 1, reduced, func(t *testing.T, c *kafkaCase) {
		var want, got []published
		for _, p := range c.ReduceFinal {
			if text, differs := byTime[p.String()]; differs {
				p.Value = text[strings.LastIndex(text, " ")+1:]
			}
			want = append(want, p)
		}
		for _, s := range c.set(t).replay(t, write(t, arrivalEvents(c.Input)), later).Sessions {
			value := fmt.Sprint(s.Entry.Data["value"])
			if s.Events > 1 {
				value += fmt.Sprint("+", s.Exit.Data["value"])
			}
			got = append(got, published{s.Profile, int64(s.Start - zero), int64(s.End - zero), value})
		}
		compareSets(t, "first and last", got, want)
	})
}
