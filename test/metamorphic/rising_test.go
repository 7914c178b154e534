package metamorphic

import (
	"slices"
	"testing"

	"github.com/ebbstream/ebb/schemas"
)

// TestRisingByItself: what time makes rise (a negative number leaves a sum, a negative weight fades) is no membership that
// time can only end: a call that grows beside it may bring an entry that was not foreseen.
func TestRisingByItself(t *testing.T) {
	q := func(id, at string) string { return event(id, "q", at, `{"c":"x"}`) }
	v := func(id, at, n string) string { return event(id, "p", at, `{"v":`+n+`,"c":"x"}`) }
	for _, c := range []struct {
		name, config string
		history      []string
		want         []string
	}{
		{"a negative number leaves a sum",
			`segments: {s: {when: 'sum("p", "v", "1h") >= 5.0 && count("q", "1h") >= 1'}}`,
			[]string{v("1", "09:00:00", "-10"), v("2", "09:40:00", "12"), q("3", "08:50:00"), q("4", "09:45:00")},
			[]string{"+10:00", "-10:40"}},
		{"a negative number fades",
			`segments: {s: {when: 'decayed("p", "1h", "v") > -1.0 && count("q", "1h") >= 1'}}`,
			[]string{v("1", "09:00:00", "-2"), q("2", "09:00:00"), q("3", "09:30:00")},
			[]string{"+10:00:00.001", "-10:30"}},
		{"a negative interest fades",
			`interests: {i: {field: c, half_life: 1h, weights: {p: -2}}}
segments: {s: {when: 'interest("i", "x") > -1.0 && count("q", "1h") >= 1'}}`,
			[]string{v("1", "09:00:00", "-2"), q("2", "09:00:00"), q("3", "09:30:00")},
			[]string{"+10:00:00.001", "-10:30"}},
		{"the greatest interest is negative, and fades",
			`interests: {i: {field: c, half_life: 1h, weights: {p: -2}}}
segments: {s: {when: 'interest_max("i") > -1.0 && count("q", "1h") >= 1'}}`,
			[]string{v("1", "09:00:00", "-2"), q("2", "09:00:00"), q("3", "09:30:00")},
			[]string{"+10:00:00.001", "-10:30"}},
		{"with until",
			`segments: {s: {when: 'count("q", "1h") >= 1', until: 'sum("p", "v", "1h") < 5.0'}}`,
			[]string{v("1", "09:00:00", "-10"), v("2", "09:30:00", "12"), q("3", "08:50:00"), q("4", "09:45:00")},
			[]string{"+10:00", "-10:30"}},
		{"a session holds on",
			`sessions: {gap: 30m}
segments: {s: {when: 'sum("p", "v", "1h") >= 5.0 && session.events >= 1'}}`,
			[]string{v("1", "09:00:00", "-10"), v("2", "09:25:00", "12"), q("3", "09:50:00")},
			[]string{"+10:00", "-10:20:00.001"}},
	} {
		t.Run(c.name, func(t *testing.T) { comesOut(t, c.config, c.history, c.want) })
	}
}

// TestInfiniteSums: a sum beyond the range of doubles comes back when what made it so leaves.
func TestInfiniteSums(t *testing.T) {
	v := func(id, at, n string) string { return event(id, "p", at, `{"v":`+n+`}`) }
	g := compiled(t, `segments: {s: {when: 'sum("p", "v", "1h") == 0.0'}}`)
	final, _ := schemas.ParseInstant("2026-01-06T00:00:00Z")
	out, err := g.Run([][]string{{v("1", "09:00:00", "1e308"), v("2", "09:10:00", "1e308")}}, final)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := told(out, "s"), []string{"+10:10"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestNothingOfWeight: an interest's weight of 0 does not move a crossing, nor lose it.
func TestNothingOfWeight(t *testing.T) {
	for minute := 1; minute < 60; minute++ {
		at := func(m int) string { return "09:" + string(rune('0'+m/10)) + string(rune('0'+m%10)) + ":00" }
		p := event("1", "p", "09:00:00", `{"c":"x"}`)
		q := event("2", "q", at(minute), `{"c":"x"}`)
		e := event("3", "ebb.traits", "10:00:00", `{"a":1}`)
		g := compiled(t, `interests: {i: {field: c, half_life: 1h, weights: {p: 4, q: 0}}}
segments: {s: {when: 'interest("i", "x") >= 2.0'}, r: {when: 'interest("i", "x") < 2.0'}}`)
		final, _ := schemas.ParseInstant("2026-01-06T00:00:00Z")
		out, err := g.Run([][]string{{p, q, e}}, final)
		if err != nil {
			t.Fatal(err)
		}
		if s, r := told(out, "s"), told(out, "r"); len(s) != 2 || len(r) != 1 || s[1][1:] != r[0][1:] {
			t.Errorf("minute %d: s %v, r %v", minute, s, r)
		}
	}
}

// TestInfiniteBytes: a sum beyond the range of doubles is the same after its bytes.
func TestInfiniteBytes(t *testing.T) {
	v := func(id, at, n string) string { return event(id, "p", at, `{"v":`+n+`}`) }
	g := compiled(t, `segments: {s: {when: 'sum("p", "v") <= -1.0'}}`)
	var all [][]string
	for _, cut := range []bool{false, true} {
		g.Cut = func() bool { return cut }
		out, err := g.Run([][]string{{v("1", "09:00:00", "1e308"), v("2", "09:10:00", "1e308"), v("3", "09:20:00", "-1e308"), v("4", "09:30:00", "-1e308")}}, schemas.Never)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, told(out, "s"))
	}
	if !slices.Equal(all[0], all[1]) || len(all[0]) > 0 {
		t.Errorf("%v, through its bytes %v, want none: the sum is 0", all[0], all[1])
	}
}

// TestNewDefinition: a profile that was judged under another plan meets one more segment, on what is already kept: with
// the next event that tells of what the segment reads it is judged, though no comparison has another truth by that event.
func TestNewDefinition(t *testing.T) {
	a := compiled(t, `segments: {s: {when: 'count("p", "1h") >= 100'}}`)
	b := compiled(t, `segments: {s: {when: 'count("p", "1h") >= 2'}}`)
	chain, p := a.Catalog.Chain(), a.Catalog.Layout.New("u")
	var out []schemas.Message
	emit := func(m schemas.Message) { out = append(out, schemas.Keep(m)) }
	fold := func(line string) {
		var e schemas.Event
		if err := schemas.NewJSONDecoder(chain.Plan().Fields).Decode([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		chain.Fold(p, &e, schemas.Earliest, emit)
	}
	for _, at := range []string{"09:00:00", "09:01:00", "09:02:00"} {
		fold(event(at, "p", at, `{}`))
	}
	old, err := b.Catalog.Layout.Translate(a.Catalog.Layout.Append(nil))
	if err != nil {
		t.Fatal(err)
	}
	bytes := a.Catalog.Layout.Encode(nil, p, chain.Horizon(p))
	if p, err = b.Catalog.Layout.Decode("u", bytes, old); err != nil {
		t.Fatal(err)
	}
	chain = b.Catalog.Chain()
	fold(event("x", "p", "09:03:00", `{}`))
	if got, want := told(out, "s"), []string{"+09:02"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
