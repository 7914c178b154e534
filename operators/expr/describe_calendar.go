package expr

import (
	"slices"

	"github.com/ebbstream/ebb/schemas"
)

// wall is a View that is asked for nothing but the local time, and tells it in UTC.
type wall struct{ View }

func (wall) Value(c *Call, n schemas.Instant) schemas.Value {
	switch c.Func {
	case FuncLocalHour:
		return schemas.IntValue(int64(utc.Hour(n)))
	case FuncLocalWeekday:
		return schemas.IntValue(int64(utc.Weekday(n)))
	}
	return schemas.Error
}

const weekHours = 7 * 24

// Leaves beside those of the calendar are tried both ways, up to so many.
const triedLeaves = 8

// calendar is what the local hour and weekday do to a segment: the most changes that a week of hours brings about,
// whatever its other leaves are meanwhile.
func (p *Plan) calendar(s *PlannedSegment) []Motion {
	var moving, mixed, other []int
	hours := false
	for i, l := range p.Leaves {
		if !slices.Contains(p.leavesOf(s), l) {
			continue
		}
		pure := true
		for _, c := range l.calls {
			pure = pure && c.Func.calendar()
			hours = hours || c.Func == FuncLocalHour
		}
		switch {
		case l.calendar && pure:
			moving = append(moving, i)
		case l.calendar:
			mixed = append(mixed, i)
		default:
			other = append(other, i)
		}
	}
	if len(moving)+len(mixed) == 0 {
		return nil
	}
	m := Motion{What: dayOfWeek}
	if hours {
		m.What = hourOfDay
	}
	for range mixed { // such as local_hour() >= trait("from"): on and off once a day, or once a week
		if m.ADay += 2.0 / 7; hours {
			m.ADay += 2 - 2.0/7
		}
	}
	if len(moving) > 0 {
		m.ADay += float64(p.weekly(s, moving, append(other, mixed...))) / 7
	}
	return []Motion{m}
}

// weekly is how often at most the segment changes in a week by the moving leaves, the others staying as they are.
func (p *Plan) weekly(s *PlannedSegment, moving, other []int) int {
	e := p.NewEvaluator()
	e.On(wall{})
	hourly := map[int][]Truth{}
	for _, i := range moving {
		for h := range weekHours {
			hourly[i] = append(hourly[i], e.Truth(p.Leaves[i], schemas.Instant(h)*hour))
		}
	}
	most := 0
	if len(other) > triedLeaves { // too many to try: every flip of a leaf may be one of the segment
		for _, truths := range hourly {
			for h := range truths {
				if truths[h] != truths[(h+1)%weekHours] {
					most++
				}
			}
		}
		return most
	}
	for held := range 1 << len(other) {
		changes, member := 0, false
		for h := range 2 * weekHours { // the second week goes on where the first has led
			now := p.member(s, member, func(leaf int) Truth {
				if truths := hourly[leaf]; truths != nil {
					return truths[h%weekHours]
				}
				if held>>slices.Index(other, leaf)&1 == 1 {
					return True
				}
				return False
			})
			if now != member && h >= weekHours {
				changes++
			}
			member = now
		}
		most = max(most, changes)
	}
	return most
}

// member is whether a profile with these leaves is in the segment afterwards, consent given.
func (p *Plan) member(s *PlannedSegment, member bool, leaf func(int) Truth) bool {
	switch {
	case s.Until == nil:
		return s.When.Eval(leaf) == True
	case s.Until.Eval(leaf) == True:
		return false
	}
	return member || s.When.Eval(leaf) == True
}
