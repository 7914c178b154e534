package realdata

import (
	"encoding/csv"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/ebbstream/ebb/schemas"
)

// order is an invoice: its earliest time and the exact sum of its purchase rows.
type order struct {
	invoice, customer string
	at                schemas.Instant
	amount            *big.Rat
}

// readOrders makes orders of the purchase rows: those with a customer, no cancellation, and a quantity and a price above 0.
// The rows are in the order of time.
func readOrders(t *testing.T) []*order {
	t.Helper()
	file := csv.NewReader(strings.NewReader(string(read(t, "retail/online_retail_2010-12_2011-05.csv.gz"))))
	lines, err := file.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range lines[0] {
		column[name] = i
	}
	var orders []*order
	byInvoice := map[string]*order{}
	for _, line := range lines[1:] {
		field := func(name string) string { return line[column[name]] }
		quantity, price := rational(t, field("Quantity")), rational(t, field("UnitPrice"))
		customer := strings.TrimSuffix(field("CustomerID"), ".0")
		invoice := field("InvoiceNo")
		if customer == "" || strings.HasPrefix(invoice, "C") || quantity.Sign() <= 0 || price.Sign() <= 0 {
			continue
		}
		o := byInvoice[invoice]
		if o == nil {
			o = &order{invoice, customer, instant(t, field("InvoiceDate")), new(big.Rat)}
			byInvoice[invoice] = o
			orders = append(orders, o)
		}
		if o.customer != customer {
			t.Fatalf("the invoice %s is of %s and of %s", invoice, o.customer, customer)
		}
		o.amount.Add(o.amount, quantity.Mul(quantity, price))
	}
	return orders
}

func rational(t *testing.T, text string) *big.Rat {
	t.Helper()
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		t.Fatalf("%q is no number", text)
	}
	return r
}

func orderEvents(orders []*order) []event {
	events := make([]event, 0, len(orders))
	for _, o := range orders {
		amount, _ := o.amount.Float64()
		events = append(events, event{ID: o.invoice, Subject: o.customer, Type: "order", Time: o.at, Data: map[string]any{"amount": amount}})
	}
	return events
}

// TestRetailOrders wants of the rows what the reference says of them, before ebb has its part.
func TestRetailOrders(t *testing.T) {
	reference := readJSON[map[string]any](t, "retail/reference.json")
	orders, customers, sum := readOrders(t), map[string]bool{}, new(big.Rat)
	for _, o := range orders {
		customers[o.customer] = true
		sum.Add(sum, o.amount)
	}
	pounds, _ := sum.Float64()
	for name, got := range map[string]float64{"purchase_invoices": float64(len(orders)), "purchase_customers": float64(len(customers)),
		"purchase_value_pence": math.Round(pounds * 100)} {
		if want := reference[name].(float64); got != want {
			t.Errorf("%s: want %v, got %v", name, want, got)
		}
	}
}

// TestRetailWindows asks at twelve instants what 25 customers have ordered in the last day, week and month, and the decayed
// sums of all they have ordered until then.
func TestRetailWindows(t *testing.T) {
	byInstant := map[schemas.Instant][]row{}
	for _, r := range readTable(t, "retail/windows_asof_2010-12_2011-05.csv") {
		at := instant(t, r["as_of"])
		byInstant[at] = append(byInstant[at], r)
	}
	if len(byInstant) != 12 {
		t.Errorf("want 12 instants, got %d", len(byInstant))
	}
	s, input := open(t, "retail/windows.yaml"), write(t, orderEvents(readOrders(t)))
	for at, rows := range byInstant {
		if len(rows) != 25 {
			t.Errorf("want 25 customers at %s, got %d", at, len(rows))
		}
		got := s.replay(t, input, at)
		for _, r := range rows {
			p, known := got.Profiles[r["customer"]]
			for column := range r {
				if column == "customer" || column == "as_of" {
					continue
				}
				want, v := r.number(t, column), 0.0
				if known { // before the first order there is no profile
					v = p.number(t, column)
				}
				if !near(v, want, windowTolerance(column, want)) {
					t.Errorf("%s of %s at %s: want %v, got %v", column, r["customer"], at, want, v)
				}
			}
		}
	}
}

// windowTolerance: counts are exact, values are to the penny; decayed counts are printed with ten decimals, decayed values
// with eight.
func windowTolerance(column string, want float64) float64 {
	switch {
	case strings.HasPrefix(column, "orders"):
		return 0
	case strings.HasPrefix(column, "value"):
		return 0.005
	case column == "decayed_orders_hl30d":
		return 1e-10
	}
	return 1e-8
}

// TestRetailExpectedPurchases asks on the last day what is to be expected of each of 2,718 customers.
//
// The references count in whole days up to 2011-05-31 and count that day's purchases, so the replay ends as that day
// begins and its orders, which per: day would put there anyway, are put at its start.
func TestRetailExpectedPurchases(t *testing.T) {
	end := instant(t, readJSON[map[string]any](t, "retail/reference.json")["rfm_observation_end"].(string)+"T00:00:00Z")
	orders := readOrders(t)
	for _, o := range orders {
		o.at = min(o.at, end)
	}
	got := open(t, "retail/lifetime.yaml").replay(t, write(t, orderEvents(orders)), end)
	customers := readTable(t, "retail/rfm_2010-12_2011-05.csv.gz")
	if len(customers) != 2718 || len(got.Profiles) != len(customers) {
		t.Errorf("want 2718 customers, got %d and %d profiles", len(customers), len(got.Profiles))
	}
	sum := 0.0
	for _, r := range customers {
		p := got.Profiles[r["CustomerID"]]
		is := func(column string, v, want, tolerance float64) {
			t.Helper()
			if !near(v, want, tolerance) {
				t.Errorf("%s of %s: want %v, got %v", column, r["CustomerID"], want, v)
			}
		}
		for column, tolerance := range map[string]float64{"invoices": 0, "total_value": 0.005, "p_alive": 1e-6, "exp_30d": 1e-6} {
			is(column, p.number(t, column), r.number(t, column), tolerance)
		}
		// The money is the purchases times the mean of one, each printed with six decimals.
		purchases, mean := r.number(t, "exp_30d"), r.number(t, "exp_avg_value")
		is("money_30d", p.number(t, "money_30d"), purchases*mean, 1e-6*(purchases+mean))
		sum += p.number(t, "exp_30d")
	}
	if want := readJSON[map[string]any](t, "retail/reference.json")["sum_exp_30d"].(float64); !near(sum, want, 1e-6*want) {
		t.Errorf("all purchases expected in 30 days: want %v, got %v", want, sum)
	}
}
