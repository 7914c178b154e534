package state_test

import (
	"bytes"
	"testing"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// TestPendingForgets: of a value that was begun longer ago than the window the bytes say the same whether it was written
// meanwhile or not: of a begun and finished value at one instant, and of one begun first.
func TestPendingForgets(t *testing.T) {
	const w = 10
	at := func(now schemas.Instant) state.Edge { return state.Edge{Now: now, Horizon: 0, Names: names} }
	hat := schemas.StringValue("hat")
	again := func(c *state.Pending, e state.Edge) *state.Pending {
		l := state.NewLayout([]state.Spec{{Key: "p", New: func() state.Cell { return &state.Pending{Window: w, Keep: plenty} }}}, names, plenty)
		p := l.New("u")
		p.Alive, p.Now, p.Clock, p.Cells[0] = true, e.Now, e.Now, c
		q, err := l.Decode("u", l.Encode(nil, p, e.Horizon), nil)
		if err != nil {
			t.Fatal(err)
		}
		if q.Cells[0] == nil {
			return &state.Pending{Window: w, Keep: plenty}
		}
		return q.Cells[0].(*state.Pending)
	}
	var all [2][]byte
	for i := range all {
		c := &state.Pending{Window: w, Keep: plenty}
		c.Tell(5, hat, true, at(5))
		if i == 1 {
			c = again(c, at(20)) // nothing matters of it any more
		}
		c.Tell(5, hat, false, at(20))
		all[i] = c.Append(nil, at(20))
	}
	if !bytes.Equal(all[0], all[1]) {
		t.Errorf("%x, and %x when it was written between", all[0], all[1])
	}
}
