package model

import (
	"flag"
	"math/rand"
	"testing"
	"time"
)

var seed = flag.Int64("seed", 0, "seed of the random tests; 0: the clock")

func randomSeed(t *testing.T) int64 {
	s := *seed
	if s == 0 {
		s = time.Now().UnixNano()
	}
	t.Logf("-seed %d", s)
	return s
}

// TestGenerate counts what the generated cases bring about: none of it may be rare.
func TestGenerate(t *testing.T) {
	s := randomSeed(t)
	const cases = 2000
	seen := map[string]int{}
	start := time.Now()
	slowest, slow := time.Duration(0), int64(0)
	for i := range int64(cases) {
		c := Generate(rand.New(rand.NewSource(s + i)))
		begun := time.Now()
		r := Run(c)
		if d := time.Since(begun); d > slowest {
			slowest, slow = d, s+i
		}
		for _, name := range tell(c, r) {
			seen[name]++
		}
	}
	per := time.Since(start) / cases
	t.Logf("%v a case, the slowest %v with seed %d", per, slowest, slow)
	for _, name := range []string{"entered", "event", "timer", "late_event", "consent", "erasure", "expires", "loose", "session", "open",
		"late", "too_late", "erased", "new life", "until", "purpose", "as-of", "no change", "files", "member", "loose exit"} {
		t.Logf("%-12s %5.1f %% of the cases", name, float64(seen[name])*100/cases)
		if seen[name] < cases/200 {
			t.Errorf("%s: in %d of %d cases only", name, seen[name], cases)
		}
	}
	if per > 10*time.Millisecond {
		t.Errorf("too slow: %v a case", per)
	}
}

// tell names what a case brought about.
func tell(c Case, r Result) []string {
	names := map[string]bool{"no change": len(r.Changes) == 0, "session": len(r.Sessions) > 0, "as-of": c.AsOf != nil, "files": len(c.Files) > 1}
	for _, x := range r.Changes {
		names[x.Cause] = true
		names["entered"] = names["entered"] || x.Entered
		names["expires"] = names["expires"] || x.ExpiresAt != nil
		names["loose"] = names["loose"] || x.Loose.ExpiresAt
		names["loose exit"] = names["loose exit"] || x.Loose.Time && !x.Entered
		names["new life"] = names["new life"] || x.Epoch > 0
	}
	for _, x := range r.Late {
		names[x.Reason] = true
	}
	for _, x := range r.Profiles {
		names["open"] = names["open"] || x.Session != nil
		names["member"] = names["member"] || len(x.Memberships) > 0
	}
	for _, s := range c.Config.Segments {
		names["until"] = names["until"] || s.Until != nil
		names["purpose"] = names["purpose"] || s.Purpose != ""
	}
	var list []string
	for name, yes := range names {
		if yes {
			list = append(list, name)
		}
	}
	return list
}

// TestRepeatable: the same seed is the same case with the same result, and nothing differs from itself.
func TestRepeatable(t *testing.T) {
	s := randomSeed(t)
	for i := range int64(100) {
		a, b := Generate(rand.New(rand.NewSource(s+i))), Generate(rand.New(rand.NewSource(s+i)))
		if a.Config.YAML() != b.Config.YAML() {
			t.Fatalf("seed %d: two configurations", s+i)
		}
		if d := Diff(Run(a), Run(b)); len(d) > 0 {
			t.Fatalf("seed %d: %v", s+i, d)
		}
	}
}
