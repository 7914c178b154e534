package action

import (
	"math"
	"slices"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// judge chooses among the actions of a group, and publishes the decision if there is one.
func (o *Operator) judge(f firing) {
	p := o.at.View.Profile
	d := &schemas.Decision{Profile: p.ID, Epoch: p.Epoch, Time: p.Now, Trigger: f.Trigger, Channel: f.channel,
		Propensity: 1, Policy: schemas.PolicyScore, ExpiresAt: schemas.Never}
	payloads := map[string]schemas.Value{}
	for _, a := range f.actions {
		rule, score, payload := o.rule(f, a)
		if rule != "" {
			d.Suppressed = append(d.Suppressed, schemas.Suppression{Action: a.Name, Rule: rule})
			continue
		}
		d.Candidates = append(d.Candidates, schemas.Candidate{Action: a.Name, Score: score})
		payloads[a.Name] = payload
	}
	if len(d.Candidates) == 0 {
		if o.suppressed != nil {
			o.suppressed(d.Suppressed)
		}
		return
	}
	slices.SortFunc(d.Candidates, better)
	best := d.Candidates[0]
	if learned := o.learned(f, d.Candidates); learned != nil {
		best = o.sample(d, learned)
	}
	d.Action, d.Score, d.Payload = best.Action, best.Score, payloads[best.Action]
	a := f.actions[slices.IndexFunc(f.actions, func(a *planned) bool { return a.Name == best.Action })]
	if a.expires > 0 {
		d.ExpiresAt = f.At.Add(a.expires)
	}
	if a.study != nil {
		d.Experiment, d.Arm = a.study.Name, a.study.arm(o.at.View.Value(a.Bucket, p.Now).Int())
	}
	o.remember(a.cap)
	o.remember(f.cap)
	o.at.Emit(d)
	if d.Time < o.mute {
		return
	}
	if a.study != nil {
		o.offer(a.study, d)
	}
	if a.learned != nil && d.Arm != schemas.ArmControl { // which nobody gets
		o.offer(a.learned, d)
	}
}

// rule is the first rule that keeps an action back; "" and its score and payload if none does.
func (o *Operator) rule(f firing, a *planned) (rule string, score float64, payload schemas.Value) {
	now := o.at.View.Profile.Now
	if a.Purpose != nil && !o.at.View.Value(a.Purpose, now).Truth() {
		return schemas.RuleConsent, 0, payload
	}
	if a.When != nil && !o.now.Value(a.When, now).Truth() {
		return schemas.RuleIneligible, 0, payload
	}
	if a.Score != nil {
		var isNumber bool
		if score, isNumber = o.now.Value(a.Score, now).Number(); !isNumber || math.IsNaN(score) || math.IsInf(score, 0) {
			return schemas.RuleIneligible, 0, payload
		}
	}
	switch {
	case a.expires > 0 && now > f.At.Add(a.expires):
		return schemas.RuleQuiet, 0, payload
	case o.full(a.cap), o.full(f.cap):
		return schemas.RuleCap, 0, payload
	}
	payload, rule = o.payload(a)
	return rule, score, payload
}

// full is whether a cap allows no decision more.
func (o *Operator) full(c *capped) bool {
	switch {
	case c == nil:
		return false
	case c.cell < 0:
		return true
	}
	p := o.at.View.Profile
	made, ok := p.Cells[o.first+c.cell].(*state.Times)
	return ok && made.Count(p.Now, c.Per) >= c.Max
}

// remember lets a decision count toward a cap.
func (o *Operator) remember(c *capped) {
	if c != nil {
		p := o.at.View.Profile
		p.Cell(o.layout(), o.first+c.cell).(*state.Times).Add(p.Now, p.Now)
	}
}
