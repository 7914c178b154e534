package metamorphic

import (
	"fmt"
	"math"
	"testing"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/test/engine"
)

// known is a configuration of three actions of which it is known what came of them, and one, w, of which it is not.
const known = `{name: t, actions: {a: {on: v, channel: m}, b: {on: v, channel: m, score: 9}, c: {on: v, channel: m, when: 'trait("vip") == true'},
  d: {on: w, channel: m}, e: {on: w, channel: m, score: 1}, f: {on: z, channel: m}}, experiments: {x: {actions: [a], control: 0.5}},
  learning: {a: {policy: thompson, reward: buy, within: 1d, known: {successes: 30, failures: 270}},
    b: {policy: thompson, reward: buy, within: 1d, known: {successes: 20, failures: 230}},
    c: {policy: thompson, reward: buy, within: 1d, known: {successes: 0, failures: 0}},
    d: {policy: thompson, reward: buy, within: 1d, known: {successes: 9, failures: 1}},
    f: {policy: thompson, reward: buy, within: 1d, known: {successes: 3, failures: 11}}}}`

func decided(t *testing.T, config string, events []string, cut func() bool, count func(string, schemas.Outcome)) (all []*schemas.Decision) {
	t.Helper()
	g, err := engine.New(config)
	if err != nil {
		t.Fatal(err)
	}
	g.Cut, g.Count = cut, count
	out, err := g.Run([][]string{events}, schemas.Never)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range out {
		if d, ok := m.(*schemas.Decision); ok {
			all = append(all, d)
		}
	}
	return all
}

// TestThompson: each candidate is chosen as often as its propensity says, whatever the scores; the same decision is made every
// time, through bytes too; what somebody could be offered alone has propensity 1; and where of one candidate nothing is known
// they go by their scores.
func TestThompson(t *testing.T) {
	const people = 6000
	var events []string
	for i := range people {
		if i%3 == 0 {
			events = append(events, fmt.Sprintf(`{"id":"t%d","type":"ebb.traits","subject":"u%d","time":"2026-01-05T09:00:00Z","data":{"vip":true}}`, i, i))
		}
		events = append(events, fmt.Sprintf(`{"id":"v%d","type":"v","subject":"u%d","time":"2026-01-05T10:00:00Z"}`, i, i))
	}
	events = append(events, `{"id":"w","type":"w","subject":"u0","time":"2026-01-05T10:00:00Z"}`, `{"id":"z","type":"z","subject":"u0","time":"2026-01-05T10:00:00Z"}`)
	all := decided(t, known, events, nil, nil)
	again := decided(t, known, events, func() bool { return true }, nil)
	chosen, propensity, of := map[string]float64{}, map[string]float64{}, map[int]float64{}
	for i, d := range all {
		if text(d) != text(again[i]) {
			t.Fatalf("it is decided\n%s, and then\n%s", text(d), text(again[i]))
		}
		if d.Trigger.On == "w" {
			if d.Policy != schemas.PolicyScore || d.Action != "e" || d.Propensity != 1 {
				t.Errorf("where something is not known it is decided %s", text(d))
			}
			continue
		}
		if d.Trigger.On == "z" {
			if d.Policy != schemas.PolicyThompson || d.Action != "f" || d.Propensity != 1 {
				t.Errorf("of one it is decided %s", text(d))
			}
			continue
		}
		if d.Policy != schemas.PolicyThompson || !(d.Propensity > 0 && d.Propensity < 1) {
			t.Fatalf("it is decided %s", text(d))
		}
		key := fmt.Sprint(d.Action, " of ", len(d.Candidates))
		of[len(d.Candidates)]++
		chosen[key]++
		if before, met := propensity[key]; met && before != d.Propensity {
			t.Fatalf("the propensity of %s is %v and %v", key, before, d.Propensity)
		}
		propensity[key] = d.Propensity
	}
	if of[2] != people*2/3 || of[3] != people/3 || len(propensity) != 5 {
		t.Fatalf("decisions among %v, propensities %v", of, propensity)
	}
	for key, p := range propensity {
		n := of[int(key[len(key)-1]-'0')]
		if d := (chosen[key]/n - p) / math.Sqrt(p*(1-p)/n); math.Abs(d) > 4 {
			t.Errorf("%s was chosen in %v of %v, its propensity is %v", key, chosen[key], n, p)
		}
	}
	for n := range of {
		sum := 0.0
		for _, a := range []string{"a", "b", "c"} {
			sum += propensity[fmt.Sprint(a, " of ", n)]
		}
		if math.Abs(sum-1) > 1e-12 {
			t.Errorf("the propensities among %d sum to %v", n, sum)
		}
	}
}

// TestLearning: what comes of an action is counted for its policy, but not where nobody got it, being control.
func TestLearning(t *testing.T) {
	const config = `{name: t, actions: {a: {on: v, channel: m}}, experiments: {x: {actions: [a], control: 0.5}}, learning: {a: {policy: thompson, reward: buy, within: 1d}}}`
	var events []string
	for i := range 100 {
		events = append(events, fmt.Sprintf(`{"id":"v%d","type":"v","subject":"u%d","time":"2026-01-05T10:00:00Z"}`, i, i),
			fmt.Sprintf(`{"id":"b%d","type":"buy","subject":"u%d","time":"2026-01-05T11:00:00Z"}`, i, i))
	}
	events = append(events, `{"id":"x","type":"x","subject":"z","time":"2026-02-05T10:00:00Z"}`)
	counts, treated := map[schemas.OutcomeKind]int{}, 0
	all := decided(t, config, events, nil, func(_ string, o schemas.Outcome) {
		if o.Experiment == "learning.a" {
			counts[o.Kind]++
		}
	})
	for _, d := range all {
		if d.Arm == schemas.ArmTreatment {
			treated++
		}
		if d.Policy != schemas.PolicyScore {
			t.Errorf("without anything known it is decided %s", text(d))
		}
	}
	if treated < 30 || treated > 70 || counts[schemas.OutcomeDecided] != treated || counts[schemas.OutcomeTried] != treated || counts[schemas.OutcomeSucceeded] != treated {
		t.Errorf("%d were treated, and there is counted %v", treated, counts)
	}
}
