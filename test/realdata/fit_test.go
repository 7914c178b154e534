package realdata

import (
	"math"
	"testing"

	"github.com/ebbstream/ebb/operators"
	"github.com/ebbstream/ebb/operators/catalog"
	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/operators/predict"
	"github.com/ebbstream/ebb/pipeline"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// histories are what the model of a configuration sees of the events of its type, as ebb fit does.
func (s *set) histories(t *testing.T, input, typ string, end schemas.Instant) (repeats []predict.Repeats, spendings []predict.Spending) {
	t.Helper()
	compiled, faults := catalog.Compile(s.blocks.Histories([]string{typ}), catalog.Setting{
		Time:   operators.Time{Lateness: 10 * schemas.Minute, Accept: schemas.Day},
		Limits: expr.Limits{Events: 10000, Values: 1000},
	})
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	survey := &pipeline.Survey{Catalog: compiled, Inputs: []string{input}, AsOf: end, Sort: true, Memory: 256 << 20}
	_, err := survey.Run(t.Context(), func(c *catalog.Chain, p *state.Profile, final schemas.Instant) {
		r, spent, found := c.Purchases(p, typ, final)
		if !found {
			return
		}
		repeats = append(repeats, r)
		if spent.X > 0 {
			spendings = append(spendings, spent)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return repeats, spendings
}

func fitted(t *testing.T, repeats []predict.Repeats) *predict.FittedBGNBD {
	t.Helper()
	f, err := predict.FitBGNBD(repeats)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", *f)
	return f
}

func is(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !near(got, want, tolerance) {
		t.Errorf("%s: want %v, got %v", what, want, got)
	}
}

// TestLifetimesFit wants the parameters that the documentation of lifetimes prints, and those it computes, from the
// purchases of its 5,000 simulated customers; and of those up to September, by what they make of customer 20.
func TestLifetimesFit(t *testing.T) {
	s, input := open(t, "bgnbd/config.yaml"), write(t, purchases(t))
	repeats, _ := s.histories(t, input, "purchase", endOfObservation(t))
	f := fitted(t, repeats)
	is(t, "r", f.R, 0.1638509019, 1e-6)
	is(t, "alpha", f.Alpha, 1.86428077, 1e-5)
	is(t, "a", f.A, 1.850343095, 1e-5)
	is(t, "b", f.B, 3.181058796, 2e-5)
	is(t, "log-likelihood", f.LogLikelihood, -39248.62612, 1e-4)
	if f.Customers != 5000 {
		t.Errorf("want 5000 customers, got %d", f.Customers)
	}

	calibration, _ := s.histories(t, input, "purchase", instant(t, "2014-09-01T00:00:00Z"))
	c := fitted(t, calibration)
	is(t, "r until September", c.R, 0.1896802273, 1e-6)
	is(t, "alpha until September", c.Alpha, 2.263306165, 1e-5)
	is(t, "a until September", c.A, 1.960002339, 1e-5)
	is(t, "b until September", c.B, 3.475724729, 2e-5)
	is(t, "customer 20 in December", c.Expected(2, 96, 159, 10), readBGNBD(t).Example.Published.Row20.Value, 5e-7)
}

// TestRetailFit wants the parameters that lifetimes fits to half a year of orders. Nobody is seen to leave in that time: of a and b
// the histories say only that a is next to nothing beside b, and what is expected comes out all the same.
func TestRetailFit(t *testing.T) {
	reference := readJSON[struct {
		End           string             `json:"rfm_observation_end"`
		BGNBD         map[string]float64 `json:"bgnbd_days"`
		LogLikelihood float64            `json:"bgnbd_log_likelihood"`
		GammaGamma    map[string]float64 `json:"gamma_gamma"`
		Repeat        int                `json:"repeat_customers"`
		Sum           float64            `json:"sum_exp_30d"`
	}](t, "retail/reference.json")
	end := instant(t, reference.End+"T00:00:00Z")
	orders := readOrders(t)
	for _, o := range orders {
		o.at = min(o.at, end) // as in TestRetailExpectedPurchases
	}
	repeats, spendings := open(t, "retail/lifetime.yaml").histories(t, write(t, orderEvents(orders)), "order", end)
	f := fitted(t, repeats)
	is(t, "r", f.R, reference.BGNBD["r"], 1e-5)
	is(t, "alpha", f.Alpha, reference.BGNBD["alpha"], 1e-3)
	is(t, "log-likelihood", f.LogLikelihood, reference.LogLikelihood, 1e-3)
	if f.Buyers != reference.Repeat || f.A/f.B > 1e-8 || !math.IsNaN(f.Errors.A) || !math.IsNaN(f.Errors.B) {
		t.Errorf("%+v: want %d repeat buyers, and a and b not determined", *f, reference.Repeat)
	}
	sum := 0.0
	for _, r := range repeats {
		sum += f.Expected(r.X, r.Tx, r.T, 30)
	}
	is(t, "orders expected in 30 days", sum, reference.Sum, 1e-3)
	g, err := predict.FitGammaGamma(spendings)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", *g)
	is(t, "p", g.P, reference.GammaGamma["p"], 1e-4)
	is(t, "q", g.Q, reference.GammaGamma["q"], 1e-4)
	is(t, "v", g.V, reference.GammaGamma["v"], 1e-2)
}
