package predict

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// cdnow are the customers of the CDNOW sample, and those of them with repeat purchases.
func cdnow(t testing.TB) (histories []Repeats, spendings []Spending) {
	t.Helper()
	for _, c := range table(t, "cdnow.csv") {
		histories = append(histories, Repeats{X: c[0], Tx: c[1], T: c[2]})
		if c[0] > 0 && c[3] > 0 {
			spendings = append(spendings, Spending{X: c[0], Mean: c[3]})
		}
	}
	return histories, spendings
}

// TestFitCDNOW wants what Fader, Hardie and Lee, and Fader and Hardie print, to all their digits; and, to the digits it is
// known by, what Hardie's spreadsheet fits. The means of the amounts are rounded to the cent here, and v may be off by one.
func TestFitCDNOW(t *testing.T) {
	histories, spendings := cdnow(t)
	f, err := FitBGNBD(histories)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "r", f.R, 0.243, 5e-4)
	near(t, "alpha", f.Alpha, 4.414, 5e-4)
	near(t, "a", f.A, 0.793, 5e-4)
	near(t, "b", f.B, 2.426, 5e-4)
	near(t, "log-likelihood", f.LogLikelihood, -9582.43, 0.005)
	near(t, "r of the spreadsheet", f.R, 0.2425929, 1e-6)
	near(t, "alpha of the spreadsheet", f.Alpha, 4.413531, 5e-6)
	near(t, "a of the spreadsheet", f.A, 0.7928861, 1e-6)
	near(t, "b of the spreadsheet", f.B, 2.425754, 2e-6)
	if f.Customers != 2357 || f.Buyers != 946 {
		t.Error(f.Customers, f.Buyers)
	}
	t.Logf("%+v", *f)
	g, err := FitGammaGamma(spendings)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "p", g.P, 6.25, 5e-3)
	near(t, "q", g.Q, 3.74, 5e-3)
	near(t, "v", g.V, 15.44, 1e-2)
	near(t, "mean", g.Mean(0, 0), 35.22, 5e-2)
	near(t, "log-likelihood", g.LogLikelihood, -4055.92, 0.005)
	t.Logf("%+v", *g)
}

// TestFitWithoutDropout: on these customers nobody is seen to leave. Whatever a and b the climb ends at, it knows that it does not
// know them, and the rest it does.
func TestFitWithoutDropout(t *testing.T) {
	var histories []Repeats
	for _, c := range table(t, "retail.csv") {
		histories = append(histories, Repeats{c[0], c[1], c[2]})
	}
	f, err := FitBGNBD(histories)
	if err != nil {
		t.Fatal(err)
	}
	if !math.IsNaN(f.Errors.A) || !math.IsNaN(f.Errors.B) || !(f.Errors.R < f.R/5) || !(f.Errors.Alpha < f.Alpha/4) {
		t.Errorf("%+v", *f)
	}
	if err := f.Check(); err != nil || f.A/f.B > 1e-6 {
		t.Errorf("%+v: %v", f.BGNBD, err)
	}
}

// TestSlopes compares the derivatives with differences.
func TestSlopes(t *testing.T) {
	histories, spendings := cdnow(t)
	alike := alikeRepeats(histories)
	slices.SortFunc(spendings, func(a, b Spending) int { return int(a.X - b.X) })
	check := func(l likelihood, at ...float64) {
		t.Helper()
		gradient, rest := make([]float64, len(at)), make([]float64, len(at))
		l(at, gradient)
		for i := range at {
			h := 1e-4 * at[i]
			moved := slices.Clone(at)
			moved[i] = at[i] + h
			up := l(moved, rest)
			moved[i] = at[i] - h
			if d := (up - l(moved, rest)) / (2 * h); !(math.Abs(d-gradient[i])*at[i] <= 1e-3) {
				t.Errorf("at %v the derivative by parameter %d is %v, and by differences %v", at, i, gradient[i], d)
			}
		}
	}
	for _, m := range []BGNBD{paper, {1, 20, 0.1, 12}, {0.1, 0.5, 15, 0.3}} {
		at := []float64{m.R, m.Alpha, m.A, m.B}
		check(func(p, g []float64) float64 { return BGNBD{p[0], p[1], p[2], p[3]}.climbed(alike, g) }, at...)
		near(t, "the same likelihood", m.climbed(alike, make([]float64, 4)), m.LogLikelihood(histories), 1e-8)
	}
	for _, m := range []GammaGamma{spend, {0.5, 1.2, 100}, {30, 12, 15}} {
		check(func(p, g []float64) float64 { return GammaGamma{p[0], p[1], p[2]}.climbed(spendings, g) }, m.P, m.Q, m.V)
	}
}

// TestFitIsExact: neither the order of the customers nor the unit of time or money changes what is found.
func TestFitIsExact(t *testing.T) {
	histories, spendings := cdnow(t)
	f, err := FitBGNBD(histories)
	g, err2 := FitGammaGamma(spendings)
	if err = errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(5, 6))
	random.Shuffle(len(histories), func(i, j int) { histories[i], histories[j] = histories[j], histories[i] })
	random.Shuffle(len(spendings), func(i, j int) { spendings[i], spendings[j] = spendings[j], spendings[i] })
	again, _ := FitBGNBD(histories)
	if again.BGNBD != f.BGNBD || again.Errors != f.Errors {
		t.Errorf("in another order %+v, not %+v", *again, *f)
	}
	if again, _ := FitGammaGamma(spendings); again.GammaGamma != g.GammaGamma || again.Errors != g.Errors {
		t.Errorf("in another order %+v, not %+v", *again, *g)
	}
	for i := range histories {
		histories[i].Tx *= 7 * 24 * 3600
		histories[i].T *= 7 * 24 * 3600
	}
	seconds, err := FitBGNBD(histories)
	if err != nil || apart(seconds.R, f.R) > 1e-6 || apart(seconds.Alpha/(7*24*3600), f.Alpha) > 1e-6 || apart(seconds.B, f.B) > 1e-5 {
		t.Errorf("in seconds %+v, not %+v: %v", seconds, *f, err)
	}
	for i := range spendings {
		spendings[i].Mean *= 1e6
	}
	micro, err := FitGammaGamma(spendings)
	if err != nil || apart(micro.P, g.P) > 1e-5 || apart(micro.V/1e6, g.V) > 1e-5 {
		t.Errorf("in millionths %+v, not %+v: %v", micro, *g, err)
	}
}

// TestFitRefuses: what no model fits is told, not fitted.
func TestFitRefuses(t *testing.T) {
	same := make([]Spending, 50)
	for i := range same {
		same[i] = Spending{float64(i%3 + 1), 10}
	}
	_, noBuyers := FitBGNBD([]Repeats{{0, 0, 10}, {0, 0, 3}})
	_, nobody := FitBGNBD(nil)
	_, atOnce := FitBGNBD([]Repeats{{3, 0, 0}})
	_, impossible := FitBGNBD([]Repeats{{1, 2, 3}, {1, 5, 3}})
	_, noMoney := FitGammaGamma(nil)
	_, free := FitGammaGamma([]Spending{{1, 10}, {1, 0}})
	_, alike := FitGammaGamma(same)
	_, one := FitGammaGamma([]Spending{{2, 5}})
	for _, c := range []struct {
		err  error
		says string
	}{{noBuyers, "second time"}, {nobody, "second time"}, {atOnce, "one instant"}, {impossible, "the last at 5 of 3"}, {noMoney, "greater than 0"},
		{free, "of 0 each"}, {alike, "did not converge"}, {one, "did not converge"}} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.says) {
			t.Errorf("%v: want %q", c.err, c.says)
		} else {
			t.Log(c.err)
		}
	}
}
