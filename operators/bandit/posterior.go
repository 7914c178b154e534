package bandit

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Posterior is what is known of a rate of success after so many successes and failures, if before them all rates were equally
// likely: Beta(1 + Successes, 1 + Failures).
type Posterior struct{ Successes, Failures float64 }

func (p Posterior) shape() (a, b float64) { return 1 + p.Successes, 1 + p.Failures }

// Draw is the rate below which the true one is with probability u, between 0 and 1: of a u that is drawn evenly, a draw.
func (p Posterior) Draw(u float64) float64 {
	a, b := p.shape()
	if u > 0.5 { // InvRegIncBeta is exact in u, and so of no use where u is next to 1
		return 1 - mathext.InvRegIncBeta(b, a, 1-u)
	}
	return mathext.InvRegIncBeta(a, b, u)
}

// below is the probability that the rate is below x.
func (p Posterior) below(x float64) float64 {
	a, b := p.shape()
	return mathext.RegIncBeta(a, b, x)
}

// density is that of the rate at x, which is strictly between 0 and 1.
func (p Posterior) density(x float64) float64 {
	a, b := p.shape()
	return math.Exp((a-1)*math.Log(x) + (b-1)*math.Log1p(-x) - mathext.Lbeta(a, b))
}
