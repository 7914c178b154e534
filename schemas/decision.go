package schemas

// Decision is an action chosen for a profile: ebb.action.decided.
type Decision struct {
	Profile    string
	Epoch      int64
	Time       Instant // when it was judged: of one that waited, its release
	Trigger    Trigger
	Action     string
	Channel    string
	Score      float64
	Propensity float64 // how likely it was that the policy would choose this action
	Policy     string
	Payload    Value         // a Map
	Candidates []Candidate   // what could have been chosen, best first, the chosen one included
	Suppressed []Suppression // the others of the group, by name
	Experiment string        // empty: none
	Arm        string        // ArmControl or ArmTreatment
	ExpiresAt  Instant       // Never: it stays of use
}

// Trigger is what a decision goes back to. With profile, epoch and channel it makes the decision the one it is.
type Trigger struct {
	On     string // in its canonical form
	At     Instant
	Seq    int64  // of the segment's change, if one triggered it
	Source string // of the event, if one triggered it
	ID     string
}

// Candidate is an action that could have been chosen.
type Candidate struct {
	Action string
	Score  float64
}

// Suppression is an action that a rule kept back.
type Suppression struct{ Action, Rule string }

// The rules that keep an action back, in the order in which the first that applies is named (SPEC section 7).
const (
	RuleConsent    = "consent"
	RuleIneligible = "ineligible"
	RuleQuiet      = "quiet"
	RuleCap        = "cap"
	RuleSensitive  = "sensitive"
	RuleMinSupport = "min_support"
)

// The arms of an experiment. A decision of the control arm is published, and not to be delivered.
const (
	ArmControl   = "control"
	ArmTreatment = "treatment"
)

// The policies that choose among candidates.
const (
	PolicyScore    = "score"    // the greatest score
	PolicyThompson = "thompson" // each as often as it is likely to be the best
)
