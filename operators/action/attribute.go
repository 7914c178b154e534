package action

import (
	"encoding/hex"

	"github.com/ebbstream/ebb/operators"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// What comes of the decisions of an experiment, control or not, is found by two ways: ebb.feedback names its decision, and a
// reward is owed to the latest decision before it, by no more than `within` (last touch), so that of several that are open
// one is converted. Each is converted once, whatever the order in which it is heard of; revenue adds up.

// Count has somebody told what is to be counted of experiments. What a profile remembers does not depend on it.
func (o *Operator) Count(counted func(schemas.Outcome)) { o.counted = counted }

// Suppressed has somebody told of decisions of which no record tells, as every action was kept back: of each the rule.
func (o *Operator) Suppressed(told func([]schemas.Suppression)) { o.suppressed = told }

func (o *Operator) tell(s *Study, action string, control bool, k schemas.OutcomeKind, value float64) {
	if o.counted == nil {
		return
	}
	arm := schemas.ArmTreatment
	if control {
		arm = schemas.ArmControl
	}
	o.counted(schemas.Outcome{Experiment: s.Name, Action: action, Arm: arm, Kind: k, Value: value})
}

// offer remembers a decision, so that what comes of it can be told.
func (o *Operator) offer(s *Study, d *schemas.Decision) {
	p := o.at.View.Profile
	offer := state.Offer{At: d.Time, Action: d.Action, Control: d.Arm == schemas.ArmControl}
	var text [32]byte
	_, _ = hex.Decode(offer.ID[:], schemas.AppendMessageID(text[:0], o.name, d)) // it is hexadecimal
	c := p.Cell(o.layout(), o.first+s.cell).(*state.Offers)
	if c.Add(offer) {
		p.Limited = true
	}
	o.tell(s, d.Action, offer.Control, schemas.OutcomeDecided, 0)
}

// attribute finds what an event is owed to.
func (o *Operator) attribute(in *operators.Input) {
	e := in.Event
	for _, s := range o.studies {
		c, made := in.Profile.Cells[o.first+s.cell].(*state.Offers)
		if !made {
			continue
		}
		c.Forget(in.Edge.Horizon)
		if e.Type == schemas.TypeFeedback {
			o.feedback(s, c, e)
		}
		if s.rewards(e.Type) {
			o.reward(s, c, e)
		}
	}
}

// feedback is what an ebb.feedback says of a decision of the experiment. That of another, of one whose time is over, or of none
// at all says nothing here.
func (o *Operator) feedback(s *Study, c *state.Offers, e *schemas.Event) {
	kind, known := schemas.FeedbackKind(e.Payload.Field("kind").Text())
	id, err := hex.DecodeString(e.Payload.Field("decision_id").Text())
	if !known || err != nil || len(id) != len(state.Offer{}.ID) {
		return
	}
	d := c.Find([16]byte(id), e.Time)
	if d == nil {
		return
	}
	if kind != schemas.OutcomeConverted {
		if d.See(kind) {
			o.tell(s, d.Action, d.Control, kind, 0)
		}
		return
	}
	o.convert(s, c, d, max(e.Time, d.At+1), e.Payload.Field("value")) // of the same instant: it knows of the decision, so it is after it
}

// reward is what an event of the experiment's reward is owed to.
func (o *Operator) reward(s *Study, c *state.Offers, e *schemas.Event) {
	var value schemas.Value
	if s.value >= 0 {
		value = e.Fields[s.value]
	}
	o.convert(s, c, c.Last(e.Time), e.Time, value)
}

// convert counts a success at t: of a decision, if there is one, and of the person.
func (o *Operator) convert(s *Study, c *state.Offers, d *state.Offer, t schemas.Instant, value schemas.Value) {
	if d != nil {
		if d.See(schemas.OutcomeConverted) {
			o.tell(s, d.Action, d.Control, schemas.OutcomeConverted, 0)
		}
		if money, isNumber := value.Number(); isNumber && money-money == 0 { // it is finite
			o.tell(s, d.Action, d.Control, schemas.OutcomeRevenue, money)
		}
	}
	if c.Rewarded(t) {
		o.tell(s, "", c.Trial.Control, schemas.OutcomeSucceeded, 0)
	}
}

// Settle counts the people of whom is known, at n, whether they were rewarded in time after their first decision. It
// changes nothing that an expression or a decision could ask for, and does not move the profile's now.
func (o *Operator) Settle(p *state.Profile, n schemas.Instant) {
	for _, s := range o.studies {
		c, made := p.Cells[o.first+s.cell].(*state.Offers)
		if !made || c.Ends() > n {
			continue
		}
		c.Trial.Over = true
		o.tell(s, "", c.Trial.Control, schemas.OutcomeTried, 0)
		if c.Trial.Reward {
			o.tell(s, "", c.Trial.Control, schemas.OutcomeSucceeded, 0)
		}
	}
}

// NextSettled is the first instant at which Settle has something to count; Never.
func (o *Operator) NextSettled(p *state.Profile) schemas.Instant {
	next := schemas.Never
	for _, s := range o.studies {
		if c, made := p.Cells[o.first+s.cell].(*state.Offers); made {
			next = min(next, c.Ends())
		}
	}
	return next
}
