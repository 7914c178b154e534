package realdata

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ebbstream/ebb/schemas"
)

// edit is a line of the material.
type edit struct {
	Time                schemas.Instant
	User, Channel, Page string
	Robot               bool `json:"isRobot"`
}

func readEdits(t *testing.T) []edit {
	t.Helper()
	var edits []edit
	for line := range bytes.Lines(read(t, "wikiticker/wikiticker-2015-09-12-pseudonymised.jsonl.gz")) {
		var e edit
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatalf("line %d: %v", len(edits)+1, err)
		}
		edits = append(edits, e)
	}
	return edits
}

// editsBy makes events of the edits, in their order, for the subjects that each is to belong to.
func editsBy(edits []edit, subjects func(edit) []string) []event {
	var events []event
	for _, e := range edits {
		for _, subject := range subjects(e) {
			events = append(events, event{ID: lineID(len(events)), Subject: subject, Type: "edit", Time: e.Time,
				Data: map[string]any{"user": e.User, "channel": e.Channel, "page": e.Page, "robot": e.Robot}})
		}
	}
	return events
}

func byUser(e edit) []string { return []string{e.User} }

// span is what the published tables say of a session.
type span struct {
	profile    string
	start, end int64
	events     int
}

func spansOf(sessions []session) map[span]bool {
	spans := map[span]bool{}
	for _, s := range sessions {
		spans[span{s.Profile, int64(s.Start), int64(s.End), s.Events}] = true
	}
	return spans
}

// readSpans reads a table of sessions.
func readSpans(t *testing.T, path string) map[span]bool {
	t.Helper()
	spans := map[span]bool{}
	for _, r := range readTable(t, path) {
		spans[span{r["user"], int64(r.number(t, "start_ms")), int64(r.number(t, "end_ms")), int(r.number(t, "events"))}] = true
	}
	return spans
}

// compareSpans wants the same sessions.
func compareSpans(t *testing.T, got, want map[span]bool) {
	t.Helper()
	for s := range want {
		if !got[s] {
			t.Errorf("no session %+v", s)
		}
	}
	for s := range got {
		if !want[s] {
			t.Errorf("a session too many: %+v", s)
		}
	}
}

// statistics are the numbers of sessions that the references name.
func statistics(sessions []session) map[string]int64 {
	out := map[string]int64{"sessions": int64(len(sessions))}
	for _, s := range sessions {
		length := int64(s.End.Sub(s.Start))
		out["events"] += int64(s.Events)
		out["sum_session_duration_ms"] += length
		out["longest_session_ms"] = max(out["longest_session_ms"], length)
		out["max_events_in_session"] = max(out["max_events_in_session"], int64(s.Events))
		if s.Events == 1 {
			out["single_event_sessions"]++
		}
	}
	return out
}

func compareStatistics(t *testing.T, sessions []session, reference map[string]any) {
	t.Helper()
	for name, got := range statistics(sessions) {
		if want, ok := reference[name].(float64); !ok || int64(want) != got {
			t.Errorf("%s: want %v, got %d", name, reference[name], got)
		}
	}
}

// afterwards is an instant at which every session is over, whatever the gap.
func afterwards(t *testing.T, reference map[string]any) schemas.Instant {
	t.Helper()
	last, ok := reference["last_ms"].(float64)
	if !ok {
		t.Fatal("the reference names no last event")
	}
	return schemas.Instant(int64(last)).Add(2 * schemas.Day)
}

// TestWikipediaSessions cuts a day of edits into the sessions that were computed from it elsewhere, at four gaps; at
// 30 minutes user by user, to the millisecond.
func TestWikipediaSessions(t *testing.T) {
	reference := readJSON[map[string]any](t, "wikiticker/reference.json")
	input := write(t, editsBy(readEdits(t), byUser))
	for gap, name := range map[string]string{"5m": "sessions_gap_5m", "10m": "sessions_gap_10m", "30m": "sessions", "60m": "sessions_gap_60m"} {
		t.Run(gap, func(t *testing.T) {
			got := open(t, "wikiticker/sessions.yaml", "GAP", gap).replay(t, input, afterwards(t, reference))
			if want, ok := reference[name].(float64); !ok || len(got.Sessions) != int(want) {
				t.Errorf("want %v sessions, got %d", reference[name], len(got.Sessions))
			}
			if users := int(reference["users"].(float64)); len(got.Profiles) != users {
				t.Errorf("want %d users, got %d", users, len(got.Profiles))
			}
			if len(got.Late)+len(got.DeadLetters) > 0 {
				t.Errorf("the file is in order, but %d events were late and %d dead letters", len(got.Late), len(got.DeadLetters))
			}
			if gap == "30m" {
				compareSpans(t, spansOf(got.Sessions), readSpans(t, "wikiticker/sessions_gap30m.csv.gz"))
				compareStatistics(t, got.Sessions, reference)
			}
		})
	}
}

// TestWikipediaSessionsInAnyOrder delays every edit by chance, none by more than the lateness: the same sessions come
// out, to the byte.
func TestWikipediaSessionsInAnyOrder(t *testing.T) {
	reference := readJSON[map[string]any](t, "wikiticker/reference.json")
	const lateness = 10 * schemas.Minute
	s := open(t, "wikiticker/sessions.yaml", "LATENESS", lateness.String())
	ordered := editsBy(readEdits(t), byUser)
	delayed := delay(ordered, lateness, random(t))
	if n := descents(delayed); n < len(delayed)/10 {
		t.Fatalf("only %d events come before one of the same user that is older: nothing is shown", n)
	}
	end := afterwards(t, reference)
	want, got := s.replay(t, write(t, ordered), end), s.replay(t, write(t, delayed), end)
	if got.Raw["sessions"] != want.Raw["sessions"] {
		t.Error("other sessions than in the order of the file")
	}
	compareSpans(t, spansOf(got.Sessions), readSpans(t, "wikiticker/sessions_gap30m.csv.gz"))
	if len(got.Late) > 0 {
		t.Errorf("%d events were late, such as %+v", len(got.Late), got.Late[0])
	}
}

// delay is the order in which events arrive that travel up to most: each is at most so much older than any before it.
func delay(events []event, most schemas.Duration, r *rand.Rand) []event {
	type arrival struct {
		event
		at schemas.Instant
	}
	arrivals := make([]arrival, len(events))
	for i, e := range events {
		arrivals[i] = arrival{e, e.Time.Add(schemas.Duration(r.Int64N(int64(most) + 1)))}
	}
	slices.SortStableFunc(arrivals, func(a, b arrival) int { return int(a.at - b.at) })
	out := make([]event, len(events))
	for i, a := range arrivals {
		out[i] = a.event
	}
	return out
}

// descents counts the events that are older than the one before them of the same subject.
func descents(events []event) int {
	last, n := map[any]schemas.Instant{}, 0
	for _, e := range events {
		if e.Time < last[e.Subject] {
			n++
		}
		last[e.Subject] = e.Time
	}
	return n
}

// TestWikipediaChannels counts the edits of every channel by the hour, which are tumbling windows, and its distinct users
// and pages, exactly and not by a sketch; a profile called "all" does so for the whole day.
func TestWikipediaChannels(t *testing.T) {
	reference := readJSON[map[string]any](t, "wikiticker/reference.json")
	events := editsBy(readEdits(t), func(e edit) []string { return []string{e.Channel, "all"} })
	got := open(t, "wikiticker/channels.yaml").replay(t, write(t, events), afterwards(t, reference))
	is := func(profile, feature string, want float64) {
		t.Helper()
		if v := got.Profiles[profile].number(t, feature); v != want {
			t.Errorf("%s of %s: want %v, got %v", feature, profile, want, v)
		}
	}
	hours := map[string]float64{}
	for _, r := range readTable(t, "wikiticker/events_by_hour_channel.csv") {
		hours[r["channel"]+" "+r["hour_utc"]] = r.number(t, "events")
	}
	channels := readTable(t, "wikiticker/distinct_by_channel.csv")
	for _, r := range channels {
		is(r["channel"], "edits", r.number(t, "events"))
		is(r["channel"], "users", r.number(t, "distinct_users"))
		is(r["channel"], "pages", r.number(t, "distinct_pages"))
		for hour := range 24 {
			is(r["channel"], fmt.Sprintf("hour_%02d", hour), hours[fmt.Sprintf("%s %02d", r["channel"], hour)])
		}
		if got.Profiles[r["channel"]].Limited {
			t.Errorf("%s is limited: its distincts would not be exact", r["channel"])
		}
	}
	if len(got.Profiles) != len(channels)+1 {
		t.Errorf("want %d channels and all, got %d profiles", len(channels), len(got.Profiles))
	}
	for feature, name := range map[string]string{"edits": "events", "users": "users", "pages": "distinct_pages", "robots": "robots"} {
		is("all", feature, reference[name].(float64))
	}
}
