package state

import (
	"strings"
	"testing"

	"github.com/ebbstream/ebb/schemas"
)

// TestMergeSharesNothing: what is merged goes on by itself, also if its ids are long.
func TestMergeSharesNothing(t *testing.T) {
	names := NewNames("file")
	visit := func(id string, at schemas.Instant) *Visit {
		c := &Coded{}
		c.Code(&schemas.Event{Source: "file", ID: strings.Repeat(id, 100), Type: "view", Time: at}, -1, names)
		return &Visit{Coded: c}
	}
	from, into := &Sessions{Gap: 10, Names: names}, &Sessions{Gap: 10, Names: names}
	from.Begin(visit("a", 1))
	from.Extend(visit("b", 2))
	into.Merge(from)
	into.Extend(visit("c", 3))
	for _, c := range []struct {
		of   *Sessions
		exit string
	}{{from, "b"}, {into, "c"}} {
		if _, exit := c.of.Ends(&c.of.Open[0]); exit.ID != strings.Repeat(c.exit, 100) {
			t.Errorf("the last event is %s…, not %s…", exit.ID[:3], c.exit)
		}
	}
}
