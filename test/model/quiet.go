package model

import (
	"fmt"
	"time"
)

// Quiet are the hours, in minutes of the profile's local day, in which a channel decides nothing: from From, before To.
type Quiet struct{ From, To int }

// holds tells whether an instant is quiet by the local clock.
func (q *Quiet) holds(n int64, zone *time.Location) bool {
	if q == nil {
		return false
	}
	local := time.UnixMilli(n).In(zone)
	t := local.Hour()*60 + local.Minute()
	if q.From > q.To {
		return t >= q.From || t < q.To
	}
	return t >= q.From && t < q.To
}

// end is the first instant after n that is not quiet. Clocks have shown, and changed by, whole minutes since long
// before any event, so only whole minutes need to be asked.
func (q *Quiet) end(n int64, zone *time.Location) int64 {
	for at := n - n%minute + minute; ; at += minute {
		if !q.holds(at, zone) {
			return at
		}
	}
}

func (q *Quiet) String() string { return fmt.Sprintf("{from: %q, to: %q}", clock(q.From), clock(q.To)) }

func clock(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

func offset(n int64, zone *time.Location) int {
	_, seconds := time.UnixMilli(n).In(zone).Zone()
	return seconds
}
