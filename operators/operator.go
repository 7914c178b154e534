// Package operators is the fold: one pure function from a profile and an event to the profile after it and what is to
// be published. It reads no clock and does no I/O; time is an argument.
//
// The Chain admits an event (not erased, not too late, no repetition), lets the profile's timers before it fire, tells
// it to every Operator, has the segments judged that it may have moved, and last the actions that all this triggers.
//
// Invariants:
//
//  1. `now` of a profile never goes back: the past is not decided again.
//  2. Timers come before events: what is due at or before an event's time fires first, each at its own instant.
//  3. Timers are derived: a profile's wake-up follows from the profile, so a restore need not store it.
//  4. What is published depends on the order of arrival in the profile, never on batches, restarts or partitions.
package operators

import (
	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// Operator keeps one kind of thing of a profile and answers for it. New operators are one folder and one line in the catalog.
type Operator interface {
	// Name is the operator's name in metrics and documents; it never changes.
	Name() string
	// Fold tells the operator's cells of an event that was admitted.
	Fold(in *Input)
	// Answers are the functions of expressions that the operator answers.
	Answers() []expr.Func
	Answerer
}

// Answerer answers calls for one profile; see expr.View.
type Answerer interface {
	Value(p *state.Profile, c *expr.Call, n schemas.Instant) schemas.Value
	NextChange(p *state.Profile, c *expr.Call, n schemas.Instant) schemas.Instant
}

// Input is one admitted event on its way through the operators.
type Input struct {
	Profile *state.Profile
	Event   *schemas.Event
	Coded   *state.Coded // the same as bytes have it
	Late    bool         // it joins no session
	Type    *EventType   // the event's type, as the plan knows it
	Edge    state.Edge   // Now and Horizon with the event counted in
	watches []expr.Watch
	marked  *marks // the segments to judge
}

// EventType is what a chain knows of an event type. One that the plan does not name has Number -1 and Index 0.
type EventType struct {
	Index    int // of the types, from 1 on
	Number   int // in the layout's Names
	Reserved bool
}

// Touch says that the answer to a call may have changed, now or to come.
func (in *Input) Touch(c *expr.Call) {
	w := &in.watches[c.Index]
	in.marked.addAll(w.Readers)
	in.marked.addAll(w.Eager)
}

// Grew says that the answer to a call at Edge.Now went from one value to another, and that as time passes it will go on
// as it would have done, but later or from a higher value: it falls to each number later, and rises by itself no more
// than it did. Of those that only compare it with numbers, the segments that this does not concern are left alone.
func (in *Input) Grew(c *expr.Call, before, after schemas.Value) {
	x, isNumber := before.Number()
	y, still := after.Number()
	if !isNumber || !still || x != x || y != y {
		in.Touch(c)
		return
	}
	w := &in.watches[c.Index]
	for _, rung := range w.Crossed(x, y) {
		in.marked.addAll(rung.Segments)
	}
	in.marked.addAll(w.Rest)
	in.marked.addAll(w.Eager)
}

// Later says that the answer to a call is what it was, and that it will go on as it would have done, but later.
func (in *Input) Later(c *expr.Call) { in.marked.addAll(in.watches[c.Index].Eager) }

// Emit publishes one message. It is lent: who keeps it beyond the call keeps schemas.Keep of it.
type Emit func(schemas.Message)

// marks is a set of small numbers that remembers the order of marking.
type marks struct {
	set  []bool
	list []int
}

func (m *marks) add(i int) {
	if !m.set[i] {
		m.set[i] = true
		m.list = append(m.list, i)
	}
}

func (m *marks) addAll(all []int) {
	for _, i := range all {
		m.add(i)
	}
}

func (m *marks) clear() {
	for _, i := range m.list {
		m.set[i] = false
	}
	m.list = m.list[:0]
}
