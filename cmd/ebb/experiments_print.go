package main

import (
	"fmt"
	"io"
	"strconv"

	"github.com/ebbstream/ebb/operators/experiment"
	"github.com/ebbstream/ebb/pipeline/serve"
	"github.com/ebbstream/ebb/schemas"
)

// printExperiments is what came of experiments, for people.
func printExperiments(w io.Writer, found *serve.Experiments) error {
	for i, r := range found.Experiments {
		if i > 0 {
			fmt.Fprintln(w)
		}
		if err := printExperiment(w, r); err != nil {
			return err
		}
	}
	if found.Of > len(found.Partitions) {
		_, err := fmt.Fprintf(w, "\nThis is of %d of %d partitions, %v: other nodes hold the rest. Name them all, each by --node.\n", len(found.Partitions), found.Of, found.Partitions)
		return err
	}
	return nil
}

func printExperiment(w io.Writer, r *experiment.Report) error {
	reward := "feedback that says converted"
	if r.Reward != "" {
		reward = shown(r.Reward)
	}
	if r.Learning != "" {
		return printLearned(w, r, reward)
	}
	fmt.Fprintf(w, "%s: control is %s of the people; %s within %s\n\n", shown(r.Experiment), percent(r.Control), reward, r.Within)
	t := &table{}
	t.row("ARM", "ACTION", "DECIDED", "EXPOSED", "OPENED", "CLICKED", "DISMISSED", "CONVERTED", "REVENUE", "PEOPLE", "REWARDED", "RATE", "95 % BOUNDS")
	for i := range r.Arms {
		a := &r.Arms[i]
		rate := "-"
		if a.Rate != nil {
			rate = percent(*a.Rate)
		}
		t.row(append(countCells(a.Arm, "all", &a.Counts), strconv.FormatInt(a.People, 10), strconv.FormatInt(a.Rewarded, 10), rate,
			percent(a.Low)+" to "+percent(a.High))...)
		for j := range r.Actions {
			if x := &r.Actions[j]; x.Arm == a.Arm {
				t.row(countCells("", x.Action, &x.Counts)...)
			}
		}
	}
	if err := t.print(w); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%s\n", liftInWords(&r.Lift))
	return err
}

// printLearned is what came of an action, and what to tell its policy of that.
func printLearned(w io.Writer, r *experiment.Report, reward string) error {
	a := &r.Arms[0]
	_, err := fmt.Fprintf(w, "%s: %s within %s, of %d decisions\n\n    known: {successes: %d, failures: %d}\n", shown(r.Experiment), reward, r.Within, a.Decided,
		a.Rewarded, a.People-a.Rewarded)
	return err
}

func countCells(arm, action string, c *experiment.Counts) []string {
	n := func(n int64) string { return strconv.FormatInt(n, 10) }
	return []string{arm, action, n(c.Decided), n(c.Exposed), n(c.Opened), n(c.Clicked), n(c.Dismissed), n(c.Converted),
		string(schemas.DoubleValue(c.Revenue).AppendJSON(nil))}
}

// liftInWords is such as "lift: +2.1 points (-1.3 to +5.4), or +21 % (-12 % to +60 %) of control's rate".
func liftInWords(l *experiment.Lift) string {
	if l.Difference == nil {
		return "lift: not known before there are people in both arms whose time is over"
	}
	text := fmt.Sprintf("lift: %s points (95 %%: %s to %s)", signed(*l.Difference), signed(l.Low), signed(l.High))
	if l.Relative != nil {
		high := "any number of times"
		if l.RelHigh != nil {
			high = signed(*l.RelHigh) + " %"
		}
		text += fmt.Sprintf(", which is %s %% of control's rate (%s %% to %s)", signed(*l.Relative), signed(l.RelLow), high)
	}
	switch {
	case l.Low > 0:
		text += "\ntreatment does better"
	case l.High < 0:
		text += "\ncontrol does better"
	default:
		text += "\nit may be none"
	}
	return text
}

// signed is a share in hundredths, with its sign.
func signed(share float64) string {
	text := short(100 * share)
	if share >= 0 {
		text = "+" + text
	}
	return text
}

func percent(share float64) string { return short(100*share) + " %" }
