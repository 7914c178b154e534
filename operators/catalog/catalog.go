// Package catalog is the one list of operators, in the order in which an event passes them: what is said about the
// person, sessions, features, then the segments that read them all, and last the actions that follow from it.
package catalog

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/ebbstream/ebb/operators"
	"github.com/ebbstream/ebb/operators/action"
	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/operators/feature"
	"github.com/ebbstream/ebb/operators/interest"
	"github.com/ebbstream/ebb/operators/predict"
	"github.com/ebbstream/ebb/operators/segment"
	"github.com/ebbstream/ebb/operators/session"
	"github.com/ebbstream/ebb/operators/trait"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// Blocks are the configuration of all operators, each under its key.
type Blocks struct {
	Context   trait.Config
	Sessions  session.Config
	Interests Named[interest.Config]
	Features  Named[string]
	Segments  Named[segment.Config]
	Models    map[string]predict.Config

	Actions         Named[action.Config]
	Channels        map[string]action.Channel
	Guards          action.Guards
	Experiments     map[string]action.Experiment
	Learning        map[string]action.Learning
	Recommendations action.Recommendations
}

// Entry is one block: its key in the file, where it is decoded to, and what it is.
type Entry struct {
	Key  string
	Into any
	Doc  string
}

// Entries are all blocks of the operators.
func (b *Blocks) Entries() []Entry {
	return []Entry{
		{"context", &b.Context, "circumstances that go stale"},
		{"sessions", &b.Sessions, "how sessions are cut"},
		{"interests", &b.Interests, "what somebody is into: decayed sums over the values of a field"},
		{"features", &b.Features, "named expressions with a value"},
		{"segments", &b.Segments, "named conditions with members"},
		{"models", &b.Models, "what p_alive, expected and value use, by event type"},
		{"actions", &b.Actions, "what to offer, when, and to whom"},
		{"channels", &b.Channels, "how often and when a channel is used"},
		{"guards", &b.Guards, "what is not said to anybody"},
		{"experiments", &b.Experiments, "to whom actions are not delivered, so that their effect can be told"},
		{"learning", &b.Learning, "how actions are chosen by what came of them"},
		{"recommendations", &b.Recommendations, "not in this version: leave it out or empty"},
	}
}

// Named is a block of entries with names of ebb's form.
type Named[T any] map[string]T

var nameForm = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// CheckKey says what is wrong with a name.
func (Named[T]) CheckKey(key string) error {
	if !nameForm.MatchString(key) {
		return fmt.Errorf("the name %q is not of the form [a-z][a-z0-9_]*: a small letter, then small letters, digits and _", key)
	}
	return nil
}

// Defaults are those of SPEC section 3.
func Defaults() *Blocks {
	return &Blocks{Context: trait.Defaults(), Sessions: session.Defaults(), Interests: Named[interest.Config]{},
		Features: Named[string]{}, Segments: Named[segment.Config]{}, Models: map[string]predict.Config{},
		Actions: Named[action.Config]{}, Guards: action.DefaultGuards()}
}

// Setting is what the rest of the configuration tells the operators.
type Setting struct {
	Name       string          // the application's
	MuteBefore schemas.Instant // decisions before it are not published; zero or Earliest: all are
	Time       operators.Time
	Limits     expr.Limits
	Exhaustive bool     // see expr.Definitions
	Texts      []string // sources and types that events will have, as far as they are known
	Untold     bool     // nobody is told of sessions
}

// Catalog is a configuration compiled: from it come chains, all alike, one for each goroutine.
type Catalog struct {
	Plan   *expr.Plan
	Layout *state.Layout

	blocks  *Blocks
	setting Setting
	fields  []string
	numbers []int // of the segments in the layout's names
	actions *action.Rules
}

// Compile makes the plan of all expressions, or says what is wrong with each.
func Compile(b *Blocks, s Setting) (*Catalog, []expr.Fault) {
	d := expr.Definitions{Features: b.Features, Segments: map[string]expr.Segment{}, Interests: map[string]expr.Interest{},
		Models: map[string]*expr.Model{}, Limits: s.Limits}
	d.Gap, d.TTL, d.Exhaustive = b.Sessions.Gap, b.Context.TTL, s.Exhaustive
	for name, c := range b.Segments {
		d.Segments[name] = expr.Segment(c)
	}
	for name, c := range b.Interests {
		d.Interests[name] = expr.Interest{Field: c.Field, HalfLife: c.HalfLife, Weights: c.Weights, Keep: c.Keep}
	}
	for typ, c := range b.Models {
		d.Models[typ] = c.Model()
	}
	rules := b.define(&d)
	rules.Name, rules.MuteBefore = s.Name, s.MuteBefore
	plan, faults := expr.Compile(d)
	if faults = append(faults, b.misfits(&rules)...); len(faults) > 0 {
		return nil, faults
	}
	for _, field := range b.Sessions.Keep {
		plan.AddField(strings.Split(field, "."))
	}
	for _, path := range rules.Fields() {
		plan.AddField(path)
	}
	c := &Catalog{Plan: plan, blocks: b, setting: s}
	var names []string
	for _, s := range plan.Segments {
		c.numbers = append(c.numbers, len(names))
		names = append(names, s.Name)
	}
	for _, path := range plan.Fields {
		c.fields = append(c.fields, strings.Join(path, "."))
	}
	c.actions = action.NewRules(rules, plan, c.fields, s.Limits)
	segments := len(names)
	table := state.NewNames(slices.Concat(names, c.fields, texts(plan), c.actions.Texts(), s.Texts, usualTypes)...)
	specs := append(trait.Specs(b.Context), session.Spec(b.Sessions, plan, s.Limits, table))
	specs = append(specs, feature.Specs(plan)...)
	specs = append(specs, c.actions.Specs()...)
	c.Layout = state.NewLayout(specs, table, s.Limits.Events)
	c.Layout.Segments = segments
	var meanings []string
	for _, s := range plan.Segments {
		meanings = append(meanings, s.Definition)
	}
	if s.Untold { // who was not woken for the end of a session is looked at once when somebody is told of them again
		meanings = append(meanings, "untold sessions")
	}
	c.Layout.Mean(meanings)
	return c, nil
}

// texts are what profiles will repeat: the event types, the calls of session.first, and the source of files.
func texts(plan *expr.Plan) []string {
	all := append(plan.Types(), "file")
	for _, call := range plan.Calls {
		if call.Func == expr.FuncSessionFirst {
			all = append(all, call.Text)
		}
	}
	return all
}

// Chain is a fold of its own, for one goroutine, and the reader of the profiles it makes.
func (c *Catalog) Chain() *Chain {
	layout := func() *state.Layout { return c.Layout }
	const traits, sessions, features = 0, 3, 4 // the cells' numbers, in the order of their specs
	t := trait.New(c.Plan, traits, layout)
	s := session.New(c.blocks.Sessions, c.Plan, sessions, layout, c.Plan.AddField)
	f := feature.New(c.Plan, features, layout, operators.Types(c.Plan, c.Layout.Names))
	g := segment.New(c.Plan, c.numbers)
	all := []operators.Operator{t, s, f}
	a := action.New(c.actions, features+len(c.Plan.Aggregates), sessions, layout, g.Eval)
	if a != nil {
		all = append(all, a)
	}
	chain := operators.NewChain(c.Plan, c.Layout, c.setting.Time, all, s, g, f, c.fields)
	if a != nil {
		chain.Decide(a)
	}
	return &Chain{Chain: chain, traits: t, sessions: s, features: f, segments: g, actions: a}
}

// Chain is the fold, with the public view of its profiles.
type Chain struct {
	*operators.Chain
	traits   *trait.Operator
	sessions *session.Operator
	features *feature.Operator
	segments *segment.Operator
	actions  *action.Operator // nil: there are none
}

// Count has somebody told what is to be counted of experiments.
func (c *Chain) Count(counted func(schemas.Outcome)) {
	if c.actions != nil {
		c.actions.Count(counted)
	}
}

// Suppressed has somebody told of decisions that were not made, as every action was kept back.
func (c *Chain) Suppressed(told func([]schemas.Suppression)) {
	if c.actions != nil {
		c.actions.Suppressed(told)
	}
}

// Profile is the public view of a profile as of n, which is not before its now; nil if there is none.
func (c *Chain) Profile(p *state.Profile, n schemas.Instant) *schemas.Profile {
	if !p.Alive {
		return nil
	}
	out := &schemas.Profile{Profile: p.ID, AsOf: n, Traits: c.traits.Traits(p, n), Consents: c.traits.Consents(p, n),
		Session: c.sessions.Current(p, n), FirstSeen: p.First, LastSeen: p.Clock, Limited: p.Limited}
	eval := c.segments.Eval(c.View(p))
	for _, f := range c.Plan().Features {
		out.Features = append(out.Features, schemas.NamedValue{Name: f.Name, Value: eval.Value(f, n)})
	}
	for _, m := range p.Memberships.By {
		if m.Member {
			out.Memberships = append(out.Memberships, schemas.Membership{Segment: c.Layout().Names.List[m.Segment], EnteredAt: m.EnteredAt})
		}
	}
	slices.SortFunc(out.Memberships, func(a, b schemas.Membership) int { return strings.Compare(a.Segment, b.Segment) })
	return out
}
