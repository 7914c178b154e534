package catalog

import (
	"fmt"
	"slices"

	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/operators/segment"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// Description is what a segment or a feature needs, and what moves it.
type Description struct {
	Name    string
	State   []Stored
	Events  []string      // types that touch it; "*": all that are not reserved
	Motions []expr.Motion // of a segment: what time does to it
}

// Stored is one part of a profile's state, under the key that names it there.
type Stored struct {
	Key   string
	Bytes int64 // of one profile at most, see Bytes; Unbounded
}

// Unbounded is the size of what no limit holds.
const Unbounded int64 = -1

// Describe tells of every segment and every feature, by name.
func (c *Catalog) Describe() (segments, features []Description) {
	paces := expr.Paces{ContextTTL: c.blocks.Context.TTL, SessionGap: c.blocks.Sessions.Gap}
	for _, s := range c.Plan.Segments {
		d := c.describe(s.Name, c.Plan.Reads(s))
		d.Motions = c.Plan.Motions(s, paces)
		segments = append(segments, d)
	}
	for _, f := range c.Plan.Features {
		features = append(features, c.describe(f.Name, c.Plan.FeatureReads(f)))
	}
	byName := func(a, b Description) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	}
	slices.SortFunc(segments, byName)
	slices.SortFunc(features, byName)
	return segments, features
}

func (c *Catalog) describe(name string, reads []*expr.Call) Description {
	d := Description{Name: name, Events: c.Plan.Touching(reads)}
	for _, call := range reads {
		if s, needs := c.behind(call); needs && !slices.Contains(d.State, s) {
			d.State = append(d.State, s)
		}
	}
	return d
}

// behind is the state that answers a call; there is none behind bucket and in_segment.
func (c *Catalog) behind(call *expr.Call) (Stored, bool) {
	if call.Aggregate >= 0 {
		a := c.Plan.Aggregates[call.Aggregate]
		return Stored{a.Key, c.aggregateBytes(a)}, true
	}
	register := func(kind, name string) (Stored, bool) {
		return Stored{fmt.Sprintf("%s %q", kind, name), textBytes + registerBytes}, true
	}
	switch call.Func {
	case expr.FuncSessions, expr.FuncSessionActive, expr.FuncSessionEvents, expr.FuncSessionStart, expr.FuncSessionSeconds,
		expr.FuncSessionCount, expr.FuncSessionFirst:
		return Stored{"sessions", c.sessionBytes()}, true
	case expr.FuncTrait:
		return register("trait", call.Name)
	case expr.FuncContext:
		return register("context", call.Name)
	case expr.FuncConsent:
		return register("consent", call.Name)
	case expr.FuncLocalHour, expr.FuncLocalWeekday:
		return register("trait", "timezone")
	}
	return Stored{}, false
}

// ProfileBytes is what all the configured state of one profile takes at most, and what of it remembers the events that
// a repetition or an erasure could still meet. Traits, contexts and consents come on top, as many as are told.
func (c *Catalog) ProfileBytes() (all, recent int64) {
	const clocks, membership, eventBytes = 48, 18, 16 + 2*textBytes
	recent = int64(c.setting.Limits.Events) * int64(eventBytes+len(c.Plan.Fields)*(2+textBytes))
	all = clocks + recent + c.sessionBytes() + membership*int64(len(c.Plan.Segments))
	for _, a := range c.Plan.Aggregates {
		n := c.aggregateBytes(a)
		if n == Unbounded {
			return Unbounded, recent
		}
		all += n
	}
	for _, s := range c.actions.Specs() {
		all += c.actionBytes(s)
	}
	return all, recent
}

// Explain is why a profile is, or is not, in a segment at n; ok is false if there is no such segment. The profile's
// timers up to n must have fired.
func (c *Chain) Explain(p *state.Profile, name string, n schemas.Instant) (segment.Explanation, bool) {
	return c.segments.Explain(c.View(p), name, n)
}
