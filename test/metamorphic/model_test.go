// Package metamorphic holds the fold against the brute-force model of package model, on random configurations and
// histories, and against itself under other orders, cuts and repetitions.
package metamorphic

import (
	"fmt"
	"math/rand"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/test/engine"
	"github.com/ebbstream/ebb/test/model"
)

// TestAgainstModel: memberships, crossing instants to the millisecond, expires_at, sessions, features, traits, consents
// and late events equal the brute force; every second case also goes through the profiles' bytes at random moments.
func TestAgainstModel(t *testing.T) {
	var pairs, crossings, apart atomic.Int64
	each(t, *cases, func(c model.Case, seed int64) []string {
		want := model.Run(c)
		got, err := run(c, seed)
		if err != nil {
			return []string{err.Error()}
		}
		pairs.Add(int64(len(c.Config.Segments) + len(c.Config.Features)))
		all, elsewhere := crossed(want, got)
		crossings.Add(all)
		apart.Add(elsewhere)
		return model.Diff(want, got)
	})
	t.Logf("%d pairs of a condition or feature and a history, %d crossings, %d of them 1 ms apart", pairs.Load(), crossings.Load(), apart.Load())
	if apart.Load() > 3+crossings.Load()/1000 {
		t.Errorf("%d of %d crossings are 1 ms apart: the last digits of two calculations cannot do that so often", apart.Load(), crossings.Load())
	}
}

// crossed counts the instants of want at which a decay or a model crosses a constant, and those that got has elsewhere. Diff
// lets each be 1 ms apart, as a sum's last digit may depend on the order of adding; but that is rare.
func crossed(want, got model.Result) (all, apart int64) {
	type place struct{ profile, segment string }
	left := map[place][]model.Change{}
	for _, c := range got.Changes {
		at := place{c.Profile, c.Segment}
		left[at] = append(left[at], c)
	}
	for _, w := range want.Changes {
		at := place{w.Profile, w.Segment}
		if len(left[at]) == 0 {
			continue
		}
		g := left[at][0]
		left[at] = left[at][1:]
		if w.Loose.Time {
			if all++; w.Time != g.Time {
				apart++
			}
		}
		if w.Loose.ExpiresAt && g.ExpiresAt != nil {
			if all++; *w.ExpiresAt != *g.ExpiresAt {
				apart++
			}
		}
	}
	return all, apart
}

// run is what the engine does, in the model's words.
func run(c model.Case, seed int64) (result model.Result, err error) {
	defer func() {
		if r := recover(); r != nil {
			stack := make([]byte, 4096)
			err = fmt.Errorf("panic: %v\n%s", r, stack[:runtime.Stack(stack, false)])
		}
	}()
	g, err := engine.New(c.Config.YAML())
	if err != nil {
		return result, err
	}
	if seed%2 == 0 {
		r := rand.New(rand.NewSource(seed))
		g.Cut = func() bool { return r.Intn(3) == 0 }
	}
	out, err := g.Run(lines(c.Files), asOf(c))
	if err != nil {
		return result, err
	}
	for _, m := range out {
		add(&result, m)
	}
	return result, nil
}

// add turns one message into the model's words.
func add(result *model.Result, m schemas.Message) {
	counts := func(all []schemas.TypeCount) map[string]int {
		out := map[string]int{}
		for _, c := range all {
			out[c.Type] = int(c.Events)
		}
		return out
	}
	switch m := m.(type) {
	case *schemas.SegmentChange:
		c := model.Change{Time: int64(m.Time), Profile: m.Profile, Segment: m.Segment, Entered: m.Entered, Seq: int(m.Seq), Epoch: int(m.Epoch),
			Cause: m.Cause, EnteredAt: int64(m.EnteredAt)}
		if m.CausedBy != nil {
			c.CausedBy = m.CausedBy.ID
		}
		if m.ExpiresAt != schemas.Never {
			at := int64(m.ExpiresAt)
			c.ExpiresAt = &at
		}
		result.Changes = append(result.Changes, c)
	case *schemas.SessionEnded:
		result.Sessions = append(result.Sessions, model.Ended{Profile: m.Profile, Start: int64(m.Start), End: int64(m.End), Events: int(m.Events),
			Counts: counts(m.Counts), EntryID: m.Entry.ID, ExitID: m.Exit.ID})
	case *schemas.Profile:
		p := model.Profile{ID: m.Profile, Time: int64(m.AsOf), Features: plainAll(m.Features), Traits: plainAll(m.Traits),
			Consents: map[string]string{}, FirstSeen: int64(m.FirstSeen), LastSeen: int64(m.LastSeen)}
		for _, s := range m.Memberships {
			p.Memberships = append(p.Memberships, s.Segment)
		}
		slices.Sort(p.Memberships)
		for _, c := range m.Consents {
			p.Consents[c.Name] = c.Value.Text()
		}
		if s := m.Session; s != nil {
			p.Session = &model.Open{Start: int64(s.Start), End: int64(s.End), Events: int(s.Events), Counts: counts(s.Counts)}
		}
		result.Profiles = append(result.Profiles, p)
	case *schemas.Decision:
		result.Decisions = append(result.Decisions, decision(m))
	case *schemas.Late:
		result.Late = append(result.Late, model.Late{ID: m.ID, Subject: m.Subject, Time: int64(m.Time), Reason: m.Reason})
	}
}

func plainAll(values []schemas.NamedValue) map[string]any {
	out := map[string]any{}
	for _, v := range values {
		out[v.Name] = plain(v.Value)
	}
	return out
}

// plain is a value as encoding/json would read its JSON, with ints kept apart.
func plain(v schemas.Value) any {
	switch v.Kind() {
	case schemas.Bool:
		return v.Truth()
	case schemas.Int:
		return v.Int()
	case schemas.Double:
		n, _ := v.Number()
		return n
	case schemas.String:
		return v.Text()
	case schemas.Span:
		if v.Span() == schemas.Forever {
			return nil
		}
		return v.Span().Seconds()
	case schemas.Time:
		return v.Instant().String()
	case schemas.List:
		out := []any{}
		for _, item := range v.Items() {
			out = append(out, plain(item))
		}
		return out
	case schemas.Map:
		out := map[string]any{}
		for i, item := range v.Items() {
			out[v.Keys()[i]] = plain(item)
		}
		return out
	}
	return nil
}
