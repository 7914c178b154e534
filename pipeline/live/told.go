package live

import "github.com/ebbstream/ebb/schemas"

// Told is what happened on the way to a Batch, for metrics: it counts once the Batch is committed.
type Told struct {
	Events, Timers int64
	Repeated       int64            // of the events: they were there already
	Tombstones     int64            // records of the sources without a value
	Suppressed     map[string]int64 // actions of groups of which none was decided, by rule
	Late           map[string]int64 // by reason
	Dead           map[string]int64
	Entered        map[string]int64 // by segment
	Exited         map[string]int64
	Decided        map[string]int64          // by action
	Outcomes       map[schemas.Outcome]int64 // of experiments, without their values
	Sizes          map[string]int64          // where it changed: how many profiles the task has now, under "", and members, by segment
}

// Reset begins anew.
func (t *Told) Reset() {
	*t = Told{Late: map[string]int64{}, Dead: map[string]int64{}, Entered: map[string]int64{}, Exited: map[string]int64{}, Decided: map[string]int64{},
		Suppressed: map[string]int64{}, Outcomes: map[schemas.Outcome]int64{}}
}

// Take gives what was told since the last Take.
func (t *Told) Take() Told {
	out := *t
	t.Reset()
	return out
}
