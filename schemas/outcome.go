package schemas

import "slices"

// Outcome is one thing to count of an experiment: that a decision was made, or what came of it.
type Outcome struct {
	Experiment string
	Action     string // empty: it is about the person, whatever was chosen
	Arm        string // ArmControl or ArmTreatment
	Kind       OutcomeKind
	Value      float64 // of OutcomeRevenue
}

// OutcomeKind is what is counted.
type OutcomeKind uint8

// The kinds are never renumbered: tallies are stored by them. Each but revenue happens to a decision, or to a person, once.
const (
	OutcomeDecided OutcomeKind = iota
	OutcomeExposed
	OutcomeOpened
	OutcomeClicked
	OutcomeConverted
	OutcomeDismissed
	OutcomeRevenue   // money, as often as it comes
	OutcomeTried     // the time after a person's first decision in which a reward counts is over
	OutcomeSucceeded // and a reward had come
	OutcomeKinds     // how many there are
)

var outcomeNames = [OutcomeKinds]string{"decided", "exposed", "opened", "clicked", "converted", "dismissed", "revenue", "tried", "succeeded"}

// feedbackKinds are those that an ebb.feedback may name.
var feedbackKinds = outcomeNames[OutcomeExposed : OutcomeDismissed+1]

// String is its name in feedback and metrics.
func (k OutcomeKind) String() string { return outcomeNames[k] }

// FeedbackKind is the kind that an ebb.feedback names (SPEC section 2); ok is false for any other text.
func FeedbackKind(text string) (k OutcomeKind, ok bool) {
	i := slices.Index(feedbackKinds, text)
	return OutcomeExposed + OutcomeKind(max(i, 0)), i >= 0
}
