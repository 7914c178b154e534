package metamorphic

import (
	"fmt"
	"maps"
	"math"
	"math/rand"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/test/engine"
	"github.com/ebbstream/ebb/test/model"
)

// TestOutcomes: what is counted of experiments is what a look at all events and decisions at the end finds, though feedback
// and rewards come out of order, repeated, too late, for decisions there never were, and through the profiles' bytes; and
// whatever is told back, no decision breaks a cap, a quiet hour, a consent or a guard.
func TestOutcomes(t *testing.T) {
	kinds := map[string]*atomic.Int64{}
	for k := range schemas.OutcomeKinds {
		kinds[k.String()] = &atomic.Int64{}
	}
	eachOf(t, *cases/4, experimenting, func(c model.Case, seed int64) []string {
		r := rand.New(rand.NewSource(seed))
		c, err := answered(c, r)
		if err != nil {
			return []string{err.Error()}
		}
		got := map[model.Outcome]float64{}
		decisions, err := counting(c, func() bool { return seed%2 == 0 && r.Intn(3) == 0 }, got)
		if err != nil {
			return []string{err.Error()}
		}
		want, erased := model.Outcomes(c, decisions)
		maps.DeleteFunc(got, func(o model.Outcome, _ float64) bool { return erased[o.Profile] })
		for o, n := range want {
			kinds[o.Kind].Add(int64(math.Abs(n)))
		}
		return append(differentOutcomes(want, got), model.Check(c, decisions)...)
	})
	for kind, n := range kinds {
		t.Logf("%d %s", n.Load(), kind)
		if n.Load() < int64(*cases)/800 {
			t.Errorf("only %d %s: the cases do not tell", n.Load(), kind)
		}
	}
}

// experimenting are cases with experiments of all kinds.
func experimenting(r *rand.Rand) model.Case {
	for {
		c := model.GenerateActions(r)
		for i := range c.Config.Experiments {
			e := &c.Config.Experiments[i]
			e.Reward = []string{"", "o", "v", "*", "ebb.feedback"}[r.Intn(5)]
			if e.Reward != "" && r.Intn(2) == 0 {
				e.Value = "amount"
			}
			e.Within = []int64{1, 60_000, 3_600_000, 86_400_000, c.Config.Gap, c.Config.Accept}[r.Intn(6)]
		}
		if len(c.Config.Experiments) > 0 {
			return c
		}
	}
}

// answered is a case with feedback for the decisions that are made without it. None is at the very instant of its decision:
// then it would matter which of the two comes first, and only one order can be.
func answered(c model.Case, r *rand.Rand) (model.Case, error) {
	c, err := answer(c, r)
	for err == nil {
		// The feedback moves the clock, so that other events are too late and the same decision may be made at another time.
		var decisions []model.Decision
		if decisions, err = counting(c, nil, map[model.Outcome]float64{}); err != nil {
			break
		}
		made := map[string]int64{}
		for _, d := range decisions {
			made[d.ID] = d.Time
		}
		dropped := false
		for i := range c.Files {
			had := len(c.Files[i])
			c.Files[i] = slices.DeleteFunc(c.Files[i], func(e model.Event) bool {
				id, _ := e.Data["decision_id"].(string)
				at, there := made[id]
				return e.Type == schemas.TypeFeedback && there && at == e.Time
			})
			dropped = dropped || len(c.Files[i]) < had
		}
		if !dropped {
			break
		}
	}
	return c, err
}

// answer adds the feedback.
func answer(c model.Case, r *rand.Rand) (model.Case, error) {
	decisions, err := counting(c, nil, map[model.Outcome]float64{})
	if err != nil || len(decisions) == 0 {
		return c, err
	}
	within := map[string]int64{"": 1000}
	for _, e := range c.Config.Experiments {
		within[e.Name] = e.Within
	}
	c.Files = slices.Clone(c.Files)
	for i := range c.Files {
		c.Files[i] = slices.Clone(c.Files[i])
	}
	for n := range 4 + r.Intn(20) {
		d := decisions[r.Intn(len(decisions))]
		w := within[d.Experiment]
		at := d.Time + []int64{-1, 1, max(w-1, 1), w, w + 1, 1 + r.Int63n(w), 1 + r.Int63n(w)}[r.Intn(7)]
		id := []any{d.ID, d.ID, d.ID, d.ID, d.ID[:31], "none"}[r.Intn(6)]
		e := model.Event{ID: fmt.Sprint("f", n-r.Intn(2)), Type: schemas.TypeFeedback, Subject: d.Profile, Time: at, Data: map[string]any{"decision_id": id,
			"kind": []any{"exposed", "opened", "clicked", "dismissed", "converted", "converted"}[r.Intn(6)]}}
		if r.Intn(2) == 0 {
			e.Data["value"] = []any{int64(3), 0.5, -1.25, "3", nil}[r.Intn(5)]
		}
		f := r.Intn(len(c.Files))
		c.Files[f] = slices.Insert(c.Files[f], r.Intn(len(c.Files[f])+1), e)
	}
	return c, nil
}

// counting runs the engine, and gives the decisions that are published.
func counting(c model.Case, cut func() bool, counts map[model.Outcome]float64) ([]model.Decision, error) {
	g, err := engine.New(c.Config.YAML())
	if err != nil {
		return nil, err
	}
	g.Cut = cut
	g.Count = func(subject string, o schemas.Outcome) {
		n := 1.0
		if o.Kind == schemas.OutcomeRevenue {
			n = o.Value
		}
		counts[model.Outcome{Profile: subject, Experiment: o.Experiment, Action: o.Action, Arm: o.Arm, Kind: o.Kind.String()}] += n
	}
	out, err := g.Run(lines(c.Files), asOf(c))
	if err != nil {
		return nil, err
	}
	var result model.Result
	for _, m := range out {
		add(&result, m)
	}
	mute(c.Config.MuteBefore, &result)
	return result.Decisions, nil
}

func differentOutcomes(want, got map[model.Outcome]float64) (wrong []string) {
	for o := range got {
		if _, expected := want[o]; !expected {
			want[o] = 0
		}
	}
	for o, n := range want {
		if math.Abs(n-got[o]) > 1e-9 {
			wrong = append(wrong, fmt.Sprintf("%+v: %v, not %v", o, got[o], n))
		}
	}
	return wrong
}
