package experiment

import (
	"math"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// Report is what is known of an experiment.
type Report struct {
	Experiment string   `json:"experiment"`
	Learning   string   `json:"learning,omitempty"` // the action, if it is counted for learning; then all is treatment
	Reward     string   `json:"reward,omitempty"`   // the event type; empty: only feedback converts
	Within     string   `json:"within"`
	Control    float64  `json:"control"` // the share of people meant for that arm
	Arms       []Arm    `json:"arms"`    // treatment, then control
	Lift       Lift     `json:"lift"`
	Actions    []Action `json:"actions"` // the arms again, by action
}

// Arm is one arm. The counts are of decisions, but for People and Rewarded: see the package comment.
type Arm struct {
	Arm string `json:"arm"`
	Counts
	People   int64    `json:"people"`   // whose time after the first decision is over
	Rewarded int64    `json:"rewarded"` // of them, whom a reward came of in that time
	Rate     *float64 `json:"rate"`     // rewarded of people; null: there are none
	Low      float64  `json:"rate_low"`
	High     float64  `json:"rate_high"`
}

// Action is one action of an arm.
type Action struct {
	Action string `json:"action"`
	Arm    string `json:"arm"`
	Counts
}

// Counts are decisions, and those of them of which something has come.
type Counts struct {
	Decided   int64   `json:"decided"`
	Exposed   int64   `json:"exposed"`
	Opened    int64   `json:"opened"`
	Clicked   int64   `json:"clicked"`
	Dismissed int64   `json:"dismissed"`
	Converted int64   `json:"converted"`
	Revenue   float64 `json:"revenue"` // of feedback and rewards
}

// Lift is by how much the rate of treatment is above that of control: the difference, and as a share of control's rate.
type Lift struct {
	Difference *float64 `json:"difference"` // null: an arm has no people
	Low        float64  `json:"difference_low"`
	High       float64  `json:"difference_high"`
	Relative   *float64 `json:"relative"` // null: control's rate is 0, or not known
	RelLow     float64  `json:"relative_low"`
	RelHigh    *float64 `json:"relative_high"` // null: it has no bound
}

// Of is the report of tallies.
func Of(tallies state.Tallies) *Report {
	r := &Report{Arms: []Arm{{Arm: schemas.ArmTreatment}, {Arm: schemas.ArmControl}}, Actions: []Action{}}
	for _, key := range tallies.Keys() {
		t, arm := tallies[key], &r.Arms[0]
		if key.Control {
			arm = &r.Arms[1]
		}
		if key.Action == "" {
			arm.People, arm.Rewarded = t.N[schemas.OutcomeTried], t.N[schemas.OutcomeSucceeded]
			continue
		}
		counts := Counts{t.N[schemas.OutcomeDecided], t.N[schemas.OutcomeExposed], t.N[schemas.OutcomeOpened], t.N[schemas.OutcomeClicked],
			t.N[schemas.OutcomeDismissed], t.N[schemas.OutcomeConverted], finite(t.Revenue.Value())}
		arm.add(&counts)
		r.Actions = append(r.Actions, Action{key.Action, arm.Arm, counts})
	}
	r.infer()
	return r
}

// Add adds what was counted elsewhere of the same experiment.
func (r *Report) Add(o *Report) {
	for i := range r.Arms {
		mine := &r.Arms[i]
		for j := range o.Arms {
			if theirs := &o.Arms[j]; theirs.Arm == mine.Arm {
				mine.add(&theirs.Counts)
				mine.People += theirs.People
				mine.Rewarded += theirs.Rewarded
			}
		}
	}
	for i := range o.Actions {
		r.action(&o.Actions[i]).add(&o.Actions[i].Counts)
	}
	r.infer()
}

func (r *Report) action(o *Action) *Action {
	for i := range r.Actions {
		if a := &r.Actions[i]; a.Action == o.Action && a.Arm == o.Arm {
			return a
		}
	}
	r.Actions = append(r.Actions, Action{Action: o.Action, Arm: o.Arm})
	return &r.Actions[len(r.Actions)-1]
}

func (c *Counts) add(o *Counts) {
	c.Decided += o.Decided
	c.Exposed += o.Exposed
	c.Opened += o.Opened
	c.Clicked += o.Clicked
	c.Dismissed += o.Dismissed
	c.Converted += o.Converted
	c.Revenue = finite(c.Revenue + o.Revenue)
}

// finite is x, or the greatest number there is, as JSON has no infinity.
func finite(x float64) float64 {
	if math.IsNaN(x) {
		return 0 // of more than all there is less as much nothing is known
	}
	return max(-math.MaxFloat64, min(math.MaxFloat64, x))
}

// infer says what the counts mean.
func (r *Report) infer() {
	for i := range r.Arms {
		a := &r.Arms[i]
		a.Rate = share(a.Rewarded, a.People)
		a.Low, a.High = Interval(a.Rewarded, a.People, 1-Confidence)
	}
	if len(r.Arms) == 2 { // which another node may not know
		r.Lift = lift(&r.Arms[0], &r.Arms[1])
	}
}

// lift compares the arms. Its bounds hold whenever both arms' do, so each of these may be wrong half as often (the union
// bound); the difference and the relative lift are then right together.
func lift(treatment, control *Arm) Lift {
	const alpha = (1 - Confidence) / 2
	low, high := Interval(treatment.Rewarded, treatment.People, alpha)
	least, most := Interval(control.Rewarded, control.People, alpha)
	l := Lift{Low: low - most, High: high - least, RelLow: low/most - 1}
	if least > 0 {
		bound := high/least - 1
		l.RelHigh = &bound
	}
	if treatment.Rate != nil && control.Rate != nil {
		difference := *treatment.Rate - *control.Rate
		l.Difference = &difference
		if *control.Rate > 0 {
			relative := *treatment.Rate / *control.Rate - 1
			l.Relative = &relative
		}
	}
	return l
}

func share(some, all int64) *float64 {
	if all == 0 {
		return nil
	}
	s := float64(some) / float64(all)
	return &s
}
