package predict

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// FittedBGNBD is the BG/NBD model under which some histories are likeliest.
type FittedBGNBD struct {
	BGNBD
	Errors        BGNBD   // standard errors; NaN: the histories do not determine the parameter
	LogLikelihood float64 // as BGNBD.LogLikelihood
	Customers     int
	Buyers        int // customers with a repeat purchase
}

// ErrNoRepeats is that there is nothing to tell the rates of purchase and of dropout by.
var ErrNoRepeats = errors.New("nobody bought a second time, and BG/NBD is about repeat purchases")

// FitBGNBD finds the parameters by maximum likelihood, section 4.3 of the paper. The order of the histories does not matter.
func FitBGNBD(customers []Repeats) (*FittedBGNBD, error) {
	f := &FittedBGNBD{Customers: len(customers)}
	var x, seen compensated
	for _, c := range customers {
		if !valid(c.X, c.Tx, c.T) {
			return nil, fmt.Errorf("fitting BG/NBD: no customer has %v repeat purchases, the last at %v of %v", c.X, c.Tx, c.T)
		}
		if c.X > 0 {
			f.Buyers++
		}
		x.add(c.X)
		seen.add(c.T)
	}
	if f.Buyers == 0 {
		return nil, ErrNoRepeats
	}
	alike := alikeRepeats(customers)
	scale := max(seen.value(), math.SmallestNonzeroFloat64) / x.value() // time between purchases, were nobody lost
	if !(scale > 0) || math.IsInf(1/scale, 1) {
		return nil, errors.New("fitting BG/NBD: all purchases are of one instant, and there is no time to tell a rate by")
	}
	p, err := climb("BG/NBD", []string{"r", "alpha", "a", "b"}, len(customers),
		func(p, gradient []float64) float64 { return BGNBD{p[0], p[1], p[2], p[3]}.climbed(alike, gradient) },
		[]float64{0.25, 0.25 * scale, 0.8, 2.5}, []float64{1, scale, 1, 5}, []float64{2, 2 * scale, 0.1, 10}, []float64{0.5, 0.1 * scale, 2, 2})
	if err != nil {
		return nil, err
	}
	f.BGNBD = BGNBD{p.at[0], p.at[1], p.at[2], p.at[3]}
	f.Errors = BGNBD{p.errors[0], p.errors[1], p.errors[2], p.errors[3]}
	f.LogLikelihood = f.BGNBD.LogLikelihood(customers)
	return f, nil
}

// repeatsOf is a history that n customers share.
type repeatsOf struct {
	Repeats
	n float64
}

// alikeRepeats are the histories in their order, so that what depends on X alone is computed once each.
func alikeRepeats(customers []Repeats) []repeatsOf {
	sorted := slices.SortedFunc(slices.Values(customers), func(a, b Repeats) int {
		return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(a.Tx, b.Tx), cmp.Compare(a.T, b.T))
	})
	var alike []repeatsOf
	for _, c := range sorted {
		if last := len(alike) - 1; last >= 0 && alike[last].Repeats == c {
			alike[last].n++
			continue
		}
		alike = append(alike, repeatsOf{c, 1})
	}
	return alike
}

// climbed is the log-likelihood, and its derivatives by R, Alpha, A and B. As logLikelihood it is that of being alive plus
// ln(1 + odds), odds being those of having died, of which each derivative has the factor odds/(1+odds).
func (m BGNBD) climbed(alike []repeatsOf, gradient []float64) float64 {
	var sum compensated
	var byR, byAlpha, byA, byB compensated
	var lnL, dR, dA, dB, lnDeath float64 // of this x
	x := -1.0
	for _, c := range alike {
		if c.X != x {
			x = c.X
			lnL = logGammaRatio(m.R, x) + logGammaRatio(m.B, x) - logGammaRatio(m.A+m.B, x)
			dR, dB = digammaRatio(m.R, x), digammaRatio(m.B, x)
			dA = -digammaRatio(m.A+m.B, x)
			dB += dA
			lnDeath = math.Log(m.A / (m.B + x - 1)) // of x > 0
		}
		age := math.Log1p(c.T / m.Alpha)
		value := lnL - m.R*age - x*math.Log(m.Alpha+c.T)
		r, alpha, a, b := dR-age, m.R/m.Alpha-(m.R+x)/(m.Alpha+c.T), dA, dB
		if x > 0 {
			silence := math.Log1p((c.T - c.Tx) / (m.Alpha + c.Tx))
			odds := lnDeath + (m.R+x)*silence
			e := math.Exp(-math.Abs(odds))
			value += max(odds, 0) + math.Log1p(e)
			died := 1 / (1 + e)
			if odds < 0 {
				died = e / (1 + e)
			}
			r += died * silence
			alpha += died * (m.R + x) * (1/(m.Alpha+c.T) - 1/(m.Alpha+c.Tx))
			a += died / m.A
			b -= died / (m.B + x - 1)
		}
		sum.add(c.n * value)
		byR.add(c.n * r)
		byAlpha.add(c.n * alpha)
		byA.add(c.n * a)
		byB.add(c.n * b)
	}
	gradient[0], gradient[1], gradient[2], gradient[3] = byR.value(), byAlpha.value(), byA.value(), byB.value()
	return sum.value()
}
