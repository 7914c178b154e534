package predict

import (
	"fmt"
	"math"
)

// BGNBD holds the parameters of the BG/NBD model of Fader, Hardie and Lee, "'Counting Your Customers' the Easy Way: An
// Alternative to the Pareto/NBD Model", Marketing Science 24(2), 2005. While alive a customer buys at a Poisson rate
// λ ~ Gamma(R, Alpha), and dies right after a repeat purchase with probability p ~ Beta(A, B). Alpha is in the model's unit
// of time, λ in purchases a unit; R, A and B have no unit.
type BGNBD struct{ R, Alpha, A, B float64 }

// Repeats is the history of one customer: X repeat purchases (all but the first; a whole number), the last of them Tx after
// the first purchase, seen until T after the first purchase. Tx and T are in the model's unit of time, 0 <= Tx <= T; Tx is
// 0, and without influence, if X is 0.
type Repeats struct{ X, Tx, T float64 }

// Check returns an error that names the first parameter which is not positive and finite.
func (m BGNBD) Check() error {
	return checkPositive("BG/NBD", []string{"r", "alpha", "a", "b"}, m.R, m.Alpha, m.A, m.B)
}

// PAlive returns the probability, 0 to 1, that a customer with x repeat purchases, the last at tx, is alive at T: 1 if x is
// 0, and otherwise the inverse of 1 + A/(B+x-1) · ((Alpha+T)/(Alpha+tx))^(R+x), which is the denominator of equation (10) of
// the paper. It is NaN outside 0 <= tx <= T, x >= 0.
//
// As a function of T it never increases, up to rounding: the power has the exponent R+x > 0.
func (m BGNBD) PAlive(x, tx, T float64) float64 {
	if !valid(x, tx, T) {
		return math.NaN()
	}
	if x == 0 {
		return 1
	}
	// ln of the second term: the power itself overflows from some hundreds of purchases on.
	odds := math.Log(m.A/(m.B+x-1)) + (m.R+x)*math.Log1p((T-tx)/(m.Alpha+tx))
	if odds <= 0 {
		return 1 / (1 + math.Exp(odds))
	}
	e := math.Exp(-odds)
	return e / (1 + e)
}

// Expected returns the expected number of repeat purchases in (T, T+horizon] of a customer with x repeat purchases until T,
// the last at tx: equation (10) of the paper,
//
//	(A+B+x-1)/(A-1) · [1 - ((Alpha+T)/(Alpha+T+horizon))^(R+x) · 2F1(R+x, B+x; A+B+x-1; horizon/(Alpha+T+horizon))] · PAlive(x, tx, T),
//
// where the first two factors are computed as the integral they stand for, see [whileAlive], so that A = 1 and
// A+B+x <= 1 are ordinary. The horizon is in the model's unit of time; an endless one gives the finite limit if A > 1, else
// +Inf. Expected(0, 0, 0, t) is E[X(t)], equation (9). It is NaN outside 0 <= tx <= T, x >= 0, horizon >= 0.
//
// As a function of T it never increases, up to rounding (a relative 1e-12): it is the product of two factors, both positive,
// of which PAlive does not increase, and the other is E[(1 - (1+p·s)^-(R+x)) / p] over p ~ Beta(A, B+x), a distribution free
// of T, where s = horizon/(Alpha+T) falls as T grows.
func (m BGNBD) Expected(x, tx, T, horizon float64) float64 {
	if !valid(x, tx, T) || !(horizon >= 0) {
		return math.NaN()
	}
	alive := m.PAlive(x, tx, T)
	if horizon == 0 || alive == 0 {
		return 0
	}
	return alive * whileAlive(m.R+x, m.A, m.B+x, horizon/(m.Alpha+T))
}

// LogLikelihood returns the sum over the customers of ln of equation (6) of the paper, which leaves out, as the paper does,
// all that depends on the data alone. It is NaN if one of the histories is outside 0 <= Tx <= T, X >= 0.
func (m BGNBD) LogLikelihood(customers []Repeats) float64 {
	var sum compensated
	for _, c := range customers {
		sum.add(m.logLikelihood(c))
	}
	return sum.value()
}

func (m BGNBD) logLikelihood(c Repeats) float64 {
	if !valid(c.X, c.Tx, c.T) {
		return math.NaN()
	}
	// The likelihood is that of being alive until T, B(A, B+X)/B(A, B) · Γ(R+X)/Γ(R) · Alpha^R / (Alpha+T)^(R+X), over PAlive.
	lnL := logGammaRatio(m.R, c.X) - m.R*math.Log1p(c.T/m.Alpha) - c.X*math.Log(m.Alpha+c.T) +
		logGammaRatio(m.B, c.X) - logGammaRatio(m.A+m.B, c.X)
	if c.X == 0 {
		return lnL
	}
	odds := math.Log(m.A/(m.B+c.X-1)) + (m.R+c.X)*math.Log1p((c.T-c.Tx)/(m.Alpha+c.Tx))
	return lnL + math.Max(odds, 0) + math.Log1p(math.Exp(-math.Abs(odds)))
}

// valid tells whether the numbers can be a customer's history; NaN cannot.
func valid(x, tx, T float64) bool {
	return x >= 0 && tx >= 0 && tx <= T && !math.IsInf(x, 1) && !math.IsInf(T, 1)
}

func checkPositive(model string, names []string, values ...float64) error {
	for i, v := range values {
		if !(v > 0) || math.IsInf(v, 1) {
			return fmt.Errorf("%s parameter %s is %v; it must be a number greater than 0", model, names[i], v)
		}
	}
	return nil
}
