package action

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/ebbstream/ebb/operators/expr"
)

// Check reports what does not fit together: what each block says of the others, and of the segments. What a block says
// wrongly by itself was told when it was read.
func (b *Blocks) Check(isSegment func(name string) bool, segments []string) []expr.Fault {
	var faults []expr.Fault
	report := func(offset int, message string, path ...string) {
		faults = append(faults, expr.Fault{Path: path, Offset: offset, Message: message})
	}
	for _, name := range slices.Sorted(maps.Keys(b.Actions)) {
		c := b.Actions[name]
		if c.On == "" {
			continue // told already
		}
		t, err := parseTrigger(c.On)
		switch {
		case err != nil:
			report(t.at, err.Error(), "actions", name, "on")
		case (t.kind == onEnter || t.kind == onExit) && !isSegment(t.name):
			report(t.at, fmt.Sprintf("there is no segment %q: add it under segments%s", t.name, orOneOf(segments)), "actions", name, "on")
		}
	}
	owner := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(b.Experiments)) {
		switch {
		case name == "":
			report(0, "an experiment needs a name, by which people are divided", "experiments", name)
		case strings.HasPrefix(name, learning):
			report(0, fmt.Sprintf("names that begin with %q are those of what is counted for learning: choose another one", learning), "experiments", name)
		}
		for i, action := range b.Experiments[name].Actions {
			path := []string{"experiments", name, "actions", "[" + strconv.Itoa(i) + "]"}
			if _, found := b.Actions[action]; !found {
				report(0, fmt.Sprintf("there is no action %q: add it under actions%s", action, orOneOf(slices.Sorted(maps.Keys(b.Actions)))), path...)
			} else if other, taken := owner[action]; taken {
				report(0, fmt.Sprintf("the action %q is in the experiment %q already: an action belongs to one experiment at most", action, other), path...)
			} else {
				owner[action] = name
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b.Learning)) {
		if _, found := b.Actions[name]; !found {
			report(0, fmt.Sprintf("there is no action %q: add it under actions%s", name, orOneOf(slices.Sorted(maps.Keys(b.Actions)))), "learning", name)
		}
	}
	return faults
}

func orOneOf(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return ", or use one of " + strings.Join(names, ", ")
}

// experimentOf is the experiment that an action belongs to; empty if none.
func (b *Blocks) experimentOf(action string) string {
	for name, e := range b.Experiments {
		if slices.Contains(e.Actions, action) {
			return name
		}
	}
	return ""
}

// Definitions are the actions' expressions, with what their channels and experiments ask of a profile.
func (b *Blocks) Definitions() map[string]expr.Action {
	all := map[string]expr.Action{}
	for name, c := range b.Actions {
		d := c.Definition()
		d.Salt = b.experimentOf(name)
		d.Local = b.Channels[c.Channel].Quiet != nil
		all[name] = d
	}
	return all
}
