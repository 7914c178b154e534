package expr

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/ebbstream/ebb/schemas"
)

// TestMotions: what time does to a condition, and how often at most.
func TestMotions(t *testing.T) {
	paces := Paces{ContextTTL: 12 * schemas.Hour, SessionGap: 30 * schemas.Minute}
	for _, c := range []struct {
		when, until string
		want        string // what: a day / an event
	}{
		{when: `count("p") >= 3`},
		{when: `ever("p") && consent("x") && bucket("s") < 100 && trait("plan") == "gold"`},
		{when: `first("p", "f") == 1 || top("p", "f", "7d", 1) == ["a"] || followed_by("p", "q", "1h")`},
		{when: `affinity_share("p", "f", "a", "7d") > 0.5`},
		{when: `since_last("p") > since_last("q")`},
		{when: `decayed("p", "7d") > 0.0`},

		{when: `count("p", "4d") >= 1`, want: "leaves a window 4d: 0.25 / 0"},
		{when: `0 < count("p", "4d")`, want: "leaves a window 4d: 0.25 / 0"},
		{when: `count("p", "4d") == 0`, want: "leaves a window 4d: 0.25 / 0"},
		{when: `count("p", "4d") < 1`, want: "leaves a window 4d: 0.25 / 0"},
		{when: `count("p", "4d") == 1`, want: "leaves a window 4d: 0 / 1"},
		{when: `count("p", "4d") >= 2`, want: "leaves a window 4d: 0 / 1"},
		{when: `count("p", "4d") > count("q", "4d")`, want: "leaves a window 4d: 0 / 2"},
		{when: `sum("p", "f", "4d") > 1.0 || min("p", "f", "8d") > 1.0`, want: "leaves a window 4d: 0 / 1, leaves a window 8d: 0 / 1"},
		{when: `sessions("4d") >= 3`, want: "leaves a window 4d: 48 / 0"},
		{when: `size(pending("p", "q", "f", "4d")) > 0`, want: "leaves a window 4d: 0 / 1"},

		{when: `since_last("p") > days(4)`, want: "time since reaches 4d: 0.25 / 0"},
		{when: `since_last("p") == days(4)`, want: "time since reaches 4d: 0.5 / 0"},
		{when: `since_last("p") > days(0)`, want: "time since reaches 0s: 0 / 1"},
		{when: `decayed("p", "1d") >= 1.0`, want: "decay crossing: 1 / 0"},
		{when: `decayed("p", "1d", "f") >= 1.0`, want: "decay crossing: 0 / 1"},
		{when: `decayed("p", "1d") + decayed("p", "7d") > 3.0`, want: "decay crossing: 0 / 2"},
		{when: `interest("i", "a") >= 6.0`, want: "decay crossing: 2.409 / 0"},
		{when: `interest_max("i") >= 6.0`, want: "decay crossing: 0 / 1"},
		{when: `p_alive("p") < 0.5`, want: "p_alive crossing: 0 / 1"},
		{when: `not_followed_by("p", "q", "6h")`, want: "deadline 6h: 4 / 0"},
		{when: `context("weather.rain") == true || context("weather.temp_c") < 0`, want: "context stale 12h: 4 / 0"},
		{when: `session.active && session.count("p") > 3`, want: "session end: 48 / 0"},

		{when: `local_hour() >= 18 && local_hour() < 21`, want: "hour of the day: 2 / 0"},
		{when: `local_hour() >= 22 || local_hour() < 6`, want: "hour of the day: 2 / 0"},
		{when: `local_hour() % 2 == 0`, want: "hour of the day: 24 / 0"},
		{when: `local_weekday() <= 5`, want: "day of the week: 0.286 / 0"},
		{when: `local_weekday() == 1 && local_hour() == 9`, want: "hour of the day: 0.286 / 0"},
		{when: `local_hour() == 8`, until: `local_hour() == 20`, want: "hour of the day: 2 / 0"},
		{when: `ever("p") || local_hour() < 12`, want: "hour of the day: 2 / 0"},
		{when: `local_hour() == trait("hour")`, want: "hour of the day: 2 / 0"},

		{when: `in_segment("other") && local_hour() < 6`, want: "hour of the day: 2 / 0, deadline 1d: 1 / 0"},
	} {
		plan, faults := Compile(Definitions{
			Segments:  map[string]Segment{"it": {When: c.when, Until: c.until}, "other": {When: `not_followed_by("p", "q", "1d")`}},
			Interests: map[string]Interest{"i": {Field: "f", HalfLife: schemas.Day, Weights: map[string]float64{"p": 2, "q": 4}, Keep: 8}},
			Models:    map[string]*Model{"p": {Unit: schemas.Week, R: 1, Alpha: 1, A: 1, B: 1}},
			Limits:    Limits{100, 100},
		})
		if faults != nil {
			t.Fatal(faults)
		}
		i := slices.IndexFunc(plan.Segments, func(s *PlannedSegment) bool { return s.Name == "it" })
		var got []string
		for _, m := range plan.Motions(plan.Segments[i], paces) {
			got = append(got, fmt.Sprintf("%s: %v / %v", m.What, math.Round(m.ADay*1000)/1000, m.AnEvent))
		}
		if text := strings.Join(got, ", "); text != c.want {
			t.Errorf("%s until %q: %q, not %q", c.when, c.until, text, c.want)
		}
	}
}

// TestTouching: which events may change a condition.
func TestTouching(t *testing.T) {
	for when, want := range map[string]string{
		`count("p", "1d") > 1 && not_followed_by("q", "r", "1h")`: "p q r",
		`since_last("*") > days(1)`:                               "*",
		`session.count("p") > 1`:                                  "*",
		`trait("plan") == "gold" && local_hour() > 8`:             "ebb.traits",
		`context("a.b") == 1 && consent("x")`:                     "ebb.consent ebb.context",
		`bucket("s") < 100`:                                       "",
		`in_segment("other")`:                                     "p",
	} {
		plan, faults := Compile(Definitions{
			Segments: map[string]Segment{"it": {When: when}, "other": {When: `ever("p")`}}, Limits: Limits{100, 100}})
		if faults != nil {
			t.Fatal(faults)
		}
		i := slices.IndexFunc(plan.Segments, func(s *PlannedSegment) bool { return s.Name == "it" })
		if got := strings.Join(plan.Touching(plan.Reads(plan.Segments[i])), " "); got != want {
			t.Errorf("%s is touched by %q, not %q", when, got, want)
		}
	}
}
