package state_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// waiting lets each event trigger a wait: what it carries is when, on what and in which place.
var waiting = of("waiting", func() *state.Waiting { return &state.Waiting{} },
	func(c *state.Waiting, x told, _ state.Edge) {
		other := &state.Waiting{}
		other.Put(state.Wait{Trigger: schemas.Trigger{On: x.Name, At: x.At, Source: x.Source, ID: x.ID}, Channel: "m", Release: x.At + 20})
		c.Merge(other)
	},
	func(c *state.Waiting, n schemas.Instant) string {
		var due []state.Wait
		for _, w := range c.All {
			if w.Release <= n {
				due = append(due, w)
			}
		}
		return text(c.All, c.Next(), due)
	})

var support = of("support", func() *state.Support { return &state.Support{Keep: plenty} },
	func(c *state.Support, x told, _ state.Edge) { c.Add(x.Value.Key(), x.At, nil, schemas.Never) },
	func(c *state.Support, _ schemas.Instant) string {
		var all []string
		for _, key := range slices.Sorted(maps.Keys(c.By)) {
			all = append(all, text(key, c.By[key].Events, c.By[key].Last))
		}
		return text(all)
	})

// TestWaiting: of a trigger and a channel the newest waits, and it is taken off when it is released.
func TestWaiting(t *testing.T) {
	wait := func(on, channel string, at, release schemas.Instant) state.Wait {
		return state.Wait{Trigger: schemas.Trigger{On: on, At: at}, Channel: channel, Release: release}
	}
	c := &state.Waiting{}
	for _, w := range []state.Wait{wait("b", "m", 1, 9), wait("a", "m", 2, 7), wait("a", "n", 3, 9), wait("a", "m", 4, 8)} {
		c.Put(w)
	}
	if got := text(c.All); got != text([]state.Wait{wait("a", "m", 4, 8), wait("a", "n", 3, 9), wait("b", "m", 1, 9)}) {
		t.Errorf("there waits %s", got)
	}
	if due := c.Due(7); len(due) != 0 || c.Next() != 8 {
		t.Errorf("at 7 there is due %v, next %d", due, c.Next())
	}
	if due := c.Due(8); len(due) != 1 || due[0].On != "a" || len(c.All) != 2 {
		t.Errorf("at 8 there is due %v, there waits %v", due, c.All)
	}
}

// TestSupportSessions: the sessions that hold a value are those that a look at all events at the end would count, in any
// order of arrival, though sessions are joined, end, and go through their bytes.
func TestSupportSessions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const lateness = schemas.Instant(30)
		sessions := &state.Sessions{Gap: gap, Keep: plenty, Names: names}
		support := &state.Support{Keep: plenty, Sessions: true}
		by := map[string][]schemas.Instant{}
		var all []schemas.Instant
		clock := schemas.Instant(0)
		for i := range rapid.IntRange(1, 60).Draw(t, "events") {
			at := max(clock-lateness, 0) + schemas.Instant(rapid.IntRange(0, int(lateness)+8).Draw(t, "at"))
			value := rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "value")
			clock = max(clock, at)
			x := told{At: at, ID: fmt.Sprint(i), Name: "p"}
			sessions.Join(session(sessions, x))
			s := &sessions.Open[slices.IndexFunc(sessions.Open, func(s state.Session) bool { return s.Start <= at && at <= s.End })]
			all = append(all, at)
			if value != "" {
				support.Add(value, at, s, sessions.Open[0].Start)
				by[value] = append(by[value], at)
			}
			if s.Start < at && at < s.End {
				support.Join(s)
			}
			sessions.Over(clock-lateness, clock, func(*state.Session) {})
			if rapid.IntRange(0, 5).Draw(t, "restart") == 0 {
				specs := []state.Spec{{Key: "s", New: func() state.Cell { return &state.Support{Keep: plenty, Sessions: true} }}}
				l := state.NewLayout(specs, names, plenty)
				p := l.New("u")
				p.Alive, p.Cells[0] = true, support
				again, err := l.Decode("u", l.Encode(nil, p, 0), nil)
				if err != nil {
					t.Fatal(err)
				}
				support = again.Cells[0].(*state.Support)
			}
			for value, times := range by {
				v := support.By[value]
				if want := held(all, times); v.Held() != want || v.Events != int64(len(times)) {
					t.Fatalf("%s: %d events and %d sessions, not %d and %d, of %v in %v", value, v.Events, v.Held(), len(times), want, times, all)
				}
			}
		}
	})
}

// held is how many sessions of all events hold one of some times.
func held(all, some []schemas.Instant) (n int64) {
	all = slices.Sorted(slices.Values(all))
	for i := 0; i < len(all); {
		j := i + 1
		for j < len(all) && all[j] <= all[j-1].Add(gap) {
			j++
		}
		if slices.ContainsFunc(some, func(t schemas.Instant) bool { return all[i] <= t && t <= all[j-1] }) {
			n++
		}
		i = j
	}
	return n
}

// TestSupportLimit: beyond the limit the value that was met longest ago is forgotten.
func TestSupportLimit(t *testing.T) {
	c := &state.Support{Keep: 2}
	c.Add("a", 1, nil, 0)
	c.Add("b", 2, nil, 0)
	if c.Add("a", 3, nil, 0) {
		t.Error("a value that is known is said to have pushed out another")
	}
	if !c.Add("c", 4, nil, 0) {
		t.Error("the limit is not told")
	}
	if got := slices.Sorted(maps.Keys(c.By)); !slices.Equal(got, []string{"a", "c"}) {
		t.Errorf("there stay %v", got)
	}
}
