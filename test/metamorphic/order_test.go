package metamorphic

import (
	"cmp"
	"fmt"
	"math"
	"math/rand"
	"regexp"
	"slices"
	"testing"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/test/engine"
	"github.com/ebbstream/ebb/test/model"
)

// TestOrder is SPEC section 5, point 4: events that arrive in any order within lateness, some of them again and again, end
// in the same profiles and sessions as in their own order. A segment with `until` remembers its path, so there is none.
// And what comes after an erasure, but is older, is in no session any more: then sessions do depend on the order.
func TestOrder(t *testing.T) {
	each(t, *orders, func(c model.Case, seed int64) []string {
		c.Config.Segments = slices.Clone(c.Config.Segments)
		for i := range c.Config.Segments {
			c.Config.Segments[i].Until = nil
		}
		g, err := engine.New(c.Config.YAML())
		if err != nil {
			return []string{err.Error()}
		}
		ordered := inOrder(c.Files)
		want, err := g.Run(lines([][]model.Event{ordered}), asOf(c))
		if err != nil {
			return []string{err.Error()}
		}
		arrived := outOfOrder(rand.New(rand.NewSource(seed)), ordered, c.Config.Lateness)
		got, err := g.Run(lines([][]model.Event{arrived}), asOf(c))
		if err != nil {
			return []string{err.Error()}
		}
		wrong := differentProfiles(c.Config, want, got)
		if !slices.ContainsFunc(ordered, func(e model.Event) bool { return e.Type == schemas.TypeErase }) {
			wrong = append(wrong, differentSessions(want, got)...)
		}
		if len(wrong) > 0 {
			wrong = append(wrong, "arrived as:")
			wrong = append(wrong, lines([][]model.Event{arrived})[0]...)
		}
		return wrong
	})
}

// inOrder are the events of some files, each once, by (time, source, id).
func inOrder(files [][]model.Event) []model.Event {
	type name struct{ subject, source, id string }
	seen := map[name]bool{}
	var all []model.Event
	for _, e := range slices.Concat(files...) {
		e.Source = cmp.Or(e.Source, "file")
		if n := (name{e.Subject, e.Source, e.ID}); !seen[n] {
			seen[n] = true
			all = append(all, e)
		}
	}
	slices.SortFunc(all, func(a, b model.Event) int {
		return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Source, b.Source), cmp.Compare(a.ID, b.ID))
	})
	return all
}

// outOfOrder lets each event wait up to lateness, so that none comes later than that after a greater time; a third of
// them come again, at any time after.
func outOfOrder(r *rand.Rand, events []model.Event, lateness int64) []model.Event {
	type arrival struct {
		model.Event
		at, tie int64
	}
	var all []arrival
	for _, e := range events {
		all = append(all, arrival{e, e.Time + r.Int63n(lateness+1), r.Int63()})
	}
	slices.SortFunc(all, func(a, b arrival) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.tie, b.tie)) })
	var out []model.Event
	for _, a := range all {
		out = append(out, a.Event)
	}
	for i := 0; i < len(out); i++ {
		if r.Intn(3) == 0 {
			out = slices.Insert(out, i+1+r.Intn(len(out)-i), out[i])
		}
	}
	return out
}

// fades tells the features whose last digits may show the order of arrival, by a decayed sum of their own or of a feature.
var fades = regexp.MustCompile(`decayed|affinity|interest|\bf[0-9]`)

func differentProfiles(cfg model.Config, want, got []schemas.Message) []string {
	loose := map[string]bool{}
	for _, f := range cfg.Features {
		loose[f.Name] = fades.MatchString(f.Expr.String())
	}
	views := func(all []schemas.Message) map[string]*schemas.Profile {
		out := map[string]*schemas.Profile{}
		for _, m := range all {
			if p, ok := m.(*schemas.Profile); ok {
				out[p.Profile] = p
			}
		}
		return out
	}
	w, g := views(want), views(got)
	var wrong []string
	if len(w) != len(g) {
		wrong = append(wrong, fmt.Sprintf("%d profiles in order, %d out of order", len(w), len(g)))
	}
	for id, p := range w {
		q := g[id]
		if q == nil {
			wrong = append(wrong, "no profile "+id)
			continue
		}
		a, b := *p, *q
		b.Memberships = slices.Clone(b.Memberships)
		if len(a.Memberships) == len(b.Memberships) { // when one was entered depends on the way
			for i := range b.Memberships {
				if a.Memberships[i].Segment == b.Memberships[i].Segment {
					b.Memberships[i].EnteredAt = a.Memberships[i].EnteredAt
				}
			}
		}
		b.Features = slices.Clone(b.Features)
		for i := range b.Features {
			if f := a.Features[i]; loose[f.Name] && near(f.Value, b.Features[i].Value) {
				b.Features[i] = f
			}
		}
		if x, y := text(&a), text(&b); x != y {
			wrong = append(wrong, "in order     "+x, "out of order "+y)
		}
	}
	return wrong
}

// near is whether two numbers are the same to 1e-12.
func near(v, w schemas.Value) bool {
	a, isNumber := v.Number()
	b, isNumberToo := w.Number()
	return isNumber && isNumberToo && math.Abs(a-b) <= 1e-12*max(1, math.Abs(a), math.Abs(b))
}

func text(m schemas.Message) string { return string(schemas.AppendMessage(nil, "t", m)) }

func differentSessions(want, got []schemas.Message) []string {
	sessions := func(all []schemas.Message) []string {
		var out []string
		for _, m := range all {
			if s, ok := m.(*schemas.SessionEnded); ok {
				out = append(out, text(s))
			}
		}
		slices.Sort(out)
		return out
	}
	w, g := sessions(want), sessions(got)
	if slices.Equal(w, g) {
		return nil
	}
	return append(append([]string{"sessions in order:"}, w...), append([]string{"out of order:"}, g...)...)
}
