package action

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// Study is an experiment made ready, or an action whose rewards are counted for learning.
type Study struct {
	Name    string
	Learned string   // the action, in the latter case; else empty
	Text    string   // what it means, canonical: where it differs, what was counted before is of another experiment
	Actions []string // as configured
	Control int64    // of 10,000 buckets
	Reward  string   // empty: only feedback converts
	Within  schemas.Duration
	value   int // the number of the field that is the revenue, -1: there is none
	cell    int // in specs
}

// prepare makes the experiments ready, by name, and then what is counted for learning.
func (r *Rules) prepare(b Blocks, plan *expr.Plan, limits expr.Limits) []*Study {
	var all []*Study
	text := func(s string) string { return string(schemas.StringValue(s).AppendJSON(nil)) }
	for _, name := range slices.Sorted(maps.Keys(b.Experiments)) {
		c := b.Experiments[name]
		s := &Study{Name: name, Actions: c.Actions, Control: int64(math.Round(c.Control * 10_000)), Reward: c.Reward, Within: defaultWithin, value: -1}
		if c.Within != nil {
			s.Within = *c.Within
		}
		s.Text = fmt.Sprintf("experiment %s control %d within %s", text(name), s.Control, s.Within)
		if c.Reward != "" {
			s.Text += " reward " + text(c.Reward)
		}
		if c.Value != "" {
			s.Text += " value " + text(c.Value)
			s.value = plan.AddField(strings.Split(c.Value, "."))
		}
		r.keep(s, limits)
		all = append(all, s)
	}
	for _, name := range slices.Sorted(maps.Keys(b.Learning)) {
		c := b.Learning[name]
		s := &Study{Name: learning + name, Learned: name, Actions: []string{name}, Reward: c.Reward, Within: c.Within, value: -1}
		s.Text = fmt.Sprintf("%s within %s reward %s", text(s.Name), s.Within, text(c.Reward))
		r.keep(s, limits)
		all = append(all, s)
	}
	return all
}

// learning begins the names of what is counted for learning.
const learning = "learning."

// keep gives a study its cell.
func (r *Rules) keep(s *Study, limits expr.Limits) {
	s.cell = r.spec("offers("+s.Text+")", func() state.Cell { return &state.Offers{Within: s.Within, Keep: limits.Values} })
	r.specs[s.cell].Anew = true
}

// Studies are the experiments, by name, and then what is counted for learning.
func (r *Rules) Studies() []*Study { return r.studies }

// Fields are the data fields that experiments read, which the plan must know before a layout is made of it.
func (b *Blocks) Fields() [][]string {
	var all [][]string
	for _, name := range slices.Sorted(maps.Keys(b.Experiments)) {
		if c := b.Experiments[name]; c.Value != "" {
			all = append(all, strings.Split(c.Value, "."))
		}
	}
	return all
}

// arm is that of a profile: control for the buckets below its share.
func (s *Study) arm(bucket int64) string {
	if bucket < s.Control {
		return schemas.ArmControl
	}
	return schemas.ArmTreatment
}

// rewards is whether an event type counts as success.
func (s *Study) rewards(typ string) bool {
	return s.Reward == typ || s.Reward == "*" && !schemas.Reserved(typ)
}
