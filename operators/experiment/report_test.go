package experiment

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// counted are tallies of one action and of people: of so many in each arm so many rewarded.
func counted(treated, successes, controls, natural int64) state.Tallies {
	t := state.Tallies{}
	add := func(arm, action string, k schemas.OutcomeKind, n int64) {
		for range n {
			t.Add(schemas.Outcome{Action: action, Arm: arm, Kind: k, Value: 0.25})
		}
	}
	for _, arm := range []struct {
		name         string
		people, good int64
	}{{schemas.ArmTreatment, treated, successes}, {schemas.ArmControl, controls, natural}} {
		add(arm.name, "", schemas.OutcomeTried, arm.people)
		add(arm.name, "", schemas.OutcomeSucceeded, arm.good)
		add(arm.name, "a", schemas.OutcomeDecided, 2*arm.people)
		add(arm.name, "a", schemas.OutcomeRevenue, arm.good)
		add(arm.name, "b", schemas.OutcomeDecided, 1)
	}
	return t
}

func TestReport(t *testing.T) {
	r := Of(counted(3000, 900, 1500, 300))
	if a := r.Arms[0]; a.Arm != "treatment" || a.Decided != 6001 || a.People != 3000 || *a.Rate != 0.3 || a.Revenue != 225 || !(0.25 < a.Low && a.Low < 0.3 && 0.3 < a.High && a.High < 0.35) {
		t.Errorf("treatment is %+v", a)
	}
	l := r.Lift
	if math.Abs(*l.Difference-0.1) > 1e-12 || math.Abs(*l.Relative-0.5) > 1e-12 {
		t.Errorf("the lift is %v, or %v", *l.Difference, *l.Relative)
	}
	if !(0 < l.Low && l.Low < 0.1 && 0.1 < l.High && l.High < 0.2 && 0 < l.RelLow && l.RelLow < 0.5 && 0.5 < *l.RelHigh && *l.RelHigh < 1.3) {
		t.Errorf("the lift is %+v, to %v", l, *l.RelHigh)
	}
	if len(r.Actions) != 4 || r.Actions[0] != (Action{"a", "treatment", Counts{Decided: 6000, Revenue: 225}}) || r.Actions[3].Action != "b" {
		t.Errorf("the actions are %+v", r.Actions)
	}
	empty := Of(nil)
	if e := empty.Lift; e.Difference != nil || e.Relative != nil || e.RelHigh != nil || e.Low != -1 || e.High != 1 || e.RelLow != -1 {
		t.Errorf("of nothing the lift is %+v", e)
	}
	if _, err := json.Marshal(empty); err != nil {
		t.Error(err) // no number is infinite
	}
	rich := counted(1, 1, 0, 0)
	for range 3 {
		rich.Add(schemas.Outcome{Action: "a", Arm: schemas.ArmTreatment, Kind: schemas.OutcomeRevenue, Value: math.MaxFloat64})
		rich.Add(schemas.Outcome{Action: "b", Arm: schemas.ArmTreatment, Kind: schemas.OutcomeRevenue, Value: math.MaxFloat64})
	}
	if text, err := json.Marshal(Of(rich)); err != nil || math.IsInf(Of(rich).Arms[0].Revenue, 0) {
		t.Errorf("of more money than there are numbers: %s, %v", text, err)
	}
	if c := Of(counted(10, 5, 10, 0)); c.Lift.Relative != nil || c.Lift.RelHigh != nil {
		t.Error("there is no share of nothing")
	}
}

// TestAdd: two parts of an experiment add up to the whole, whatever is in only one of them.
func TestAdd(t *testing.T) {
	whole, part, other := state.Tallies{}, counted(30, 12, 20, 3), counted(50, 11, 0, 0)
	other.Add(schemas.Outcome{Action: "c", Arm: schemas.ArmControl, Kind: schemas.OutcomeClicked})
	whole.AddAll(part)
	whole.AddAll(other)
	sum := Of(part)
	sum.Add(Of(other))
	got, _ := json.Marshal(sum)
	want, _ := json.Marshal(Of(whole))
	if string(got) != string(want) {
		t.Errorf("the parts add up to\n%s, not\n%s", got, want)
	}
}

// TestLiftUnderPeeking: of 2,000 experiments looked at after every tenth person, the bounds of the lift are ever wrong in no
// more than one in twenty, and where there is a lift to be found it is found.
func TestLiftUnderPeeking(t *testing.T) {
	const experiments, people = 2_000, 1_500
	t.Logf("-seed %d", *seed)
	r := rand.New(rand.NewPCG(*seed, 3))
	wrong, found := 0, 0
	for i := range experiments {
		p, q := 0.1, 0.1
		if i%2 == 0 {
			p = 0.25
		}
		treatment, control := Arm{}, Arm{}
		missed, sure := false, false
		for n := 1; n <= people; n++ {
			arm, rate := &treatment, p
			if r.Float64() < 0.3 {
				arm, rate = &control, q
			}
			arm.People++
			if r.Float64() < rate {
				arm.Rewarded++
			}
			if n%10 > 0 || n > 200 && n%100 > 0 {
				continue
			}
			l := lift(&treatment, &control)
			missed = missed || p-q < l.Low || p-q > l.High || p/q-1 < l.RelLow || l.RelHigh != nil && p/q-1 > *l.RelHigh
			sure = sure || l.Low > 0
		}
		if missed {
			wrong++
		}
		if sure && p > q {
			found++
		}
	}
	t.Logf("wrong at some time: %d of %d; the lift is found in %d of %d", wrong, experiments, found, experiments/2)
	if wrong > experiments/20 {
		t.Errorf("the lift was wrong at some time in %d of %d experiments", wrong, experiments)
	}
	if found < experiments/2*8/10 {
		t.Errorf("a lift from 0.1 to 0.25 was found in %d of %d experiments only", found, experiments/2)
	}
}
