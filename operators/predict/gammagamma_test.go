package predict

import (
	"math"
	"strings"
	"testing"
)

func TestMean(t *testing.T) {
	near(t, "population", spend.Mean(0, 0), 35.22, 5e-3)
	near(t, "20 and 30", spend.Mean(2, 50), 6.25*65.44/15.24, 1e-13)
	near(t, "many", spend.Mean(1e6, 5e7), 50, 1e-3)
	for _, m := range []GammaGamma{{6, 1, 15}, {6, 0.5, 15}} {
		if v := m.Mean(0, 0); !math.IsNaN(v) {
			t.Errorf("%+v: the mean of the population is %v", m, v)
		}
		if v := m.Mean(1, 20); !(v > 0) {
			t.Errorf("%+v: the mean after a purchase is %v", m, v)
		}
	}
	for _, c := range [][2]float64{{-1, 1}, {1, -1}, {math.NaN(), 1}, {1, math.NaN()}} {
		if v := spend.Mean(c[0], c[1]); !math.IsNaN(v) {
			t.Errorf("Mean%v = %v", c, v)
		}
	}
	if err := spend.Check(); err != nil {
		t.Error(err)
	}
	if err := (GammaGamma{1, 0, 1}).Check(); err == nil || !strings.Contains(err.Error(), "parameter q ") {
		t.Error(err)
	}
}
