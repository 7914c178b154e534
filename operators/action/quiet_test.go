package action

import (
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"

	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/schemas"
)

// TestQuietEnds: what fires in quiet hours waits for the first millisecond that is not quiet, and not for a later one,
// though the clocks change; as package time has the local clock.
func TestQuietEnds(t *testing.T) {
	zones := []string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Santiago", "Africa/Casablanca", "Pacific/Apia"}
	changes := []string{"2026-03-29T00:00:00Z", "2026-10-25T00:00:00Z", "2026-03-08T06:00:00Z", "2026-11-01T05:00:00Z", "2026-04-04T15:00:00Z",
		"2026-10-03T15:30:00Z", "2026-04-05T03:00:00Z", "2011-12-30T10:00:00Z", "2028-12-31T12:00:00Z"}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(zones).Draw(t, "zone")
		location, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		minute := func(label string) TimeOfDay {
			return TimeOfDay(schemas.Duration(rapid.IntRange(0, 46).Draw(t, label)) * 30 * schemas.Minute)
		}
		q := &Quiet{From: minute("from")}
		q.To = (q.From + minute("length") + TimeOfDay(30*schemas.Minute)) % TimeOfDay(schemas.Day)
		at, err := schemas.ParseInstant(rapid.SampledFrom(changes).Draw(t, "near"))
		if err != nil {
			t.Fatal(err)
		}
		n := at.Add(schemas.Duration(rapid.Int64Range(-int64(30*schemas.Hour), int64(30*schemas.Hour)).Draw(t, "off")))
		quiet := func(n schemas.Instant) bool {
			w := n.Time().In(location)
			of := time.Duration(w.Hour())*time.Hour + time.Duration(w.Minute())*time.Minute + time.Duration(w.Second())*time.Second + time.Duration(w.Nanosecond())
			return q.is(schemas.Duration(of.Milliseconds()))
		}
		end := q.next(expr.ZoneOf(schemas.StringValue(name)), n)
		if quiet(end) || end > n && !quiet(end-1) {
			t.Fatalf("%s, quiet from %v to %v: %v waits for %v", name, q.From, q.To, n, end)
		}
		for m := n; m < end; m = m.Add(schemas.Minute) {
			if !quiet(m) {
				t.Fatalf("%s, quiet from %v to %v: %v waits for %v, though %v is not quiet", name, q.From, q.To, n, end, m)
			}
		}
	})
}

// TestQuietEdges: the first millisecond of the hours is quiet, that of their end is not.
func TestQuietEdges(t *testing.T) {
	const ten, two = TimeOfDay(10 * schemas.Hour), TimeOfDay(14 * schemas.Hour)
	for _, c := range []struct {
		Quiet
		at   schemas.Duration
		want bool
	}{
		{Quiet{ten, two}, 10*schemas.Hour - 1, false}, {Quiet{ten, two}, 10 * schemas.Hour, true},
		{Quiet{ten, two}, 14*schemas.Hour - 1, true}, {Quiet{ten, two}, 14 * schemas.Hour, false},
		{Quiet{two, ten}, 14*schemas.Hour - 1, false}, {Quiet{two, ten}, 14 * schemas.Hour, true}, {Quiet{two, ten}, 0, true},
		{Quiet{two, ten}, 10*schemas.Hour - 1, true}, {Quiet{two, ten}, 10 * schemas.Hour, false},
		{Quiet{two, 0}, schemas.Day - 1, true}, {Quiet{two, 0}, 0, false}, {Quiet{0, ten}, 0, true},
	} {
		if got := c.is(c.at); got != c.want {
			t.Errorf("from %v to %v: %v is quiet: %v", c.From, c.To, c.at, got)
		}
	}
}
