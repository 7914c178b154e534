package realdata

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/ebbstream/ebb/schemas"
)

// bgnbdFile is the reference, as far as it is asked for.
type bgnbdFile struct {
	Example struct {
		Published struct {
			End     string    `json:"observation_end"`
			Next30d []float64 `json:"expected_purchases_next_30d_ids_0_4"`
			Row20   struct {
				Value float64
			} `json:"expected_purchases_next_10d_row_20"`
		}
		Computed struct {
			Sum float64 `json:"sum_exp_30d"`
		}
	} `json:"example_transactions"`
	Fixed struct {
		Published, Computed []map[string]any
	} `json:"fixed_params"`
}

// purchases are the simulated transactions: one a day at most.
func purchases(t *testing.T) []event {
	t.Helper()
	rows := readTable(t, "bgnbd/example_transactions.csv.gz")
	events := make([]event, 0, len(rows))
	for _, r := range rows {
		events = append(events, event{ID: lineID(len(events)), Subject: r["id"], Type: "purchase", Time: instant(t, r["date"])})
	}
	return events
}

// replayPurchases runs events as of the end of the observation; the transactions are not in the order of time.
func replayPurchases(t *testing.T, events []event) *result {
	t.Helper()
	return open(t, "bgnbd/config.yaml").replaySorted(t, write(t, events), endOfObservation(t), true)
}

func readBGNBD(t *testing.T) bgnbdFile {
	t.Helper()
	return readJSON[bgnbdFile](t, "bgnbd/bgnbd_reference.json")
}

func endOfObservation(t *testing.T) schemas.Instant {
	t.Helper()
	return instant(t, readBGNBD(t).Example.Published.End+"T00:00:00Z")
}

// TestLifetimesCustomers wants P(alive) and the purchases expected in 30 days of all 5,000 simulated customers, from their
// purchases, to the eight decimals of the table; and the five that are printed in the documentation of lifetimes.
func TestLifetimesCustomers(t *testing.T) {
	reference := readBGNBD(t).Example
	got := replayPurchases(t, purchases(t))
	customers := readTable(t, "bgnbd/summary_2014-12-31_with_predictions.csv.gz")
	if len(customers) != 5000 || len(got.Profiles) != len(customers) {
		t.Errorf("want 5000 customers, got %d and %d profiles", len(customers), len(got.Profiles))
	}
	sum := 0.0
	for _, r := range customers {
		p := got.Profiles[r["id"]]
		for _, column := range []string{"p_alive", "exp_30d"} {
			if want, v := r.number(t, column), p.number(t, column); !near(v, want, 1e-8) {
				t.Errorf("%s of %s: want %v, got %v", column, r["id"], want, v)
			}
		}
		sum += p.number(t, "exp_30d")
	}
	if !near(sum, reference.Computed.Sum, 1e-6) {
		t.Errorf("all purchases expected: want %v, got %v", reference.Computed.Sum, sum)
	}
	if len(reference.Published.Next30d) != 5 {
		t.Errorf("want 5 printed numbers, got %d", len(reference.Published.Next30d))
	}
	for id, want := range reference.Published.Next30d {
		if v := got.Profiles[fmt.Sprint(id)].number(t, "exp_30d"); !near(v, want, 5e-7) {
			t.Errorf("printed for %d: want %v, got %v", id, want, v)
		}
	}
}

// TestLifetimesCalibrated: the documentation applies what was fitted to the purchases up to September to customer 20 in
// December. They are events of another type here, so that the other parameters are used.
func TestLifetimesCalibrated(t *testing.T) {
	var events []event
	for _, e := range purchases(t) {
		if e.Subject == "20" {
			e.Type = "calibrated"
			events = append(events, e)
		}
	}
	want := readBGNBD(t).Example.Published.Row20.Value
	if v := replayPurchases(t, events).Profiles["20"].number(t, "calibrated_10d"); !near(v, want, 5e-7) {
		t.Errorf("want %v, got %v", want, v)
	}
}

// TestCDNOW wants the numbers of Fader and Hardie's data: of histories in weeks with fractions, as of now. What the
// references ask of a random customer, P(X(t) = n) and E[X(t)], ebb has no function for.
func TestCDNOW(t *testing.T) {
	reference, end := readBGNBD(t).Fixed, endOfObservation(t)
	weeks := func(n float64) schemas.Duration { return schemas.Duration(math.Round(n * float64(schemas.Week))) }
	type question struct {
		subject, feature string
		want, tolerance  float64
	}
	var questions []question
	var events []event
	for i, p := range append(reference.Published, reference.Computed...) {
		x, found := p["x"].(float64)
		if !found {
			continue
		}
		subject, start := fmt.Sprint(i), end.Add(-weeks(p["T"].(float64)))
		for n := range int(x) + 1 { // the repeats between the first and the last count only by their number
			events = append(events, event{ID: lineID(n), Subject: subject, Type: "cdnow", Time: start.Add(weeks(p["t_x"].(float64) * float64(n) / x))})
		}
		q := question{subject, "cdnow_alive", p["value"].(float64), 1e-9}
		if strings.HasPrefix(p["f"].(string), "E[Y(t)") {
			q.feature = fmt.Sprintf("cdnow_%vw", p["t"])
		}
		if tolerance, printed := p["abs_tol"].(float64); printed {
			q.tolerance = tolerance
		}
		questions = append(questions, q)
	}
	if len(questions) != 11 {
		t.Errorf("want 11 histories, got %d", len(questions))
	}
	got := replayPurchases(t, events)
	for _, q := range questions {
		if v := got.Profiles[q.subject].number(t, q.feature); !near(v, q.want, q.tolerance) {
			t.Errorf("%s of history %s: want %v, got %v", q.feature, q.subject, q.want, v)
		}
	}
}

// TestNewCustomersAreAlive: by convention of the literature, who bought once and never again is alive for certain.
func TestNewCustomersAreAlive(t *testing.T) {
	events := []event{{ID: "1", Subject: "u", Type: "cdnow", Time: endOfObservation(t).Add(-40 * schemas.Week)}}
	if v := replayPurchases(t, events).Profiles["u"].number(t, "cdnow_alive"); v != 1 {
		t.Errorf("want 1, got %v", v)
	}
}
