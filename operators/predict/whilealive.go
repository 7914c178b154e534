package predict

import "math"

const (
	negligible = 1e-15 // relative to a sum
	maxTerms   = 800   // of the series; beyond, the integral is cheaper
)

// whileAlive returns G(k, a, b, s) = E[(1 - (1+p·s)^-k) / p] over p ~ Beta(a, b): the expected number of purchases until
// the horizon of a customer who is alive now, with purchases that come as a gamma-mixed Poisson process (shape k, the horizon
// being s times its scale) and p the probability of dying after each of them. All four numbers are positive; s may be +Inf.
//
// It equals (a+b-1)/(a-1) · [1 - (1+s)^-k · 2F1(k, b; a+b-1; s/(1+s))], from Euler's integral of 2F1 (DLMF 15.6.1), but it
// has no singularity at a = 1 and no cancellation where the bracket is small. G is computed by a series of positive terms
// where that is short, and else by integrating numerically.
func whileAlive(k, a, b, s float64) float64 {
	if math.IsInf(s, 1) {
		if a > 1 {
			return (a + b - 1) / (a - 1)
		}
		return s
	}
	if k*math.Log1p(s) < 600 && k*s+32/math.Log1p(1/s) < maxTerms {
		return whileAliveSeries(k, a, b, s)
	}
	return whileAliveIntegral(k, a, b, s)
}

// whileAliveSeries sums over the number of purchases n that the customer would make if immortal, a negative binomial
// of probabilities (1-z)^k · (k)_n/n! · z^n, z = s/(1+s), times the number of them before death,
// E[1 + (1-p) + … + (1-p)^(n-1)] with E[(1-p)^j] = (b)_j/(a+b)_j. Every term is positive.
func whileAliveSeries(k, a, b, s float64) float64 {
	z := s / (1 + s)
	probability := math.Exp(-k * math.Log1p(s)) // of n
	survival, before := 1.0, 0.0                // E[(1-p)^n]; its sum below n
	sum := 0.0
	for n := 0.0; ; n++ {
		term := probability * before
		sum += term
		if term <= negligible*sum && n > 0 {
			// The ratio of the terms from here on is no more than this, so they add no more than term · ratio/(1-ratio).
			ratio := z * max(k+n, n+1) / n
			if ratio < 1 && term*ratio <= negligible*sum*(1-ratio) {
				return sum
			}
		}
		probability *= z * (k + n) / (n + 1)
		before += survival
		survival *= (b + n) / (a + b + n)
	}
}

// whileAliveIntegral applies the trapezoidal rule in y = ln(p/(1-p)), which converges exponentially for an integrand that is
// analytic around the real line and decays at both ends. With h(p) = (1 - (1+p·s)^-k)/p the integrand of E[h] decays like
// p^a and (1-p)^b, too slowly for small a or b. Taking out h(1) and integrating by parts gives one that does so like
// p^(a+1) and (1-p)^(b+1) or faster, with positive terms as h falls:
//
//	E[h] = h(1) + b/(a+b+1) · E'[(h(p)-h(1))/(1-p) - h'(p)/(a+b)],   E' over p ~ Beta(a+1, b+1).
//
// The density of E' is normalised by its own sum, so no beta function is needed and most of the rounding cancels.
func whileAliveIntegral(k, a, b, s float64) float64 {
	c := a + b
	h1 := -math.Expm1(-k * math.Log1p(s))

	mode := (a + 1) / (b + 1) // of w = p/(1-p) under E' as a density of y
	curvature := (a + 1) / (c + 2) * (b + 1)
	// The rule's error is the Fourier transform of the integrand at 2π/step. For the Gaussian core it needs 8 standard
	// deviations; for the poles, π off the real line and felt from π/2 on where k or b is large, the constant.
	step := 2 * math.Pi / (8*math.Sqrt(curvature) + 14)
	if max(k, b) < 10 {
		step /= 0.75
	}

	var mass, sum float64
	// at adds the point y = ln(mode) + d, where p/(1-p) = w, and tells whether what it adds counts.
	at := func(d, w float64) bool {
		q := 1 / (1 + w) // 1-p
		p := w * q
		// The density p^(a+1) · q^(b+1) relative to its greatest value.
		density := math.Exp((a+1)*d - (c+2)*math.Log1p((w-mode)/(1+mode)))
		e := math.Expm1(-k * math.Log1p(p*s))
		h := -e / p
		fall := h - k*s*(1+e)/(1+p*s) // -p·h'(p)
		value := density*((h-h1)/q) + density/p*(fall/c)
		mass += density
		sum += value
		return density > negligible*mass || value > negligible*sum
	}
	up := math.Exp(step)
	for d, w := 0.0, mode; at(d, w); {
		d, w = d+step, w*up
	}
	// Below flat h no longer grows as p falls, and the integrand decays for good.
	flat := min(mode, 1/(s*max(k, 1)))
	for d, w := -step, mode/up; at(d, w) || w > flat; {
		d, w = d-step, w/up
	}
	return h1 + b/(c+1)*sum/mass
}
