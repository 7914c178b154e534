package main

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/schemas"
)

// print is the explanation for people.
func (x *explanation) print(w io.Writer) error {
	is := "is not in"
	if x.Member {
		is = "is in"
	}
	fmt.Fprintf(w, "%s %s %s as of %s\n\n", shown(x.profile), is, x.Segment, x.At)
	t := &table{}
	for _, line := range x.circumstances() {
		t.row(line...)
	}
	if err := t.print(w); err != nil {
		return err
	}
	if len(x.Leaves) > 0 {
		t = &table{}
		t.row()
		t.row("PART", "CONDITION", "HOLDS", "DECIDES", "VALUE", "FLIPS, IF NO EVENT COMES")
		for _, l := range x.Leaves {
			decides, flips := "", "not by itself"
			if l.Decides {
				decides = "yes"
			}
			if l.Flips != schemas.Never {
				flips = l.Flips.String()
			}
			text, value := shown(l.Expr), l.Value
			if l.Op != "" {
				text += " " + l.Op + " " + inWords(l.Threshold)
				value = rounded(l.Evidence)
			}
			t.row(l.Part, text, truthInWords(l.Truth), decides, inWords(value), flips)
		}
		if err := t.print(w); err != nil {
			return err
		}
	}
	if x.history == nil && len(x.changes) == 0 {
		return nil
	}
	fmt.Fprintln(w)
	if len(x.changes) == 0 {
		_, err := fmt.Fprintln(w, "no changes so far")
		return err
	}
	if x.history == nil {
		fmt.Fprintln(w, "CHANGES UNTIL THEN")
	} else {
		fmt.Fprintln(w, "CHANGES SO FAR")
	}
	return changeTable(w, x.changes, false)
}

// circumstances are the lines before the table of leaves.
func (x *explanation) circumstances() [][]string {
	var lines [][]string
	add := func(cells ...string) { lines = append(lines, cells) }
	if x.Member {
		add("since", x.EnteredAt.String())
	}
	if c := x.cause(); c != nil {
		did := "left by"
		if c.Entered {
			did = "entered by"
		}
		by := c.Cause
		if c.CausedBy != nil {
			by += fmt.Sprintf(" %s of %s", shown(c.CausedBy.ID), shown(c.CausedBy.Source))
		}
		add(did, by+" at "+c.Time.String())
	}
	if x.erased != schemas.Never {
		add("erased", "at "+x.erased.String()+": nothing is remembered, nothing holds")
	} else {
		next := "does not begin by itself"
		switch {
		case x.Changes != schemas.Never && x.Member:
			next = "ends at " + x.Changes.String() + " if no event comes"
		case x.Changes != schemas.Never:
			next = "begins at " + x.Changes.String() + " if no event comes"
		case x.Member:
			next = "does not end by itself"
		}
		add("ahead", next)
	}
	if x.applied != "" {
		add("applied", x.applied)
	}
	if h := x.history; h != nil {
		text := fmt.Sprintf("%d read", h.events)
		for _, reason := range slices.Sorted(maps.Keys(h.late)) {
			text += fmt.Sprintf(", %d of them %s", h.late[reason], reasons[reason])
		}
		add("events", text)
	}
	return lines
}

var reasons = map[string]string{
	schemas.ReasonLate:    "late (in no session)",
	schemas.ReasonTooLate: "too late (not applied)",
	schemas.ReasonErased:  "from before an erasure (not applied)",
}

// cause is the change that made the membership what it is; nil where it is not known, or there was none.
func (x *explanation) cause() *schemas.SegmentChange {
	if len(x.changes) == 0 {
		return nil
	}
	return x.changes[len(x.changes)-1]
}

func truthInWords(t expr.Truth) string {
	switch t {
	case expr.True:
		return "yes"
	case expr.False:
		return "no"
	}
	return "no answer" // null, or a wrong type
}
