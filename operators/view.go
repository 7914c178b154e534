package operators

import (
	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// View answers expressions for one profile, by asking the operator that owns the function.
type View struct {
	Profile *state.Profile
	// Member is whether the profile is in a segment: as it is, or as a simulation of the time to come has it.
	Member func(segment int) bool

	owners *[256]Answerer
	fading Fader
}

// Fader answers what solvers ask: sums that fade, when something happened, when it leaves a window.
type Fader interface {
	Fading(p *state.Profile, c *expr.Call) (value float64, at schemas.Instant)
	Since(p *state.Profile, c *expr.Call) (at schemas.Instant, ok bool)
	Leaves(p *state.Profile, c *expr.Call, n schemas.Instant, j int) schemas.Instant
	Steps(p *state.Profile, c *expr.Call, n schemas.Instant, yield func(at schemas.Instant, v schemas.Value) bool) bool
}

// Value is the value of the call at n.
func (v *View) Value(c *expr.Call, n schemas.Instant) schemas.Value {
	if c.Func == expr.FuncInSegment {
		return schemas.BoolValue(v.Member(c.Segment))
	}
	return v.owners[c.Func].Value(v.Profile, c, n)
}

// NextChange is the first instant after n at which the call may have another value. Changes of memberships are not
// looked for here: whoever simulates segments steps through them.
func (v *View) NextChange(c *expr.Call, n schemas.Instant) schemas.Instant {
	if c.Func == expr.FuncInSegment {
		return schemas.Never
	}
	return v.owners[c.Func].NextChange(v.Profile, c, n)
}

// Fading is a sum of exponentials.
func (v *View) Fading(c *expr.Call) (float64, schemas.Instant) { return v.fading.Fading(v.Profile, c) }

// Since is when something happened.
func (v *View) Since(c *expr.Call) (schemas.Instant, bool) { return v.fading.Since(v.Profile, c) }

// Leaves is when the j-th oldest of the events counted at n leaves the window.
func (v *View) Leaves(c *expr.Call, n schemas.Instant, j int) schemas.Instant {
	return v.fading.Leaves(v.Profile, c, n, j)
}

// Steps gives the values to come of a call; see expr.Stepper.
func (v *View) Steps(c *expr.Call, n schemas.Instant, yield func(at schemas.Instant, value schemas.Value) bool) bool {
	return v.fading.Steps(v.Profile, c, n, yield)
}
