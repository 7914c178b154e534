package realdata

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/ebbstream/ebb/schemas"
)

// dittofeedCase is a test of Dittofeed as data: definitions, events and looks at the members, in the order of a clock.
type dittofeedCase struct {
	ID, Name string
	Segments []struct {
		Name       string
		Definition definition
	}
	Timeline []struct {
		At     schemas.Instant
		Op     string
		Note   string
		Events []dittofeedEvent
		In     map[string][]string
		NotIn  map[string][]string `json:"not_in"`
	}
}

type dittofeedEvent struct {
	User, Type, Event  string
	Time               schemas.Instant
	Traits, Properties map[string]any
}

// look is one assertion: at an instant, who is in and who is not.
type look struct {
	at        schemas.Instant
	note      string
	in, notIn []string
}

// story is a case as ebb is told it. Its segment has the case's name, and its profiles are "case/user", so that all cases
// go through one replay.
type story struct {
	*dittofeedCase
	segment string
	translation
	events []event
	looks  []look
}

func readStories(t *testing.T) []*story {
	t.Helper()
	file := readJSON[struct{ Cases []*dittofeedCase }](t, "segments/dittofeed_cases.json")
	stories := make([]*story, 0, len(file.Cases))
	for _, c := range file.Cases {
		if len(c.Segments) != 1 {
			t.Fatalf("%s has %d segments", c.ID, len(c.Segments))
		}
		s := &story{dittofeedCase: c, segment: strings.ReplaceAll(c.ID, "-", "_")}
		s.translation = translate(t, c.Segments[0].Definition)
		for _, step := range c.Timeline {
			if step.Op == "assert" {
				name := c.Segments[0].Name
				s.looks = append(s.looks, look{step.At, step.Note, step.In[name], step.NotIn[name]})
			}
			for _, e := range step.Events {
				s.tell(t, e)
			}
		}
		stories = append(stories, s)
	}
	return stories
}

// tell adds an event: identify sets traits, track is an event of its own type.
func (s *story) tell(t *testing.T, e dittofeedEvent) {
	t.Helper()
	add := func(typ string, at schemas.Instant, data map[string]any) {
		id := fmt.Sprintf("%s-%s", s.segment, lineID(len(s.events)))
		s.events = append(s.events, event{ID: id, Subject: s.segment + "/" + e.User, Type: typ, Time: at, Data: data})
	}
	if e.Type == "track" {
		add(e.Event, e.Time, e.Properties)
		return
	}
	add(schemas.TypeTraits, e.Time, e.Traits)
	for _, date := range s.dates {
		if text, found := e.Traits[date].(string); found {
			add(dateEvent(date), instant(t, text), nil)
		}
	}
}

// changes are those of the story's segment and users. They must be numbered without a gap, and be caused by an event where
// there was one at their time, else by time alone.
func (s *story) changes(t *testing.T, got *result) []string {
	t.Helper()
	var out []string
	numbers := map[string]int{}
	for _, c := range got.Changes {
		if user, found := strings.CutPrefix(c.Profile, s.segment+"/"); found && c.Segment == s.segment {
			numbers[user]++
			if c.Seq != numbers[user] {
				t.Errorf("%s: change %d of %s has the number %d", s.segment, numbers[user], user, c.Seq)
			}
			cause := "timer"
			if slices.ContainsFunc(s.events, func(e event) bool { return e.Subject == c.Profile && e.Time == c.Time }) {
				cause = "event"
			}
			if c.Cause != cause {
				t.Errorf("%s: %s %s at %s by %s, want by %s", s.segment, user, c.Status, c.Time, c.Cause, cause)
			}
			out = append(out, fmt.Sprintf("%s %s %s", user, c.Status, c.Time))
		}
	}
	return out
}

// until are the changes up to an instant.
func until(t *testing.T, changes []string, at schemas.Instant) []string {
	t.Helper()
	var out []string
	for _, c := range changes {
		if instant(t, c[strings.LastIndex(c, " ")+1:]) <= at {
			out = append(out, c)
		}
	}
	return out
}

func (s *story) member(got *result, user string) bool {
	_, in := got.Profiles[s.segment+"/"+user].Memberships[s.segment]
	return in
}

// TestDittofeedTranslations wants the conditions in the configuration to be the definitions, translated.
func TestDittofeedTranslations(t *testing.T) {
	s := open(t, "segments/config.yaml")
	stories := readStories(t)
	for _, c := range stories {
		if got := s.blocks.Segments[c.segment].When; got != c.condition {
			t.Errorf("%s, %s: want the condition\n%s\nin the configuration, got\n%s", c.ID, c.Name, c.condition, got)
		}
	}
	if len(s.blocks.Segments) != len(stories) {
		t.Errorf("want %d segments, got %d", len(stories), len(s.blocks.Segments))
	}
}

// TestDittofeedSegments takes every look of every case in a replay that ends at its instant, and wants the members; and the
// changes up to there, each once and at its own time, and the same whenever one looks.
func TestDittofeedSegments(t *testing.T) {
	s := open(t, "segments/config.yaml")
	stories := readStories(t)
	var events []event
	instants := map[schemas.Instant]bool{}
	looks := 0
	for _, c := range stories {
		events = append(events, c.events...)
		for _, l := range c.looks {
			instants[l.at] = true
			looks++
		}
	}
	if len(stories) != 20 || looks != 40 || len(changesOfDittofeed) != 20 {
		t.Errorf("want 20 cases with 40 looks, got %d with %d, and changes of %d", len(stories), looks, len(changesOfDittofeed))
	}
	input := write(t, events)
	for _, at := range slices.Sorted(maps.Keys(instants)) {
		got := s.replay(t, input, at)
		if len(got.Late)+len(got.DeadLetters) > 0 {
			t.Errorf("%d late, %d dead letters", len(got.Late), len(got.DeadLetters))
		}
		for _, c := range stories {
			for _, l := range c.looks {
				if l.at == at {
					c.compare(t, got, l)
				}
			}
		}
	}
}

func (s *story) compare(t *testing.T, got *result, l look) {
	t.Helper()
	for _, user := range l.in {
		if !s.member(got, user) {
			t.Errorf("%s, %s, at %s: want %s in: %s", s.ID, s.Name, l.at, user, l.note)
		}
	}
	for _, user := range l.notIn {
		if s.member(got, user) {
			t.Errorf("%s, %s, at %s: want %s out: %s", s.ID, s.Name, l.at, user, l.note)
		}
	}
	want, changes := until(t, changesOfDittofeed[s.ID], l.at), s.changes(t, got)
	slices.Sort(want)
	slices.Sort(changes)
	if !slices.Equal(want, changes) {
		t.Errorf("%s, %s, at %s: want the changes\n%s\ngot\n%s", s.ID, s.Name, l.at, strings.Join(want, "\n"), strings.Join(changes, "\n"))
	}
}

// The hour in which nearly all of Dittofeed's cases play, and the days around it.
const (
	at13 = "2023-11-14T22:13:"
	at14 = "2023-11-14T22:14:"
)

// changesOfDittofeed are all entries and exits of each case. Dittofeed prints who is in when it computes, now and then;
// ebb's change has the time of the event, or of the instant at which a condition turns, whenever one looks. So ebb also
// tells of memberships that began and ended between two looks: in 32 and in 63.
var changesOfDittofeed = map[string][]string{
	"dittofeed-09": {"user-1 entered " + at13 + "19.900Z", "user-1 exited " + at13 + "20.900Z"},
	"dittofeed-11": {"user-1 entered " + at13 + "19.900Z", "user-1 exited " + at13 + "20.900Z"},
	"dittofeed-14": {"user-1 entered " + at13 + "19.900Z"},
	"dittofeed-15": {"user-1 entered " + at13 + "19.900Z"},
	// The event leaves its window 5 s after its time: Dittofeed looks at 27 s.
	"dittofeed-16": {"user-1 entered " + at13 + "19.900Z", "user-1 exited " + at13 + "24.900Z"},
	"dittofeed-19": {"user-1 entered " + at13 + "19.900Z", "user-1 exited " + at14 + "19.900Z"},
	// A week after the trait was first set, to the millisecond; setting it again changes nothing.
	"dittofeed-22": {"user-1 entered 2023-11-21T22:13:19.900Z", "user-1 exited 2023-11-21T22:14:20.950Z"},
	"dittofeed-26": {"user-1 entered " + at13 + "19.900Z", "user-2 entered " + at13 + "19.900Z"},
	"dittofeed-27": {"user-1 entered " + at13 + "19.900Z"},
	// Who never did it is in from the first event of any kind: before, ebb knows of nobody.
	"dittofeed-30": {"user-1 entered " + at13 + "19.900Z", "user-1 exited " + at13 + "22.900Z"},
	// After the first of two events of one millisecond, user-3 has performed less than twice.
	"dittofeed-32": {"user-1 entered " + at13 + "19.900Z", "user-2 entered " + at13 + "19.900Z",
		"user-3 entered " + at13 + "19.900Z", "user-3 exited " + at13 + "19.900Z"},
	"dittofeed-33": {"user-1 entered " + at13 + "19.900Z", "user-2 entered 2023-11-14T22:21:39.900Z"},
	"dittofeed-36": {"user-1 entered " + at13 + "19.900Z"},
	"dittofeed-37": {"user-1 entered " + at13 + "19.900Z"},
	"dittofeed-40": {"user-1 entered " + at13 + "19.900Z"},
	"dittofeed-41": {"user-1 entered " + at13 + "19.900Z"},
	"dittofeed-45": {"user-1 entered " + at13 + "19.900Z"},
	// The event at 14 s has left its window when Dittofeed first looks, at 20 s; in ebb it had its 5 seconds.
	"dittofeed-63": {"user-1 entered " + at13 + "14Z", "user-1 exited " + at13 + "19Z", "user-1 entered " + at13 + "20.900Z",
		"user-1 exited " + at13 + "25.900Z", "user-1 entered " + at13 + "27.900Z"},
	"dittofeed-65": {"user-1 entered " + at13 + "19.900Z", "user-1 exited " + at13 + "20.900Z"},
	"dittofeed-67": {"user-1 entered " + at13 + "19.900Z"},
}
