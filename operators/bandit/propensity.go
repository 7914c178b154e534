package bandit

import (
	"slices"

	"gonum.org/v1/gonum/integrate/quad"
)

// The panels of the integral end where some rate is below with these probabilities, so that each density is smooth in every
// panel, however narrow it is.
var panelsAt = []float64{1e-12, 1e-9, 1e-6, 1e-4, 1e-3, 0.01, 0.05, 0.15, 0.3, 0.5, 0.7, 0.85, 0.95, 0.99, 1 - 1e-3, 1 - 1e-4, 1 - 1e-6, 1 - 1e-9, 1 - 1e-12}

// nodes are those of Gauss and Legendre in one panel.
const nodes = 16

// Propensities are the probabilities with which each of several rates is the greatest when all are drawn: the integrals of
// one's density by the probability that all others are below. They sum to 1, and are right to some 1e-9. One of a rate that is
// practically never the greatest may be 0.
func Propensities(all []Posterior) []float64 {
	ends := []float64{0, 1}
	for _, p := range all {
		for _, u := range panelsAt {
			ends = append(ends, p.Draw(u))
		}
	}
	slices.Sort(ends)
	ends = slices.Compact(ends)
	out := make([]float64, len(all))
	x, weight := make([]float64, nodes), make([]float64, nodes)
	for i := 1; i < len(ends); i++ {
		quad.Legendre{}.FixedLocations(x, weight, ends[i-1], ends[i])
		for j := range x {
			if x[j] > 0 && x[j] < 1 {
				add(out, all, x[j], weight[j])
			}
		}
	}
	sum := 0.0
	for _, p := range out {
		sum += p
	}
	for i := range out {
		out[i] /= sum
	}
	return out
}

// add adds what one node has of the integrals.
func add(out []float64, all []Posterior, x, weight float64) {
	for i, p := range all {
		v := weight * p.density(x)
		for j, other := range all {
			if j != i && v != 0 {
				v *= other.below(x)
			}
		}
		out[i] += v
	}
}
