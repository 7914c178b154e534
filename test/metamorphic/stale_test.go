package metamorphic

import (
	"testing"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/test/engine"
)

// TestStaleTimers: of a segment that time moved when a profile was written, and does no more, no timer is left.
func TestStaleTimers(t *testing.T) {
	compile := func(segments string) *engine.Engine {
		g, err := engine.New("name: t\nsegments:\n" + segments)
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	old := compile(`  s: {when: 'count("p", "1h") >= 1'}` + "\n" + `  r: {when: 'count("p", "2h") >= 1'}`)
	var e schemas.Event
	text := `{"id":"1","type":"p","subject":"u","time":"2026-01-05T10:00:00Z","data":{}}`
	if err := schemas.NewJSONDecoder(old.Catalog.Plan.Fields).Decode([]byte(text), &e); err != nil {
		t.Fatal(err)
	}
	silent := func(schemas.Message) {}
	p := old.Catalog.Layout.New("u")
	chain := old.Catalog.Chain()
	chain.Fold(p, &e, schemas.Earliest, silent)
	if chain.Wake(p) == schemas.Never {
		t.Fatal("there was no timer")
	}
	written := old.Catalog.Layout.Encode(nil, p, chain.Horizon(p))
	for _, when := range []string{
		`'ever("p")'`, `'!ever("p")'`, `'count("p") >= 1'`, `'count("q") >= 1'`, `'last("p", "v") == 1'`, `'true'`,
		`'trait("x") == "y"'`, `'!(trait("x") == "y")'`, `'in_segment("r")'`, `'ever("p") && in_segment("r")'`, `'ever("p") || in_segment("r")'`,
		"'ever(\"p\")'\n    until: 'ever(\"q\")'", "'ever(\"p\")'\n    purpose: marketing", `'sessions() >= 1'`,
	} {
		t.Run(when, func(t *testing.T) {
			now := compile("  r: {when: 'ever(\"p\")'}\n  s:\n    when: " + when)
			translation, err := now.Catalog.Layout.Translate(old.Catalog.Layout.Append(nil))
			if err != nil {
				t.Fatal(err)
			}
			p, err := now.Catalog.Layout.Decode("u", written, translation)
			if err != nil {
				t.Fatal(err)
			}
			chain := now.Catalog.Chain()
			chain.Pass(p, p.Now, silent)
			for _, m := range p.Memberships.By {
				if m.Next != schemas.Never {
					t.Errorf("segment %d is to change at %v", m.Segment, m.Next)
				}
			}
			chain.Pass(p, p.Now.Add(30*schemas.Day), silent)
		})
	}
}
