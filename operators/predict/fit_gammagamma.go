package predict

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// FittedGammaGamma is the Gamma-Gamma model under which some purchases are likeliest.
type FittedGammaGamma struct {
	GammaGamma
	Errors        GammaGamma // standard errors; NaN: the purchases do not determine the parameter
	LogLikelihood float64    // as GammaGamma.LogLikelihood
	Customers     int
}

// ErrNoSpending is that there is no repeat purchase with money.
var ErrNoSpending = errors.New("no repeat purchase has an amount greater than 0, and Gamma-Gamma is about these")

// FitGammaGamma finds the parameters by maximum likelihood, section 3 of the paper. The order of the customers does not matter.
func FitGammaGamma(customers []Spending) (*FittedGammaGamma, error) {
	if len(customers) == 0 {
		return nil, ErrNoSpending
	}
	var total compensated
	for _, c := range customers {
		if !(c.X > 0) || !(c.Mean > 0) || math.IsInf(c.X*c.Mean, 1) {
			return nil, fmt.Errorf("fitting Gamma-Gamma: no customer has %v repeat purchases of %v each", c.X, c.Mean)
		}
		total.add(c.Mean)
	}
	sorted := slices.SortedFunc(slices.Values(customers), func(a, b Spending) int {
		return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(a.Mean, b.Mean))
	})
	mean := total.value() / float64(len(customers)) // of which P·V/(Q-1) is the model's
	p, err := climb("Gamma-Gamma", []string{"p", "q", "v"}, len(customers),
		func(p, gradient []float64) float64 { return GammaGamma{p[0], p[1], p[2]}.climbed(sorted, gradient) },
		[]float64{6, 4, mean / 2}, []float64{1, 3, 2 * mean}, []float64{2, 1.5, mean / 4}, []float64{20, 10, mean / 2})
	if err != nil {
		return nil, err
	}
	f := &FittedGammaGamma{GammaGamma: GammaGamma{p.at[0], p.at[1], p.at[2]}, Customers: len(customers)}
	f.Errors = GammaGamma{p.errors[0], p.errors[1], p.errors[2]}
	f.LogLikelihood = f.GammaGamma.LogLikelihood(sorted)
	return f, nil
}

// climbed is the log-likelihood, and its derivatives by P, Q and V.
func (m GammaGamma) climbed(sorted []Spending, gradient []float64) float64 {
	var sum, byP, byQ, byV compensated
	var byShape, bySum float64 // ψ(P·x+Q) less ψ(P·x), and less ψ(Q)
	x := 0.0
	for _, c := range sorted {
		shape, total := m.P*c.X, c.X*c.Mean
		if c.X != x {
			x = c.X
			byShape, bySum = digammaRatio(shape, m.Q), digammaRatio(m.Q, shape)
		}
		sum.add(m.logLikelihood(c))
		byP.add(x * (byShape - math.Log1p(m.V/total)))
		byQ.add(bySum - math.Log1p(total/m.V))
		byV.add((m.Q*total/m.V - shape) / (m.V + total))
	}
	gradient[0], gradient[1], gradient[2] = byP.value(), byQ.value(), byV.value()
	return sum.value()
}
