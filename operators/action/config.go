package action

import (
	"fmt"

	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/schemas"
)

// Config is one entry of the block `actions`.
type Config struct {
	On        string                `yaml:"on" required:"true" doc:"what triggers it: enters(\"segment\"), exits(\"segment\"), ended(\"session\"), every(\"7d\"), an event type, or * for all that are not about the person"`
	When      Expression            `yaml:"when" doc:"the condition under which it may be chosen; default: always"`
	Channel   string                `yaml:"channel" required:"true" doc:"how it reaches somebody"`
	Purpose   string                `yaml:"purpose" doc:"chosen only while this consent is granted"`
	Score     Expression            `yaml:"score" doc:"of those triggered together on one channel the greatest is chosen; default: 0"`
	Cap       *Cap                  `yaml:"cap" doc:"how often it may be decided"`
	ExpiresIn *schemas.Duration     `yaml:"expires_in" doc:"of no use later than this after its trigger"`
	Payload   map[string]Expression `yaml:"payload" doc:"what the decision carries, by key"`
}

// Cap is at most so many decisions in a time.
type Cap struct {
	Max int              `yaml:"max" required:"true" min:"0" doc:"at most so many decisions; 0 is never"`
	Per schemas.Duration `yaml:"per" required:"true" doc:"in so long"`
}

// Channel is one entry of the block `channels`.
type Channel struct {
	Cap   *Cap   `yaml:"cap" doc:"how often anything may be decided for it"`
	Quiet *Quiet `yaml:"quiet" doc:"the hours in which nothing is decided for it, in the profile's local time"`
}

// Guards is the block `guards`.
type Guards struct {
	MinSupport MinSupport `yaml:"min_support" doc:"how often a value must have been met before a payload says it"`
	Sensitive  []Literal  `yaml:"sensitive" doc:"values that no affinity, interest, pending list or payload knows"`
}

// MinSupport is what a value drawn from events needs.
type MinSupport struct {
	Events   int `yaml:"events" min:"0" doc:"so many events that carry it"`
	Sessions int `yaml:"sessions" min:"0" doc:"so many sessions that hold one of them"`
}

// DefaultGuards are those of SPEC section 7.
func DefaultGuards() Guards { return Guards{MinSupport: MinSupport{Events: 1}} }

// Experiment is one entry of the block `experiments`.
type Experiment struct {
	Actions []string          `yaml:"actions" required:"true" doc:"the actions it is about"`
	Control float64           `yaml:"control" doc:"the share of profiles, from 0 to 1, to whom they are not delivered"`
	Reward  string            `yaml:"reward" doc:"the event type that counts as success; default: only feedback of the kind converted does"`
	Value   string            `yaml:"value" doc:"the field of the reward's data that is the revenue, such as amount"`
	Within  *schemas.Duration `yaml:"within" doc:"how long after the decision feedback and rewards count; default: 7d"`
}

// defaultWithin is how long something counts after a decision where the configuration does not say.
const defaultWithin = 7 * schemas.Day

// Learning is one entry of the block `learning`.
type Learning struct {
	Policy string           `yaml:"policy" required:"true" enum:"thompson" doc:"how it is chosen among others"`
	Reward string           `yaml:"reward" required:"true" doc:"the event type that counts as success"`
	Within schemas.Duration `yaml:"within" required:"true" doc:"how long after the decision it counts"`
	Known  *Known           `yaml:"known" doc:"what came of it so far, as ebb experiments tells it; without it the action goes by its score"`
}

// Known is what came of an action.
type Known struct {
	Successes int64 `yaml:"successes" required:"true" min:"0" doc:"people who were rewarded"`
	Failures  int64 `yaml:"failures" required:"true" min:"0" doc:"people who were not"`
}

// Recommendations is the block `recommendations`, of a coming version. Which items go with which is known of all people
// together, so what was said of `learning` in the package comment holds here, too: neighbours would have to be fitted, and
// given to all partitions with a version. What is known of one person alone, interests() ranks already.
type Recommendations map[string]any

// Blocks are the configuration of the operator.
type Blocks struct {
	Name        string          // the application's, which the ids of decisions take
	MuteBefore  schemas.Instant // decisions before it are not published, so that nothing comes of them
	Actions     map[string]Config
	Channels    map[string]Channel
	Guards      Guards
	Experiments map[string]Experiment
	Learning    map[string]Learning
}

// Check reports what cannot be.
func (c *Config) Check(report func(path, message string)) {
	if c.ExpiresIn != nil && *c.ExpiresIn <= 0 {
		report("expires_in", "the time must be longer than 0, such as 2d")
	}
}

// Check reports what cannot be.
func (c *Cap) Check(report func(path, message string)) {
	if c.Per <= 0 {
		report("per", "the time must be longer than 0, such as 7d")
	}
}

// Check reports what cannot be.
func (e *Experiment) Check(report func(path, message string)) {
	if !(e.Control >= 0 && e.Control <= 1) {
		report("control", fmt.Sprintf("expected a share from 0 to 1, such as 0.1 for a tenth, found %v", e.Control))
	}
	if e.Within != nil && *e.Within <= 0 {
		report("within", "the time must be longer than 0, such as 3d")
	}
	if e.Value != "" && e.Reward == "" {
		report("value", "it is a field of the reward's data, and there is no reward: add one, such as purchase")
	}
}

// Check reports what cannot be.
func (l *Learning) Check(report func(path, message string)) {
	if l.Within <= 0 {
		report("within", "the time must be longer than 0, such as 3d")
	}
}

// Check reports entries.
func (r Recommendations) Check(report func(path, message string)) {
	if len(r) > 0 {
		report("", "this version of ebb recommends no items: leave the block out, or empty as {}")
	}
}

// Definition is what the action says in expressions.
func (c *Config) Definition() expr.Action {
	d := expr.Action{When: string(c.When), Score: string(c.Score), Purpose: c.Purpose, Payload: map[string]string{}}
	for key, text := range c.Payload {
		d.Payload[key] = string(text)
	}
	return d
}
