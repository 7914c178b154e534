package experiment

import "math"

const (
	// Confidence is how often an interval is right at all times, at least.
	Confidence = 0.95
	// tightest is the number of trials at which intervals are as narrow as they can be for their confidence. At any other
	// they are valid as well, and a little wider. It must not depend on what was counted.
	tightest = 100
)

// Interval holds the probability of success, after so many of so many independent trials, with probability 1 - alpha, for all
// numbers of trials at once. Without trials it is (0, 1).
//
// It is the set of probabilities p against which a bet has not gained 1/alpha: the two-sided beta-binomial mixture of S. R.
// Howard, A. Ramdas, J. McAuliffe and J. Sekhon, "Time-uniform, nonparametric, nonasymptotic confidence sequences" (Annals of
// Statistics 49, 2021), whose capital is a martingale if p is true, so that Ville's inequality bounds how
// often it ever gains that much.
func Interval(successes, trials int64, alpha float64) (low, high float64) {
	if trials == 0 {
		return 0, 1
	}
	rate, limit := float64(successes)/float64(trials), math.Log(1/alpha)
	excluded := func(p float64) bool { return capital(successes, trials, p, alpha) >= limit }
	low, high = 0, 1
	if successes > 0 {
		low = border(0, rate, excluded)
	}
	if successes < trials {
		high = border(1, rate, excluded)
	}
	return low, high
}

// border is where, from one that is out to one that is in, the probabilities begin to be in.
func border(out, in float64, excluded func(float64) bool) float64 {
	for {
		p := out + (in-out)/2
		if p == out || p == in {
			return p
		}
		if excluded(p) {
			out = p
		} else {
			in = p
		}
	}
}

// capital is the logarithm of what a bet against p has made of 1: the likelihood of the trials under Beta(c·p, c·(1-p)),
// divided by that under p. Its weight c lets it gain fastest at so many trials as tightest says.
func capital(successes, trials int64, p, alpha float64) float64 {
	bound := 2 * math.Log(1/alpha)
	c := math.Max(tightest/(bound+math.Log1p(bound))-1, 1e-3)
	k, rest := float64(successes), float64(trials-successes)
	a, b := c*p, c*(1-p)
	return logBeta(a+k, b+rest) - logBeta(a, b) - times(k, math.Log(p)) - times(rest, math.Log1p(-p))
}

// times is k·x, and 0 if k is, though x be infinite.
func times(k, x float64) float64 {
	if k == 0 {
		return 0
	}
	return k * x
}

// logBeta is the logarithm of the beta function.
func logBeta(a, b float64) float64 {
	x, _ := math.Lgamma(a)
	y, _ := math.Lgamma(b)
	sum, _ := math.Lgamma(a + b)
	return x + y - sum
}
