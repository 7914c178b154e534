package disk

import (
	"fmt"

	"github.com/ebbstream/ebb/schemas"
)

// A Timer says that a profile is to be woken at an instant.
type Timer struct {
	At schemas.Instant
	ID string
}

// firstTimer is before every timer: a profile has an id.
var firstTimer = Timer{At: schemas.Earliest}

// Due returns the first timers of a task that are due at upTo, the earliest first and those of one
// instant by id, at most so many of them.
func (s *Store) Due(task int32, upTo schemas.Instant, most int) ([]Timer, error) {
	return s.DueAfter(task, firstTimer, upTo, most)
}

// DueAfter is Due for the timers after a given one. Who drains many timers in batches goes on from
// the last: the rows of those already fired are either not deleted yet, or deleted and still in the
// way, so that starting over would take longer each time.
func (s *Store) DueAfter(task int32, after Timer, upTo schemas.Instant, most int) ([]Timer, error) {
	lower := append(appendTimer(nil, task, after.At, after.ID), 0)
	_, upper := bounds(kindTimer, task)
	if upTo < schemas.Never {
		upper = appendTimer(nil, task, upTo+1, "")
	}
	var timers []Timer
	if most <= 0 {
		return nil, nil
	}
	err := s.scan(lower, upper, func(key, _ []byte) (bool, error) {
		timer, err := timerOf(key)
		timers = append(timers, timer)
		return len(timers) < most, err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the timers of task %d due at %v: %w", task, upTo, err)
	}
	return timers, nil
}
