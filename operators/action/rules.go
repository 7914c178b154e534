package action

import (
	"cmp"
	"maps"
	"slices"

	"github.com/ebbstream/ebb/operators/bandit"
	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// Rules are the blocks made ready; all goroutines share them.
type Rules struct {
	plan    *expr.Plan
	name    string          // the application's
	mute    schemas.Instant // what is decided before is not published
	groups  []*group        // by the least name among their actions
	support []*field        // what min_support counts
	guards  Guards
	studies []*Study // the experiments, by name
	specs   []state.Spec
	waiting int // the number of its cell in specs, -1: nothing ever waits
}

// group is all actions of the same trigger and channel.
type group struct {
	trigger
	index   int
	channel string
	quiet   *Quiet
	cap     *capped // the channel's; nil: none
	actions []*planned
}

// idle is whether no action of the group can ever be decided: then nothing wakes up for it.
func (g *group) idle() bool {
	never := func(c *capped) bool { return c != nil && c.cell < 0 }
	return never(g.cap) || !slices.ContainsFunc(g.actions, func(a *planned) bool { return !never(a.cap) })
}

// planned is one action, ready to be judged.
type planned struct {
	*expr.PlannedAction
	cap     *capped          // nil: none
	expires schemas.Duration // 0: never
	payload []part
	study   *Study // the experiment that it belongs to; nil: none
	learned *Study // what is counted for learning; nil: nothing
	known   *bandit.Posterior
}

// capped is a cap, and where the decisions that count toward it are kept.
type capped struct {
	Cap
	cell int // in specs, -1: none is ever made
}

// part is one key of a payload, and what its values were drawn from if they need support.
type part struct {
	*expr.Feature
	drawn []draw
}

type draw struct {
	call  *expr.Call
	field *field
}

// field is one whose values are counted.
type field struct {
	path int // in the plan's Fields
	name string
	cell int // in specs
}

// NewRules makes the blocks ready; plan is that of their Definitions. sessions, values and names are as the layout has them.
func NewRules(b Blocks, plan *expr.Plan, fieldNames []string, limits expr.Limits) *Rules {
	r := &Rules{plan: plan, name: b.Name, mute: b.MuteBefore, guards: b.Guards, waiting: -1}
	r.studies = r.prepare(b, plan, limits)
	byText, channels := map[[2]string]*group{}, map[string]*capped{}
	for _, a := range plan.Actions { // by name: so groups come by the least name among their actions
		c := b.Actions[a.Name]
		t, err := parseTrigger(c.On)
		if err != nil {
			continue // Check has told
		}
		key := [2]string{t.text, c.Channel}
		g := byText[key]
		if g == nil {
			channel := b.Channels[c.Channel]
			if _, made := channels[c.Channel]; !made {
				channels[c.Channel] = r.capped(channel.Cap, "channel", c.Channel)
			}
			g = &group{trigger: t, index: len(r.groups), channel: c.Channel, quiet: channel.Quiet, cap: channels[c.Channel]}
			if g.quiet != nil && r.waiting < 0 {
				r.waiting = r.spec("waiting decisions", func() state.Cell { return &state.Waiting{} })
				r.specs[r.waiting].Anew = true // without quiet hours nothing has waited
			}
			byText[key] = g
			r.groups = append(r.groups, g)
		}
		p := &planned{PlannedAction: a, cap: r.capped(c.Cap, "action", a.Name)}
		for _, s := range r.studies {
			switch {
			case s.Learned == a.Name:
				p.learned = s
			case s.Learned == "" && slices.Contains(s.Actions, a.Name):
				p.study = s
			}
		}
		if k := b.Learning[a.Name].Known; k != nil {
			p.known = &bandit.Posterior{Successes: float64(k.Successes), Failures: float64(k.Failures)}
		}
		if c.ExpiresIn != nil {
			p.expires = *c.ExpiresIn
		}
		for _, f := range a.Payload {
			p.payload = append(p.payload, part{f, r.draws(f, fieldNames, limits)})
		}
		g.actions = append(g.actions, p)
	}
	return r
}

func (r *Rules) spec(key string, zero func() state.Cell) int {
	r.specs = append(r.specs, state.Spec{Key: key, New: zero})
	return len(r.specs) - 1
}

// capped is a cap with the cell of the decisions that count toward it: the latest, as many as it allows.
func (r *Rules) capped(c *Cap, of, name string) *capped {
	switch {
	case c == nil:
		return nil
	case c.Max == 0:
		return &capped{*c, -1}
	}
	window, keep := c.Per, c.Max
	text := string(schemas.StringValue(name).AppendJSON(nil))
	made := &capped{*c, r.spec("decisions("+of+" "+text+")", func() state.Cell { return &state.Times{Window: window, Keep: keep} })}
	r.specs[made.cell].Window = window
	return made
}

// draws are the calls of a payload whose values need support. An event that is not reserved supports the value that is
// drawn from it, so that one event is asked for where only such events are drawn from is no question.
func (r *Rules) draws(f *expr.Feature, names []string, limits expr.Limits) []draw {
	need := r.guards.MinSupport
	if need.Events <= 0 && need.Sessions <= 0 {
		return nil
	}
	var all []draw
	for _, call := range f.Drawn() {
		a := r.plan.Behind(call)
		reserved := slices.ContainsFunc(slices.Collect(maps.Keys(a.Weights)), schemas.Reserved)
		if need.Events <= 1 && need.Sessions <= 0 && !reserved {
			continue
		}
		all = append(all, draw{call, r.field(a.Field, names[a.Field], limits)})
	}
	return all
}

func (r *Rules) field(path int, name string, limits expr.Limits) *field {
	for _, f := range r.support {
		if f.path == path {
			return f
		}
	}
	key, sessions := "support(field "+string(schemas.StringValue(name).AppendJSON(nil)), r.guards.MinSupport.Sessions > 0
	if sessions {
		key += " sessions"
	}
	f := &field{path: path, name: name, cell: r.spec(key+")", func() state.Cell {
		return &state.Support{Keep: limits.Values, Sessions: sessions}
	})}
	r.support = append(r.support, f)
	return f
}

// Specs are the operator's cells.
func (r *Rules) Specs() []state.Spec { return r.specs }

// Texts are what profiles will repeat.
func (r *Rules) Texts() []string {
	var all []string
	for _, s := range r.studies {
		all = append(all, s.Actions...)
	}
	if r.waiting >= 0 {
		for _, g := range r.groups {
			if g.quiet != nil {
				all = append(all, g.text, g.channel)
			}
		}
	}
	return all
}

// any is whether there is anything to decide.
func (r *Rules) any() bool { return len(r.groups) > 0 }

// better is the order of candidates: the greater score first, after rounding to 9 significant digits; ties by name.
func better(a, b schemas.Candidate) int {
	return cmp.Or(cmp.Compare(state.Round9(b.Score), state.Round9(a.Score)), cmp.Compare(a.Action, b.Action))
}
