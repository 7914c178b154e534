package model

import (
	"math"
	"strconv"
)

// Outcome is something counted of an experiment for one profile; of the person, not of a decision, Action is empty.
type Outcome struct{ Profile, Experiment, Action, Arm, Kind string }

// Outcomes counts what came of decisions, whoever made them, by looking at all that was applied: feedback finds its decision by
// its id, a reward the latest one before it. For profiles that were erased it says nothing: they are in the second result.
func Outcomes(c Case, decisions []Decision) (counts map[Outcome]float64, erased map[string]bool) {
	known, experiments := c, c.Config.Experiments
	known.Config.Actions = nil
	w := newWorld(known)
	w.play(known)
	counts, erased = map[Outcome]float64{}, map[string]bool{}
	for id, p := range w.profiles {
		if p.epoch > 0 {
			erased[id] = true
			continue
		}
		for i := range experiments {
			var mine []Decision
			for _, d := range decisions {
				if d.Profile == id && d.Experiment == experiments[i].Name {
					mine = append(mine, d)
				}
			}
			count(counts, &experiments[i], mine, p.events, w.final)
		}
	}
	return counts, erased
}

// count is the tally of one experiment and profile.
func count(counts map[Outcome]float64, e *ExperimentDef, decisions []Decision, events []*applied, final int64) {
	once := map[string]bool{}
	add := func(d Decision, kind string, n float64) {
		counts[Outcome{d.Profile, e.Name, d.Action, d.Arm, kind}] += n
	}
	first, rewarded := -1, false
	for i, d := range decisions {
		add(d, "decided", 1)
		if first < 0 || d.Time < decisions[first].Time {
			first = i
		}
	}
	for _, a := range events {
		for _, target := range owed(e, decisions, a) {
			d := decisions[target.decision]
			if key := d.ID + target.kind; !once[key] {
				once[key] = true
				add(d, target.kind, 1)
			}
			if target.kind != "converted" {
				continue
			}
			if v, ok := number(target.value); ok && !math.IsNaN(v.f) && !math.IsInf(v.f, 0) {
				add(d, "revenue", v.f)
			}
		}
		rewarded = rewarded || first >= 0 && succeeds(e, decisions, decisions[first], a)
	}
	if first >= 0 && decisions[first].Time+e.Within < final {
		person := decisions[first]
		person.Action = ""
		add(person, "tried", 1)
		if rewarded {
			add(person, "succeeded", 1)
		}
	}
}

// debt is what an event says of a decision.
type debt struct {
	decision int
	kind     string
	value    any
}

// owed are the decisions that something an event says is owed to.
func owed(e *ExperimentDef, decisions []Decision, a *applied) (all []debt) {
	if a.Type == typeFeedback {
		id, _ := a.Data["decision_id"].(string)
		kind, _ := a.Data["kind"].(string)
		for i, d := range decisions {
			if d.ID == id && d.Time <= a.Time && a.Time <= d.Time+e.Within {
				switch kind {
				case "exposed", "opened", "clicked", "dismissed", "converted":
					all = append(all, debt{i, kind, a.Data["value"]})
				}
			}
		}
	}
	if !a.matches(e.Reward) {
		return all
	}
	last := -1
	for i, d := range decisions {
		if d.Time < a.Time && a.Time <= d.Time+e.Within &&
			(last < 0 || d.Time > decisions[last].Time || d.Time == decisions[last].Time && d.ID > decisions[last].ID) {
			last = i
		}
	}
	if last >= 0 {
		value, _ := a.field(e.Value)
		all = append(all, debt{last, "converted", value})
	}
	return all
}

// succeeds is whether an event makes the person's trial a success: a reward after the first decision, or feedback that says
// so of any decision.
func succeeds(e *ExperimentDef, decisions []Decision, first Decision, a *applied) bool {
	if a.Time > first.Time+e.Within {
		return false
	}
	if a.matches(e.Reward) && a.Time > first.Time {
		return true
	}
	for _, t := range owed(e, decisions, a) {
		if t.kind == "converted" {
			return true
		}
	}
	return false
}

// yaml is the experiment as it stands in a configuration.
func (e *ExperimentDef) yaml(actions string) string {
	text := "{actions: [" + actions + "], control: " + strconv.FormatFloat(e.Control, 'f', -1, 64)
	if e.Reward != "" {
		text += ", reward: " + quoteYAML(e.Reward)
	}
	if e.Value != "" {
		text += ", value: " + e.Value
	}
	return text + ", within: " + formatDuration(e.Within) + "}"
}
