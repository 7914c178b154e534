package metamorphic

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/test/engine"
)

func compiled(t *testing.T, text string) *engine.Engine {
	t.Helper()
	g, err := engine.New("name: t\n" + text)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func event(id, typ, at, data string) string {
	return fmt.Sprintf(`{"id":%q,"type":%q,"subject":"u","time":"2026-01-05T%sZ","data":%s}`, id, typ, at, data)
}

// TestDeepValues: a value of 70 lists in each other goes through a profile's bytes, and an erasure that comes late keeps
// the events after it, this one too.
func TestDeepValues(t *testing.T) {
	g := compiled(t, `features: {l: 'last("p", "v")', n: 'count("p")'}`)
	g.Cut = func() bool { return true }
	deep := `{"v":` + strings.Repeat("[", 70) + strings.Repeat("]", 70) + `}`
	out, err := g.Run([][]string{{event("a", "p", "00:00:00", `{"v":1}`), event("b", "p", "02:00:00", deep), event("c", "p", "03:00:00", `{"v":2}`),
		event("x", "ebb.erase", "01:00:00", `{}`), event("d", "p", "04:00:00", `{"v":3}`)}}, schemas.Never)
	if err != nil {
		t.Fatal(err)
	}
	p, ok := out[len(out)-1].(*schemas.Profile)
	if !ok || p.Features[1].Value.Int() != 3 {
		t.Fatalf("n is not 3 in %+v", out[len(out)-1])
	}
}

// TestMovingComparisonInMacro: a comparison that time moves, with a macro's variable in it, has no one flip to solve
// for, and is refused.
func TestMovingComparisonInMacro(t *testing.T) {
	for _, when := range []string{`[hours(2), hours(5)].all(d, since_last("p") < d)`, `[3.0, 1.0].all(x, decayed("p", "1d") >= x)`} {
		_, err := engine.New(fmt.Sprintf("name: t\nsegments: {a: {when: '%s'}}\n", when))
		if err == nil || !strings.Contains(err.Error(), "variable of a macro") {
			t.Errorf("%s: %v", when, err)
		}
	}
}

// TestSegmentBecomesType: a profile that was in a segment which a changed configuration does not have any more, but whose
// name is now that of an event type, is in no segment.
func TestSegmentBecomesType(t *testing.T) {
	old := compiled(t, `segments: {purchase: {when: 'count("purchase", "1h") >= 1'}}`)
	chain := old.Catalog.Chain()
	var e schemas.Event
	if err := schemas.NewJSONDecoder(old.Catalog.Plan.Fields).Decode([]byte(event("1", "purchase", "10:00:00", `{}`)), &e); err != nil {
		t.Fatal(err)
	}
	p := old.Catalog.Layout.New("u")
	chain.Fold(p, &e, schemas.Earliest, func(schemas.Message) {})
	text := old.Catalog.Layout.Encode(nil, p, chain.Horizon(p))

	renamed := compiled(t, `segments: {other: {when: 'count("purchase", "1h") >= 1'}}`)
	translation, err := renamed.Catalog.Layout.Translate(old.Catalog.Layout.Append(nil))
	if err != nil {
		t.Fatal(err)
	}
	again, err := renamed.Catalog.Layout.Decode("u", text, translation)
	if err != nil {
		t.Fatal(err)
	}
	view := renamed.Catalog.Chain().Profile(again, again.Now)
	if len(view.Memberships) != 0 {
		t.Errorf("it is in %+v", view.Memberships)
	}
	renamed.Catalog.Chain().Advance(again, again.Now.Add(schemas.Day), func(schemas.Message) {})
}

// TestDefinition: the hash of a segment changes with every part of what it means.
func TestDefinition(t *testing.T) {
	definition := func(text string) string {
		return compiled(t, text).Catalog.Plan.Segments[0].Definition
	}
	seen := map[string]string{}
	for _, text := range []string{
		`segments: {a: {when: 'ever("p") && ever("q") || ever("p")'}}`,
		`segments: {a: {when: 'ever("p") && ever("q") || ever("q")'}}`,
		`segments: {a: {when: 'ever("p")', purpose: marketing}}`,
		"features: {f: 'count(\"p\", \"1d\")'}\nsegments: {a: {when: 'f >= 1'}}",
		"features: {f: 'count(\"p\", \"9d\")'}\nsegments: {a: {when: 'f >= 1'}}",
		"interests: {cat: {field: cat, half_life: 14d, weights: {p: 1}}}\nsegments: {a: {when: 'interest(\"cat\", \"x\") > 0.5'}}",
		"interests: {cat: {field: cat, half_life: 1d, weights: {p: 1}}}\nsegments: {a: {when: 'interest(\"cat\", \"x\") > 0.5'}}",
		"sessions: {gap: 30m}\nsegments: {a: {when: 'sessions() > 1'}}",
		"sessions: {gap: 31m}\nsegments: {a: {when: 'sessions() > 1'}}",
	} {
		d := definition(text)
		if other, found := seen[d]; found {
			t.Errorf("%s\nand\n%s\nhave the same definition %s", other, text, d)
		}
		seen[d] = text
	}
}

// TestEvidenceIsExact: the evidence gives the count there is, not as far as the condition needs it.
func TestEvidenceIsExact(t *testing.T) {
	g := compiled(t, `segments: {s: {when: 'count("p", "90d") >= 1 && trait("x") == "y"'}}`)
	var lines []string
	for i := range 5 {
		lines = append(lines, event(fmt.Sprint(i), "p", fmt.Sprintf("0%d:00:00", i), `{}`))
	}
	out, err := g.Run([][]string{append(lines, event("t", "ebb.traits", "09:00:00", `{"x":"y"}`))}, schemas.Never)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range out {
		if change, ok := m.(*schemas.SegmentChange); ok && change.Evidence[0].Value.Int() != 5 {
			t.Errorf("%+v", change.Evidence)
		}
	}
}

// TestIdenticalLayouts: two compilations of one configuration write the same bytes.
func TestIdenticalLayouts(t *testing.T) {
	text := "features: {n: 'count(\"p\", \"7d\")', s: 'sum(\"o\", \"amount\")'}\nsegments: {a: {when: 'n > 1'}}"
	var hashes []uint64
	for range 3 {
		hashes = append(hashes, compiled(t, text).Catalog.Layout.Hash)
	}
	if hashes[0] != hashes[1] || hashes[1] != hashes[2] {
		t.Errorf("layouts %x", hashes)
	}
}
