package predict

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// logGammaRatio returns ln(Γ(z+d)/Γ(z)) for z > 0 and d >= 0, without the cancellation of two large logarithms.
func logGammaRatio(z, d float64) float64 {
	switch {
	case d == 0:
		return 0
	case z < 10:
		high, _ := math.Lgamma(z + d)
		low, _ := math.Lgamma(z)
		return high - low
	}
	return (z+d-0.5)*math.Log1p(d/z) + d*(math.Log(z)-1) + stirling(z+d) - stirling(z)
}

// logBeta returns ln B(a, b) for a, b > 0.
func logBeta(a, b float64) float64 {
	low, high := math.Min(a, b), math.Max(a, b)
	g, _ := math.Lgamma(low)
	return g - logGammaRatio(high, low)
}

// stirling returns ln Γ(z) - ((z-1/2)·ln z - z + ln(2π)/2) for z >= 10: Stirling's series (DLMF 5.11.1), to an absolute 1e-15.
func stirling(z float64) float64 {
	t := 1 / (z * z)
	return (1.0/12 - t*(1.0/360-t*(1.0/1260-t*(1.0/1680-t*(1.0/1188-t*(691.0/360360)))))) / z
}

// digammaRatio returns ψ(z+d) - ψ(z), the derivative of logGammaRatio by z, without the cancellation where z is large.
func digammaRatio(z, d float64) float64 {
	switch {
	case d == 0:
		return 0
	case z < 10:
		return mathext.Digamma(z+d) - mathext.Digamma(z)
	}
	return math.Log1p(d/z) + digammaRest(z+d) - digammaRest(z)
}

// digammaRest returns ψ(z) - ln z for z >= 10, to an absolute 1e-16 (DLMF 5.11.2).
func digammaRest(z float64) float64 {
	t := 1 / (z * z)
	return -0.5/z - t*(1.0/12-t*(1.0/120-t*(1.0/252-t*(1.0/240-t*(1.0/132-t*(691.0/32760))))))
}

// compensated is a sum of float64 that keeps what each addition rounds away (Neumaier's summation).
type compensated struct{ sum, lost float64 }

func (c *compensated) add(v float64) {
	t := c.sum + v
	if math.Abs(c.sum) >= math.Abs(v) {
		c.lost += c.sum - t + v
	} else {
		c.lost += v - t + c.sum
	}
	c.sum = t
}

func (c *compensated) value() float64 { return c.sum + c.lost }
