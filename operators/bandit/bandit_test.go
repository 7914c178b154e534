package bandit

import (
	"flag"
	"math"
	"math/rand/v2"
	"testing"
)

var seed = flag.Uint64("seed", 1, "of what is drawn")

// TestPropensities: of two rates the probability that one is the greater has a closed form (E. Miller, "Formulas for Bayesian
// A/B testing"); of several the integrals are what many draws come to, and of equal ones equal.
func TestPropensities(t *testing.T) {
	t.Logf("-seed %d", *seed)
	r := rand.New(rand.NewPCG(*seed, 1))
	for range 200 {
		p := Posterior{float64(r.IntN(60)), float64(r.IntN(3000))}
		q := Posterior{float64(r.IntN(60)), float64(r.IntN(3000))}
		got := Propensities([]Posterior{p, q})
		want := greater(q, p)
		if math.Abs(got[1]-want) > 1e-8 || math.Abs(got[0]+got[1]-1) > 1e-12 {
			t.Fatalf("%v and %v: %v, not %v", p, q, got, want)
		}
	}
	for i, p := range Propensities(make([]Posterior, 4)) {
		if math.Abs(p-0.25) > 1e-12 {
			t.Errorf("%d of four of which nothing is known: %v", i, p)
		}
	}
	all := []Posterior{{5, 100}, {9, 140}, {0, 0}, {40, 900}}
	drawn := make([]float64, len(all))
	const draws = 40_000
	for range draws {
		drawn[best(all, r)]++
	}
	for i, p := range Propensities(all) {
		if d := math.Abs(drawn[i]/draws - p); d > 4*math.Sqrt(p*(1-p)/draws) {
			t.Errorf("%d is drawn in %v, its propensity is %v", i, drawn[i]/draws, p)
		}
	}
}

// TestDraw: the rate drawn is the one below which the true one is with that probability, in both tails as well.
func TestDraw(t *testing.T) {
	for _, p := range []Posterior{{}, {0, 584}, {584, 0}, {5, 3000}, {700, 300}} {
		before := 0.0
		for _, u := range panelsAt {
			x := p.Draw(u)
			if got := p.below(x); x <= before || math.Abs(got-u) > 1e-13+1e-6*math.Min(u, 1-u) {
				t.Errorf("%v: %v is drawn for %v, and below it is %v", p, x, u, got)
			}
			before = x
		}
	}
}

// greater is the probability that p's rate is greater than q's, for whole numbers.
func greater(p, q Posterior) float64 {
	a, b := q.shape()
	c, d := p.shape()
	sum := 0.0
	for i := 0.0; i < c; i++ {
		sum += math.Exp(logBeta(a+i, b+d) - math.Log(d+i) - logBeta(1+i, d) - logBeta(a, b))
	}
	return sum
}

func logBeta(a, b float64) float64 {
	x, _ := math.Lgamma(a)
	y, _ := math.Lgamma(b)
	z, _ := math.Lgamma(a + b)
	return x + y - z
}

func best(all []Posterior, r *rand.Rand) (best int) {
	most := -1.0
	for i, p := range all {
		if x := p.Draw(r.Float64()); x > most {
			best, most = i, x
		}
	}
	return best
}

// TestRegret: with the arms of the literature (one of 0.1, three each of 0.05, 0.02 and 0.01) the regret grows as slowly as it
// can, 17.45·ln t, though posteriors are given anew only every hundred offers; taking turns would lose 0.068 at each.
func TestRegret(t *testing.T) {
	t.Logf("-seed %d", *seed)
	rates := []float64{0.1, 0.05, 0.05, 0.05, 0.02, 0.02, 0.02, 0.01, 0.01, 0.01}
	const runs, offers = 10, 10_000
	regret := 0.0
	for run := range runs {
		r := rand.New(rand.NewPCG(*seed, uint64(run)))
		given, known := make([]Posterior, len(rates)), make([]Posterior, len(rates))
		for i := range offers {
			if i%100 == 0 {
				copy(given, known)
			}
			arm := best(given, r)
			if regret += (rates[0] - rates[arm]) / runs; r.Float64() < rates[arm] {
				known[arm].Successes++
			} else {
				known[arm].Failures++
			}
		}
	}
	bound := 17.45 * math.Log(offers)
	t.Logf("after %d offers %.0f are lost; 17.45·ln t is %.0f", offers, regret, bound)
	if regret > 1.5*bound || regret < 0.2*bound {
		t.Errorf("%.0f are lost, which is not of the order of %.0f", regret, bound)
	}
}
