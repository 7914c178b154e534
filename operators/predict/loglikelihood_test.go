package predict

import (
	"math"
	"testing"
)

// TestCDNOW has the published log-likelihoods at the published, rounded parameters: close to a maximum they hardly matter.
func TestCDNOW(t *testing.T) {
	var histories []Repeats
	var spendings []Spending
	for _, c := range table(t, "cdnow.csv") {
		histories = append(histories, Repeats{X: c[0], Tx: c[1], T: c[2]})
		if c[0] > 0 && c[3] > 0 {
			spendings = append(spendings, Spending{X: c[0], Mean: c[3]})
		}
	}
	if len(histories) != 2357 || len(spendings) != 946 {
		t.Fatal(len(histories), len(spendings))
	}
	near(t, "BG/NBD", paper.LogLikelihood(histories), -9582.43, 0.005)
	near(t, "Gamma-Gamma", spend.LogLikelihood(spendings), -4055.92, 0.005)
}

func TestLogLikelihoodHighPrecision(t *testing.T) {
	var worst float64
	for _, c := range table(t, "loglikelihood_mpmath.csv") {
		n, want := c[1:8], c[8]
		got := BGNBD{n[0], n[1], n[2], n[3]}.LogLikelihood([]Repeats{{n[4], n[5], n[6]}})
		if n[6] == 0 {
			got = GammaGamma{n[0], n[1], n[2]}.LogLikelihood([]Spending{{n[3], n[4]}})
		}
		d := math.Abs(got-want) / max(1, math.Abs(want))
		if worst = max(worst, d); !(d <= 1e-12) {
			t.Errorf("%v: %v, want %v", n, got, want)
		}
	}
	t.Logf("greatest error, relative above 1: %.1e", worst)
}

func TestLogLikelihoodDomain(t *testing.T) {
	if l := paper.LogLikelihood(nil); l != 0 {
		t.Error(l)
	}
	for _, c := range []Spending{{0, 1}, {1, 0}, {-1, 1}, {1, math.NaN()}} {
		if l := spend.LogLikelihood([]Spending{{1, 1}, c}); !math.IsNaN(l) {
			t.Errorf("%+v: %v", c, l)
		}
	}
}
