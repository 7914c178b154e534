package predict

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s = %v, want %v within %v", what, got, want, tolerance)
	}
}

func apart(got, want float64) float64 {
	if got == want {
		return 0
	}
	return math.Abs(got/want - 1)
}

// TestPublished has the numbers printed in the paper, in Hardie's spreadsheet and in BTYD's manual.
func TestPublished(t *testing.T) {
	near(t, "E[Y(39)|2, 30.43, 38.86]", paper.Expected(2, 30.43, 38.86, 39), 1.226, 5e-4)
	near(t, "P(alive|2, 30.43, 38.86)", paper.PAlive(2, 30.43, 38.86), 0.7266, 5e-5)
	near(t, "P(alive|0, 0, 38.86)", paper.PAlive(0, 0, 38.86), 1, 0)
	// The spreadsheet has the parameters it fitted itself, to more digits than it prints.
	fitted := BGNBD{0.2425929, 4.413531, 0.7928861, 2.425754}
	for at, want := range map[float64]float64{0.1429: 0.0078, 1: 0.0532, 3: 0.1506, 31.8571: 1.0405, 32: 1.0437, 78: 1.8576} {
		near(t, "E[X(t)]", fitted.Expected(0, 0, 0, at), want, 5e-5+2e-4*want)
	}
	near(t, "ln L(0, 0, 40)", BGNBD{0.25, 4, 0.8, 2.5}.LogLikelihood([]Repeats{{0, 0, 40}}), -0.59947382, 1e-8)
}

// TestIndependent has numbers computed with lifetimes 0.11.3.
func TestIndependent(t *testing.T) {
	for _, c := range [][4]float64{{1, 1.71, 38.86, 0.2121009854}, {2, 30.43, 38.86, 0.7265785701}, {7, 29.43, 38.86, 0.6417563459},
		{5, 30, 39, 0.7056268472}, {10, 30, 39, 0.5715517342}, {20, 30, 39, 0.1968204445}} {
		near(t, "PAlive", paper.PAlive(c[0], c[1], c[2]), c[3], 1e-10)
	}
	for _, c := range [][5]float64{{1, 2, 30.43, 38.86, 0.03744796974}, {39, 1, 1.71, 38.86, 0.2031869871},
		{52, 7, 29.43, 38.86, 4.198855585}, {2, 10, 35, 39, 0.3915692071}} {
		near(t, "Expected", paper.Expected(c[1], c[2], c[3], c[0]), c[4], 1e-9)
	}
	half := BGNBD{0.1896802273, 2.263306165, 1.960002339, 3.475724729}
	near(t, "Expected, row 20", half.Expected(2, 96, 159, 10), 0.0576511659, 1e-9)
	for _, c := range table(t, "lifetimes.csv") {
		x, tx, T := c[1], c[2], c[3]
		near(t, "lifetimes PAlive", lifetimes.PAlive(x, tx, T), c[4], 1e-8)
		near(t, "lifetimes Expected", lifetimes.Expected(x, tx, T, 30), c[5], 1e-8)
	}
	money := GammaGamma{P: 2.99141813, Q: 3.110875496, V: 300.0815155}
	for _, c := range table(t, "retail.csv") {
		x, tx, T := c[0], c[1], c[2]
		near(t, "retail PAlive", retail.PAlive(x, tx, T), c[4], 1e-6)
		near(t, "retail Expected", retail.Expected(x, tx, T, 30), c[5], 1e-5)
		near(t, "retail Mean", money.Mean(x, x*c[3]), c[6], 1e-5)
	}
}

// TestHighPrecision measures against 220 digits over the whole range of parameters and histories.
func TestHighPrecision(t *testing.T) {
	var alive, expected float64
	for _, c := range table(t, "bgnbd_mpmath.csv") {
		m, x, tx, T, horizon := BGNBD{c[0], c[1], c[2], c[3]}, c[4], c[5], c[6], c[7]
		p, e := m.PAlive(x, tx, T), m.Expected(x, tx, T, horizon)
		if c[8] < 1e-300 { // not a normal number
			near(t, "PAlive", p, 0, 1e-300)
			near(t, "Expected", e, 0, 1e-290)
			continue
		}
		if d := apart(p, c[8]); !(d <= 1e-12) {
			t.Errorf("%v: PAlive %v, want %v: a relative %.1e", c[:7], p, c[8], d)
		}
		if d := apart(e, c[9]); !(d <= 1e-12) {
			t.Errorf("%v: Expected %v, want %v: a relative %.1e", c[:8], e, c[9], d)
		}
		alive, expected = max(alive, apart(p, c[8])), max(expected, apart(e, c[9]))
	}
	t.Logf("greatest relative error: PAlive %.1e, Expected %.1e", alive, expected)
}

// TestTimers has the instants at which P(alive) of the paper's model crosses 3/4, after one repeat purchase and after two.
func TestTimers(t *testing.T) {
	const ms = 1.0 / (7 * 24 * 3600 * 1000)
	first := 31.0 / 7
	crossed := func(x, tx, T float64) {
		t.Helper()
		if before, after := paper.PAlive(x, tx, T-ms), paper.PAlive(x, tx, T); before < 0.75 || after >= 0.75 {
			t.Errorf("P(alive) goes from %v to %v in a millisecond, and should cross 0.75", before, after)
		}
	}
	crossed(1, first, (31*86400e3+84837861)*ms)
	near(t, "P(alive) at the end", paper.PAlive(2, 30.43, 38.86), 0.726578570080673, 1e-14)
	crossed(2, (213*86400e3+864e3)*ms, (256*86400e3+6568777)*ms)
}

func TestMoments(t *testing.T) {
	for _, m := range []BGNBD{paper, lifetimes, retail, {0.5, 7, 1, 2.5}} {
		near(t, "no horizon", m.Expected(3, 10, 20, 0), 0, 0)
		// At first a customer who is alive buys at the mean of the rate, (R+x)/(Alpha+T).
		near(t, "start", m.Expected(3, 10, 20, 1e-9)/1e-9/m.PAlive(3, 10, 20)*(m.Alpha+20)/(m.R+3), 1, 1e-8)
		near(t, "after an age", m.PAlive(1000, 10, 1e6), 0, 1e-3)
	}
	near(t, "endless", lifetimes.Expected(0, 0, 5, math.Inf(1)), (1.850343095+3.181058796-1)/0.850343095, 1e-12)
	near(t, "almost endless", lifetimes.Expected(5, 20, 30, 1e200), lifetimes.Expected(5, 20, 30, math.Inf(1)), 1e-12)
	near(t, "endless, never", lifetimes.Expected(1e6, 1, 1e6, math.Inf(1)), 0, 0)
	if e := paper.Expected(0, 0, 5, math.Inf(1)); !math.IsInf(e, 1) {
		t.Errorf("endless horizon with A < 1: %v", e)
	}
	// Without dropout it is a negative binomial process.
	forever := BGNBD{0.7, 60, 1e-12, 1e12}
	near(t, "no dropout", forever.Expected(5, 100, 120, 30), 5.7*30/180, 1e-10)
}

// TestAroundOne goes through A = 1 (the formula's pole) and A+B+x = 1 (a pole of its 2F1) in small steps.
func TestAroundOne(t *testing.T) {
	for _, at := range []struct{ a, b, x float64 }{{1, 2.5, 0}, {1, 2.5, 4}, {0.25, 0.75, 0}, {0.5, 0.5, 0}} {
		for _, horizon := range []float64{1e-6, 1, 100, 1e6} {
			want := BGNBD{0.5, 7, at.a, at.b}.Expected(at.x, 10, 20, horizon)
			if !(want > 0) {
				t.Errorf("%v: %v", at, want)
			}
			for _, d := range []float64{1e-15, 1e-13, 1e-11, 1e-9, 1e-7} {
				for _, a := range []float64{at.a - d, at.a + d} {
					got := BGNBD{0.5, 7, a, at.b}.Expected(at.x, 10, 20, horizon)
					if !(apart(got, want) <= 20*d+1e-12) {
						t.Errorf("%v, horizon %v: %v at A %v, %v at %v", at, horizon, want, at.a, got, a)
					}
				}
			}
		}
	}
}

// TestSeriesAndIntegral compares the two where either would do.
func TestSeriesAndIntegral(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		k, a, b := power(random, -2, 3), power(random, -6, 2), power(random, -2, 4)
		s := power(random, 0, 1.5)
		if k*s < 2 || k*s > 500 || k*math.Log1p(s) > 600 {
			continue
		}
		if series, integral := whileAliveSeries(k, a, b, s), whileAliveIntegral(k, a, b, s); !(apart(integral, series) <= 1e-12) {
			t.Errorf("k %v, a %v, b %v, s %v: %v by the series, %v by the integral", k, a, b, s, series, integral)
		}
	}
}

// TestFalls checks over random models and histories that PAlive and Expected lie within their bounds, that neither rises with
// T, and that Expected rises with the horizon. Some T are close together, where rounding is all there is.
func TestFalls(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	const slack = 1 + 1e-12
	for range 3000 {
		m := BGNBD{power(random, -3, 2), power(random, -3, 4), power(random, -6, 3), power(random, -3, 5)}
		x := math.Floor(power(random, -0.5, 6))
		tx, horizon := power(random, -3, 6), power(random, -4, 6)
		if x == 0 {
			tx = 0
		}
		p, e, T := 1.0, math.Inf(1), tx
		for range 50 {
			alive, expected := m.PAlive(x, tx, T), m.Expected(x, tx, T, horizon)
			if !(alive >= 0 && alive <= p*slack) || x == 0 && alive != 1 {
				t.Fatalf("%+v (%v, %v, %v): P(alive) %v after %v", m, x, tx, T, alive, p)
			}
			limit := min((m.R+x)*horizon/(m.Alpha+T), m.Expected(x, tx, T, horizon*1.001)) // no dropout; longer
			if !(expected >= 0 && expected <= e*slack && expected <= limit*slack) {
				t.Fatalf("%+v (%v, %v, %v, %v): expected %v after %v, limit %v", m, x, tx, T, horizon, expected, e, limit)
			}
			p, e = alive, expected
			T += power(random, -9, 0) * max(T, m.Alpha)
		}
	}
}

func TestDomain(t *testing.T) {
	if err := paper.Check(); err != nil {
		t.Error(err)
	}
	for _, v := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		for name, m := range map[string]BGNBD{"r": {v, 1, 1, 1}, "alpha": {1, v, 1, 1}, "a": {1, 1, v, 1}, "b": {1, 1, 1, v}} {
			if err := m.Check(); err == nil || !strings.Contains(err.Error(), "parameter "+name+" ") {
				t.Errorf("%+v: %v", m, err)
			}
		}
	}
	nan := math.NaN()
	for _, c := range [][4]float64{{-1, 0, 1, 1}, {1, -1, 1, 1}, {1, 2, 1, 1}, {1, 1, 2, -1}, {nan, 1, 2, 1}, {1, nan, 2, 1},
		{1, 1, nan, 1}, {1, 1, 2, nan}, {1, 1, math.Inf(1), 1}, {math.Inf(1), 1, 2, 1}} {
		if e := paper.Expected(c[0], c[1], c[2], c[3]); !math.IsNaN(e) {
			t.Errorf("Expected%v = %v", c, e)
		}
	}
	if p, l := paper.PAlive(1, 2, 1), paper.LogLikelihood([]Repeats{{1, 2, 1}}); !math.IsNaN(p) || !math.IsNaN(l) {
		t.Errorf("a last purchase that is yet to come: %v, %v", p, l)
	}
}

func power(random *rand.Rand, low, high float64) float64 {
	return math.Pow(10, low+(high-low)*random.Float64())
}
