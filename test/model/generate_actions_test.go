package model

import (
	"math/rand"
	"strings"
	"testing"
	"time"
)

// TestGenerateActions counts what the generated cases with actions bring about: none of it may be rare.
func TestGenerateActions(t *testing.T) {
	s := randomSeed(t)
	const cases = 1500
	seen := map[string]int{}
	decided := 0
	start := time.Now()
	slowest, slow := time.Duration(0), int64(0)
	for i := range int64(cases) {
		c := GenerateActions(rand.New(rand.NewSource(s + i)))
		begun := time.Now()
		w := run(c)
		if d := time.Since(begun); d > slowest {
			slowest, slow = d, s+i
		}
		decided += len(w.out.Decisions)
		for name, yes := range tellDecisions(c, w) {
			if yes {
				seen[name]++
			}
		}
		for _, fault := range ids(w.out.Decisions) {
			t.Errorf("seed %d: %s", s+i, fault)
		}
	}
	per := time.Since(start) / cases
	t.Logf("%v a case, the slowest %v with seed %d; %d decisions", per, slowest, slow, decided)
	for _, name := range []string{"enters", "exits", "ended", "every", "event", "consent", "ineligible", "quiet", "cap", "sensitive",
		"min_support", "control", "treatment", "tie", "rivals", "loose", "released", "waits on", "replaced", "dropped",
		"waiting at the end", "late_event", "expires", "payload", "muted", "new life", "same instant", "decided", "hidden", "clocks changed"} {
		t.Logf("%-18s %5.1f %% of the cases", name, float64(seen[name])*100/cases)
		if seen[name] < cases/400 {
			t.Errorf("%s: in %d of %d cases only", name, seen[name], cases)
		}
	}
	if per > 15*time.Millisecond {
		t.Errorf("too slow: %v a case", per)
	}
}

// tellDecisions names what a case brought about.
func tellDecisions(c Case, w *world) map[string]bool {
	names := map[string]bool{"decided": len(w.out.Decisions) > 0}
	for name, n := range w.told {
		if n > 0 {
			names[name] = true
		}
	}
	if before := c.Config.MuteBefore; before != nil {
		c.Config.MuteBefore = nil
		names["muted"] = len(Run(c).Decisions) > len(w.out.Decisions)
	}
	if len(c.Config.Guards.Sensitive) > 0 {
		open := c
		open.Config.Guards.Sensitive = nil
		seen := Run(open)
		names["hidden"] = len(Diff(Result{Changes: w.out.Changes, Profiles: w.out.Profiles}, Result{Changes: seen.Changes, Profiles: seen.Profiles})) > 0
	}
	type place struct {
		profile string
		at      int64
	}
	at := map[place]int{}
	for _, d := range w.out.Decisions {
		names[strings.Fields(d.ID[strings.Index(d.ID, ", life ")+9:])[0]] = true
		names["new life"] = names["new life"] || !strings.Contains(d.ID, ", life 0,")
		names["expires"] = names["expires"] || d.ExpiresAt != nil
		names["payload"] = names["payload"] || len(d.Payload) > 0
		names["loose"] = names["loose"] || d.Loose.ExpiresAt
		names["rivals"] = names["rivals"] || len(d.Candidates) > 1
		names[d.Arm] = true
		for _, rule := range d.Suppressed {
			names[rule] = true
		}
		for other, score := range d.Candidates {
			names["tie"] = names["tie"] || other != d.Action && score != d.Score && round9(score.(float64)) == round9(d.Score)
		}
		p := place{d.Profile, d.Time}
		at[p]++
		names["same instant"] = names["same instant"] || at[p] > 1
	}
	for _, x := range w.out.Changes {
		names[x.Cause] = names[x.Cause] || x.Cause == "late_event"
	}
	return names
}

// TestRepeatableActions: the same seed is the same case with the same decisions, ids included.
func TestRepeatableActions(t *testing.T) {
	s := randomSeed(t)
	for i := range int64(200) {
		a, b := GenerateActions(rand.New(rand.NewSource(s+i))), GenerateActions(rand.New(rand.NewSource(s+i)))
		if a.String() != b.String() {
			t.Fatalf("seed %d: two cases", s+i)
		}
		x, y := Run(a), Run(b)
		if d := Diff(x, y); len(d) > 0 {
			t.Fatalf("seed %d: %v", s+i, d)
		}
		for j := range x.Decisions {
			if x.Decisions[j].ID != y.Decisions[j].ID {
				t.Fatalf("seed %d: %s and %s", s+i, x.Decisions[j].ID, y.Decisions[j].ID)
			}
		}
	}
}

// TestShrinkActions finds the few events, and the one action, that a decision needs.
func TestShrinkActions(t *testing.T) {
	s := randomSeed(t)
	found := 0
	for i := range int64(30) {
		released := func(c Case) bool { return run(c).told["released"] > 0 }
		c := GenerateActions(rand.New(rand.NewSource(s + i)))
		if !released(c) {
			continue
		}
		found++
		small := Shrink(c, released)
		if len(small.Files) != 1 || len(small.Files[0]) > 5 || len(small.Config.Actions) > 1 || len(small.Config.Channels) > 1 ||
			len(small.Config.Experiments) > 0 || small.Config.MuteBefore != nil {
			t.Errorf("seed %d:\n%s", s+i, small)
		}
	}
	t.Logf("%d cases made small", found)
}

// TestPauses stops time anywhere: what is due, and what is decided, is the same.
func TestPauses(t *testing.T) {
	s := randomSeed(t)
	defer func() { pause = nil }()
	for i := range int64(400) {
		c := GenerateActions(rand.New(rand.NewSource(s + i)))
		pause = nil
		want := Run(c)
		r := rand.New(rand.NewSource(s + i))
		pause = func(now, next int64) int64 {
			if r.Intn(3) > 0 || next-now < 2 {
				return next
			}
			return now + 1 + r.Int63n(next-now)
		}
		for _, line := range Diff(want, Run(c)) {
			t.Errorf("seed %d: %s\n%s", s+i, line, c)
		}
		if t.Failed() {
			return
		}
	}
}

// TestActionsAside: what is decided changes nothing else, and another profile's history changes no decision.
func TestActionsAside(t *testing.T) {
	s := randomSeed(t)
	for i := range int64(300) {
		c := GenerateActions(rand.New(rand.NewSource(s + i)))
		want := Run(c)
		alone := c
		alone.Config.Actions, alone.Config.Experiments = nil, nil
		bare := Run(alone)
		bare.Decisions = want.Decisions
		for _, line := range Diff(want, bare) {
			t.Errorf("seed %d, without actions: %s", s+i, line)
		}
		at := run(c).final
		one := Case{Config: c.Config, Files: [][]Event{nil}, AsOf: &at}
		for _, e := range merge(c.Files, c.AsOf) {
			if e.Subject == "u1" {
				one.Files[0] = append(one.Files[0], e)
			}
		}
		var mine []Decision
		for _, d := range want.Decisions {
			if d.Profile == "u1" {
				mine = append(mine, d)
			}
		}
		for _, line := range Diff(Result{Decisions: mine}, Result{Decisions: Run(one).Decisions}) {
			t.Errorf("seed %d, alone: %s", s+i, line)
		}
		if t.Failed() {
			t.Fatal(c)
		}
	}
}
