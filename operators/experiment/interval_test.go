package experiment

import (
	"flag"
	"math"
	"math/rand/v2"
	"testing"
)

var seed = flag.Uint64("seed", 1, "of the simulated experiments")

// TestPublished: 700 of 1,000, as the authors' own confseq gives it, of which six digits are known.
func TestPublished(t *testing.T) {
	low, high := Interval(700, 1000, 0.05)
	if math.Abs(low-0.651629) > 1e-6 || math.Abs(high-0.745949) > 1e-6 {
		t.Errorf("(%.7f, %.7f), not (0.651629, 0.745949)", low, high)
	}
}

// TestInterval: the interval is the set of what is not excluded, mirrors when success is called failure, and is (0, 1) of
// nothing.
func TestInterval(t *testing.T) {
	t.Logf("-seed %d", *seed)
	r := rand.New(rand.NewPCG(*seed, 2))
	if low, high := Interval(0, 0, 0.05); low != 0 || high != 1 {
		t.Errorf("of nothing: (%v, %v)", low, high)
	}
	for range 2000 {
		n := 1 + r.Int64N(int64(math.Pow(10, 1+6*r.Float64())))
		k := r.Int64N(n + 1)
		alpha := []float64{0.05, 0.025}[r.IntN(2)]
		low, high := Interval(k, n, alpha)
		rate := float64(k) / float64(n)
		if !(0 <= low && low <= rate && rate <= high && high <= 1 && low < high) || k == 0 && low > 0 || k == n && high < 1 {
			t.Fatalf("%d of %d: (%v, %v)", k, n, low, high)
		}
		left, right := Interval(n-k, n, alpha)
		if math.Abs(left-(1-high)) > 1e-9 || math.Abs(right-(1-low)) > 1e-9 {
			t.Fatalf("%d of %d: (%v, %v), and the other way round (%v, %v)", k, n, low, high, left, right)
		}
		for range 5 {
			p := r.Float64()
			if math.Abs(p-low) < 1e-9 || math.Abs(p-high) < 1e-9 {
				continue
			}
			if in := capital(k, n, p, alpha) < math.Log(1/alpha); in != (low < p && p < high) {
				t.Fatalf("%d of %d: %v is in: %v, but the interval is (%v, %v)", k, n, p, in, low, high)
			}
		}
	}
}

// TestPeeking: of 10,000 experiments whose interval is looked at after every single trial, those in which it is ever wrong are
// no more than one in twenty, whatever the rate. The usual interval of a proportion, by contrast, is wrong at some time in
// most of them.
func TestPeeking(t *testing.T) {
	const experiments, trials, alpha = 10_000, 400, 0.05
	t.Logf("-seed %d", *seed)
	r := rand.New(rand.NewPCG(*seed, 1))
	rates := []float64{0.02, 0.1, 0.3, 0.5, 0.8}
	wrong, wald := 0, 0
	for i := range experiments {
		p := rates[i%len(rates)]
		missed, missedWald := false, false
		var k int64
		for n := int64(1); n <= trials; n++ {
			if r.Float64() < p {
				k++
			}
			missed = missed || capital(k, n, p, alpha) >= math.Log(1/alpha)
			rate := float64(k) / float64(n)
			missedWald = missedWald || n >= 30 && math.Abs(rate-p) > 1.96*math.Sqrt(rate*(1-rate)/float64(n))
		}
		if missed {
			wrong++
		}
		if missedWald {
			wald++
		}
	}
	t.Logf("wrong at some time: %d of %d; the usual interval %d", wrong, experiments, wald)
	if wrong > experiments/20 {
		t.Errorf("the interval was wrong at some time in %d of %d experiments", wrong, experiments)
	}
	if wald < experiments/4 {
		t.Errorf("the usual interval was wrong in %d of %d experiments only: peeking is not simulated", wald, experiments)
	}
}
