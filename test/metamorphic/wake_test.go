package metamorphic

import (
	"testing"

	"github.com/ebbstream/ebb/schemas"
)

// TestWakeUps: a profile is woken for what can change something, and for nothing else. There is no session, which would end.
func TestWakeUps(t *testing.T) {
	const quiet = "channels: {m: {quiet: {from: '21:00', to: '08:00'}}}\n"
	for name, c := range map[string]struct{ actions, at, want string }{
		"none":                     {"{}", "10:00:00", ""},
		"an experiment":            {"{a: {on: ebb.traits, channel: x}}\nexperiments: {x: {actions: [a], control: 0.5, within: 2h}}", "10:00:00", "2026-01-05T12:00:00.001Z"},
		"an event":                 {"{a: {on: ebb.traits, channel: x}}", "10:00:00", ""},
		"every":                    {`{a: {on: every("3h"), channel: x}, b: {on: every("2h"), channel: x}}`, "10:00:00", "2026-01-05T12:00:00Z"},
		"every, never decided":     {`{a: {on: every("2h"), channel: x, cap: {max: 0, per: 1d}}}`, "10:00:00", ""},
		"waiting":                  {"{a: {on: ebb.traits, channel: m}}", "22:00:00", "2026-01-06T08:00:00Z"},
		"waiting, never decided":   {"{a: {on: ebb.traits, channel: m, cap: {max: 0, per: 1d}}}", "22:00:00", ""},
		"not in quiet hours":       {"{a: {on: ebb.traits, channel: m}}", "20:59:59.999", ""},
		"a segment nobody is in":   {`{a: {on: enters("s"), channel: m}}`, "22:00:00", ""},
		"a type that did not come": {"{a: {on: q, channel: m}}", "22:00:00", ""},
	} {
		g := compiled(t, quiet+"segments: {s: {when: ever(\"never\")}}\nactions: "+c.actions)
		var e schemas.Event
		if err := schemas.NewJSONDecoder(g.Catalog.Plan.Fields).Decode([]byte(event("1", "ebb.traits", c.at, `{}`)), &e); err != nil {
			t.Fatal(err)
		}
		chain, p := g.Catalog.Chain(), g.Catalog.Layout.New("u")
		chain.Fold(p, &e, schemas.Earliest, func(schemas.Message) {})
		want := schemas.Never
		if c.want != "" {
			var err error
			if want, err = schemas.ParseInstant(c.want); err != nil {
				t.Fatal(err)
			}
		}
		if got := chain.Wake(p); got != want {
			t.Errorf("%s: the profile is woken at %v, not %v", name, got, want)
		}
	}
}

// TestCellsOfActions: a profile without actions keeps nothing for them, and one with them only what they can still ask.
func TestCellsOfActions(t *testing.T) {
	plain := compiled(t, `segments: {s: {when: ever("p")}}`)
	if n := len(plain.Catalog.Layout.Specs); n != 5 {
		t.Errorf("a profile has %d cells, not traits, contexts, consents, sessions and the one of ever()", n)
	}
	g := compiled(t, "actions:\n  a: {on: p, channel: m, cap: {max: 2, per: 1d}, payload: {i: 'pending(\"p\", \"q\", \"i\")'}}\n  b: {on: q, channel: m}\n")
	var keys []string
	for _, s := range g.Catalog.Layout.Specs[4:] {
		keys = append(keys, s.Key)
	}
	want := []string{`pending("p"*1 then "q" field "i")`, `decisions(action "a")`}
	if len(keys) != len(want) || keys[0] != want[0] || keys[1] != want[1] {
		t.Errorf("the cells are %q, not %q", keys, want)
	}
}
