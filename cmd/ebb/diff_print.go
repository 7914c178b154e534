package main

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/ebbstream/ebb/schemas"
)

// A comparison is what a change of definitions does to a history.
type comparison struct {
	Events   int64             `json:"events"`
	First    *schemas.Instant  `json:"first_event_time"`
	Final    *schemas.Instant  `json:"final_instant"`
	Segments []comparedSegment `json:"segments"`
	Actions  []comparedAction  `json:"actions,omitempty"`

	days int64
}

type comparedSegment struct {
	Segment string   `json:"segment"`
	Changed string   `json:"changed"` // "no", "definition", "new" or "gone"
	Old     int      `json:"old_members"`
	New     int      `json:"new_members"`
	Enter   []string `json:"enter"` // profiles
	Leave   []string `json:"leave"`
	Changes []oneDay `json:"changes_per_day"`
}

type comparedAction struct {
	Action    string   `json:"action"`
	Decisions []oneDay `json:"decisions_per_day"`
}

type oneDay struct {
	Day string `json:"day"`
	Old int64  `json:"old"`
	New int64  `json:"new"`
}

// difference compares two outcomes of one history.
func difference(old, now *outcome) *comparison {
	d := &comparison{Events: now.summary.Events, First: now.summary.First, Final: now.summary.Final, Segments: []comparedSegment{}}
	if d.First != nil && d.Final != nil {
		d.days = int64(*d.Final)/int64(schemas.Day) - int64(*d.First)/int64(schemas.Day) + 1
	}
	none := &segmentOutcome{}
	for _, name := range names(old.segments, now.segments) {
		c := comparedSegment{Segment: name, Changed: "no", Enter: []string{}, Leave: []string{}}
		was, is := old.segments[name], now.segments[name]
		switch {
		case was == nil:
			was, c.Changed = none, "new"
		case is == nil:
			is, c.Changed = none, "gone"
		case was.definition != is.definition:
			c.Changed = "definition"
		}
		c.Old, c.New, c.Changes = len(was.members), len(is.members), bothDays(was.changes, is.changes)
		for who := range is.members {
			if !was.members[who] {
				c.Enter = append(c.Enter, who)
			}
		}
		for who := range was.members {
			if !is.members[who] {
				c.Leave = append(c.Leave, who)
			}
		}
		slices.Sort(c.Enter)
		slices.Sort(c.Leave)
		d.Segments = append(d.Segments, c)
	}
	for _, name := range names(old.actions, now.actions) {
		d.Actions = append(d.Actions, comparedAction{name, bothDays(old.actions[name], now.actions[name])})
	}
	return d
}

// names are the keys of either, in order.
func names[T any](a, b map[string]T) []string {
	all := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	slices.Sort(all)
	return slices.Compact(all)
}

func bothDays(old, now perDay) (days []oneDay) {
	days = []oneDay{}
	for _, day := range names(old, now) {
		days = append(days, oneDay{day, old[day], now[day]})
	}
	return days
}

// whoShown is how many of a segment are printed for people who enter, and as many who leave; --json has them all.
const whoShown = 10

func (d *comparison) print(w io.Writer) error {
	t := &table{}
	t.row("SEGMENT", "CHANGED", "MEMBERS", "ENTER", "LEAVE", "CHANGES A DAY")
	for _, s := range d.Segments {
		t.row(s.Segment, s.Changed, fmt.Sprintf("%d -> %d", s.Old, s.New), fmt.Sprint(len(s.Enter)), fmt.Sprint(len(s.Leave)), d.rate(s.Changes))
	}
	actions, moves := &table{}, &table{}
	if len(d.Actions) > 0 {
		actions.row("ACTION", "DECISIONS A DAY")
	}
	for _, a := range d.Actions {
		actions.row(a.Action, d.rate(a.Decisions))
	}
	for _, s := range d.Segments {
		moves.moved(s.Segment, "enters", s.Enter)
		moves.moved(s.Segment, "leaves", s.Leave)
	}
	for i, part := range []*table{t, actions, moves} {
		if len(part.lines) == 0 {
			continue
		}
		if i > 0 {
			fmt.Fprintln(w)
		}
		if err := part.print(w); err != nil {
			return err
		}
	}
	return nil
}

// moved are the first of those who enter or leave a segment.
func (t *table) moved(segment, verb string, who []string) {
	for _, profile := range who[:min(len(who), whoShown)] {
		t.row(shown(profile), verb, segment)
	}
	if more := len(who) - whoShown; more > 0 {
		t.row(fmt.Sprintf("and %d more", more), verb, segment)
	}
}

// rate is such as "2.5 -> 1": how many a day, from the first event to the final instant.
func (d *comparison) rate(days []oneDay) string {
	var old, now int64
	for _, day := range days {
		old, now = old+day.Old, now+day.New
	}
	n := float64(max(d.days, 1))
	return fmt.Sprintf("%.3g -> %.3g", float64(old)/n, float64(now)/n)
}
