package predict

import (
	"flag"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

var seed = flag.Uint64("seed", 0, "seed of the random tests; 0: by the clock")

// TestFitRecovers draws parameters, then customers as the models have them, and wants the parameters back: none further off
// than five standard errors, and all of them together by about one. By the clock, the first bound fails once in 50,000 runs.
func TestFitRecovers(t *testing.T) {
	s := *seed
	if s == 0 {
		s = uint64(time.Now().UnixNano())
	}
	t.Logf("-seed %d", s)
	random := rand.New(rand.NewPCG(s, 0))
	squares, n := 0.0, 0
	off := func(what string, got, e, want float64) {
		z := math.Log(got/want) * got / e // as the logarithm is what is about normal
		t.Logf("%-6s %-9.4g fitted %-9.4g off by %5.2f standard errors", what, want, got, z)
		if !(math.Abs(z) <= 5) {
			t.Errorf("%s is %v: fitted %v ± %v", what, want, got, e)
		}
		squares += z * z
		n++
	}
	for range 6 {
		m := BGNBD{power(random, -0.5, 0.3), power(random, 0.3, 1.3), power(random, -0.2, 0.3), power(random, 0.2, 0.7)}
		money := GammaGamma{power(random, 0, 1), power(random, 0.4, 0.8), power(random, 1, 2)}
		var histories []Repeats
		var spendings []Spending
		for range 6000 {
			c := m.customer(random, m.Alpha*(5+10*random.Float64()))
			histories = append(histories, c)
			if c.X > 0 {
				rate := gamma(random, money.Q) / money.V
				spendings = append(spendings, Spending{c.X, gamma(random, money.P*c.X) / rate / c.X})
			}
		}
		f, err := FitBGNBD(histories)
		if err != nil {
			t.Fatalf("%+v: %v", m, err)
		}
		g, err := FitGammaGamma(spendings)
		if err != nil {
			t.Fatalf("%+v: %v", money, err)
		}
		if f.LogLikelihood < m.LogLikelihood(histories) || g.LogLikelihood < money.LogLikelihood(spendings) {
			t.Errorf("%+v, %+v: the parameters drawn are likelier than those fitted", m, money)
		}
		off("r", f.R, f.Errors.R, m.R)
		off("alpha", f.Alpha, f.Errors.Alpha, m.Alpha)
		off("a", f.A, f.Errors.A, m.A)
		off("b", f.B, f.Errors.B, m.B)
		off("p", g.P, g.Errors.P, money.P)
		off("q", g.Q, g.Errors.Q, money.Q)
		off("v", g.V, g.Errors.V, money.V)
	}
	if off := math.Sqrt(squares / float64(n)); off < 0.4 || off > 1.9 {
		t.Errorf("the parameters are off by %.2f standard errors, and should be by about one", off)
	}
}

// customer is one of the model's own, seen for T.
func (m BGNBD) customer(random *rand.Rand, T float64) Repeats {
	rate := gamma(random, m.R) / m.Alpha
	a, b := gamma(random, m.A), gamma(random, m.B)
	c := Repeats{T: T}
	for at := 0.0; ; {
		if at += random.ExpFloat64() / rate; at > T {
			return c
		}
		c.X, c.Tx = c.X+1, at
		if random.Float64() < a/(a+b) {
			return c
		}
	}
}

// gamma draws from the gamma distribution of a shape and scale 1: Marsaglia and Tsang, "A Simple Method for Generating Gamma
// Variables", ACM TOMS 26(3), 2000.
func gamma(random *rand.Rand, shape float64) float64 {
	if shape < 1 {
		return gamma(random, shape+1) * math.Pow(1-random.Float64(), 1/shape)
	}
	d := shape - 1.0/3
	for {
		x := random.NormFloat64()
		v := 1 + x/math.Sqrt(9*d)
		if v <= 0 {
			continue
		}
		v *= v * v
		if math.Log(1-random.Float64()) < x*x/2+d*(1-v+math.Log(v)) {
			return d * v
		}
	}
}
