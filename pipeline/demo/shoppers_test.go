package demo

import (
	"testing"

	"github.com/ebbstream/ebb/schemas"
)

// TestShoppers: the same seed gives the same events, in the order of their arrival, with all that the shop is to notice.
func TestShoppers(t *testing.T) {
	one, other := NewShoppers(1, 60), NewShoppers(1, 60)
	types, revoked := map[string]int{}, 0
	seen := map[string]schemas.Instant{}
	lapses, last := 0, schemas.Earliest
	for last < Start.Add(30*schemas.Day) {
		e := one.Next()
		if a, b := string(e.AppendJSON(nil)), string(other.Next().AppendJSON(nil)); a != b {
			t.Fatalf("one seed gives both\n%s\n%s", a, b)
		}
		if e.Arrival < last || e.Arrival < e.Time {
			t.Fatalf("%s of %v arrives at %v, after one of %v", e.ID, e.Time, e.Arrival, last)
		}
		last = e.Arrival
		types[e.Type]++
		if e.Props["status"] == "revoked" {
			revoked++
		}
		if was, found := seen[e.Shopper]; found && e.Time.Sub(was) > 5*schemas.Day {
			lapses++
		}
		seen[e.Shopper] = e.Time
	}
	for _, kind := range []string{"page_view", "product_view", "add_to_cart", "purchase", "ebb.traits", "ebb.context", "ebb.consent"} {
		if types[kind] < 40 {
			t.Errorf("%d of %s in a month", types[kind], kind)
		}
	}
	if len(seen) != 60 || revoked == 0 || lapses == 0 {
		t.Errorf("%d shoppers, %d consents revoked, %d times away for long", len(seen), revoked, lapses)
	}
	t.Logf("%v, %d revoked, %d lapses", types, revoked, lapses)
}
