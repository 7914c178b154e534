package metamorphic

import (
	"fmt"
	"slices"
	"testing"

	"github.com/ebbstream/ebb/schemas"
)

// TestLookingAhead: an event that changes no comparison may still bring the next change of a segment nearer, or put it
// off. Each history is told with what comes of it, by hand.
func TestLookingAhead(t *testing.T) {
	p := func(id, at string) string { return event(id, "p", at, `{"v":1,"c":"x"}`) }
	v := func(id, at, n string) string { return event(id, "p", at, `{"v":`+n+`,"c":"x"}`) }
	q := func(id, at string) string { return event(id, "q", at, `{"c":"x"}`) }
	for _, c := range []struct {
		name, config string
		history      []string
		want         []string
	}{
		{"more of what is enough keeps a member longer",
			`segments: {s: {when: 'count("p", "1h") >= 1'}}`,
			[]string{p("1", "09:00:00"), p("2", "09:30:00"), p("3", "10:10:00")},
			[]string{"+09:00", "-11:10"}},
		{"a member longer than another condition waits",
			`segments: {s: {when: 'count("p", "1h") >= 1 && count("q", "1h") < 2'}}`,
			[]string{p("1", "09:00:00"), q("2", "09:00:00"), q("3", "09:10:00"), p("4", "09:30:00")},
			[]string{"+09:00", "-09:10", "+10:00", "-10:30"}},
		{"a negative number leaves the sum",
			`segments: {s: {when: 'sum("p", "v", "1h") >= 5.0'}}`,
			[]string{v("1", "09:00:00", "-10"), v("2", "09:30:00", "12")},
			[]string{"+10:00", "-10:30"}},
		{"a negative number makes a sum leave early",
			`segments: {s: {when: 'sum("p", "v", "1h") >= 5.0'}}`,
			[]string{v("1", "09:00:00", "4"), v("2", "09:30:00", "8"), v("3", "09:40:00", "-5"), v("4", "09:50:00", "0")},
			[]string{"+09:30", "-10:00"}},
		{"a negative weight makes an interest fade early",
			`interests: {i: {field: c, half_life: 1h, weights: {p: 8, q: -4}}}
segments: {s: {when: 'interest("i", "x") >= 2.0'}}`,
			[]string{p("1", "09:00:00"), q("2", "09:00:00"), event("3", "ebb.traits", "10:30:00", `{"a":1}`)},
			[]string{"+09:00", "-10:00:00.001"}},
		{"a late event opens the session again",
			`time: {lateness: 10m}
sessions: {gap: 5m}
segments: {s: {when: 'session.count("p") >= 1'}, n: {when: 'count("q") > 100'}}`,
			[]string{p("1", "09:00:00"), event("2", "ebb.traits", "09:06:00", `{"a":1}`), p("3", "09:04:00")},
			[]string{"+09:00", "-09:05:00.001", "+09:06", "-09:09:00.001"}},
		{"a longer session keeps what waits for its end",
			`sessions: {gap: 5m}
segments: {s: {when: '!session.active && count("p", "1h") >= 1'}}`,
			[]string{p("1", "09:00:00"), q("2", "09:04:00")},
			[]string{"+09:09:00.001", "-10:00"}},
	} {
		t.Run(c.name, func(t *testing.T) { comesOut(t, c.config, c.history, c.want) })
	}
}

// TestLookingAheadWakes: a profile is woken when something changes, and not when it would have changed without the latest
// events; and what does not happen moves no clock.
func TestLookingAheadWakes(t *testing.T) {
	g := compiled(t, `sessions: {gap: 2h}
segments: {s: {when: 'count("p", "1h") >= 1'}}`)
	chain, p := g.Catalog.Chain(), g.Catalog.Layout.New("u")
	decoder := schemas.NewJSONDecoder(g.Catalog.Plan.Fields)
	for _, at := range []string{"09:00:00", "09:30:00"} {
		var e schemas.Event
		if err := decoder.Decode([]byte(event(at, "p", at, `{}`)), &e); err != nil {
			t.Fatal(err)
		}
		chain.Fold(p, &e, schemas.Earliest, func(schemas.Message) {})
	}
	now := p.Now
	chain.Advance(p, now.Add(35*schemas.Minute), func(m schemas.Message) { t.Errorf("nothing happens, but %+v", m) })
	if p.Now != now {
		t.Errorf("now is %v, want %v", p.Now, now)
	}
	if wake, want := chain.Wake(p), now.Add(schemas.Hour); wake != want {
		t.Errorf("it wakes at %v, want %v", wake, want)
	}
}

// comesOut is a history of which the changes of segment s are told, folded in one piece and through bytes at every event.
func comesOut(t *testing.T, config string, history, want []string) {
	g := compiled(t, config)
	for _, cut := range []bool{false, true} {
		g.Cut = func() bool { return cut }
		final, _ := schemas.ParseInstant("2026-01-06T00:00:00Z")
		out, err := g.Run([][]string{history}, final)
		if err != nil {
			t.Fatal(err)
		}
		if got := told(out, "s"); !slices.Equal(got, want) {
			t.Errorf("cut %v: %v, want %v", cut, got, want)
		}
	}
}

// told are the changes of a segment: + or -, and the time of day as short as it can be said.
func told(out []schemas.Message, segment string) []string {
	var all []string
	for _, m := range out {
		c, ok := m.(*schemas.SegmentChange)
		if !ok || c.Segment != segment {
			continue
		}
		sign := "-"
		if c.Entered {
			sign = "+"
		}
		at := fmt.Sprint(c.Time)[len("2026-01-05T"):]
		at = at[:len(at)-1]
		if len(at) == len("10:00:00") && at[5:] == ":00" {
			at = at[:5]
		}
		all = append(all, sign+at)
	}
	return all
}
