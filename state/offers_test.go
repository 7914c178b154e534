package state_test

import (
	"bytes"
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// offers lets each event be a decision of which something has come.
var offers = of("offers", func() *state.Offers { return &state.Offers{Within: window, Keep: plenty} },
	func(c *state.Offers, x told, _ state.Edge) {
		o := state.Offer{At: x.At, Action: x.Name, Control: x.Begins}
		copy(o.ID[:], x.ID)
		o.See(schemas.OutcomeKind(len(x.Source)))
		c.Add(o)
	},
	func(c *state.Offers, n schemas.Instant) string {
		var owed []string // to what an event from the horizon on is owed
		for at := n.Add(-accept); at <= n; at++ {
			if o := c.Last(at); o != nil {
				owed = append(owed, text(*o, c.Find(o.ID, at) != nil))
			}
		}
		return text(c.Trial, c.Ends(), owed)
	})

// TestOffersWithin: what comes strictly after a decision, up to within after it, is owed to it, and of several to the latest;
// feedback may also come at its instant.
func TestOffersWithin(t *testing.T) {
	c := &state.Offers{Within: 10, Keep: 5}
	c.Add(state.Offer{At: 100, ID: [16]byte{1}, Action: "a"})
	c.Add(state.Offer{At: 104, ID: [16]byte{2}, Action: "b"})
	for at, want := range map[schemas.Instant]string{100: "", 101: "a", 104: "a", 105: "b", 110: "b", 114: "b", 115: ""} {
		got := ""
		if o := c.Last(at); o != nil {
			got = o.Action
		}
		if got != want {
			t.Errorf("a reward at %d is owed to %q, not %q", at, got, want)
		}
	}
	for at, want := range map[schemas.Instant]bool{99: false, 100: true, 110: true, 111: false} {
		if got := c.Find([16]byte{1}, at) != nil; got != want {
			t.Errorf("feedback at %d for the decision at 100: %v", at, got)
		}
	}
	if c.Find([16]byte{3}, 105) != nil {
		t.Error("a decision that was not made is found")
	}
	c.Forget(110)
	if len(c.Open) != 2 {
		t.Error("a decision is forgotten while an event at its last instant is accepted")
	}
	if c.Forget(111); len(c.Open) != 1 || c.Open[0].Action != "b" {
		t.Errorf("there stay %v", c.Open)
	}
}

// TestTrial: a person is tried once, with the first decision; a reward counts for it whichever decision it is owed to, and one
// that comes late corrects the answer.
func TestTrial(t *testing.T) {
	c := &state.Offers{Within: 10, Keep: 1}
	if c.Ends() != schemas.Never || c.Rewarded(5) {
		t.Error("something ends that has not begun")
	}
	c.Add(state.Offer{At: 100, ID: [16]byte{1}, Control: true})
	if !c.Add(state.Offer{At: 105, ID: [16]byte{2}}) {
		t.Error("the limit is not told")
	}
	if c.Ends() != 111 || !c.Trial.Control {
		t.Errorf("the trial is %+v and ends at %d", c.Trial, c.Ends())
	}
	for _, at := range []schemas.Instant{100, 111} {
		if c.Rewarded(at); c.Trial.Reward {
			t.Errorf("a reward at %d counts", at)
		}
	}
	c.Trial.Over = true
	if c.Ends() != schemas.Never {
		t.Error("it ends twice")
	}
	if !c.Rewarded(110) || c.Rewarded(109) {
		t.Error("a late reward corrects the answer once")
	}
}

// TestTallies: tallies of parts add up to those of the whole, and go through their bytes; revenue is exact.
func TestTallies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all, parts := state.Tallies{}, []state.Tallies{{}, {}, {}}
		for range rapid.IntRange(0, 30).Draw(t, "outcomes") {
			o := schemas.Outcome{Action: rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "action"),
				Arm:   rapid.SampledFrom([]string{schemas.ArmControl, schemas.ArmTreatment}).Draw(t, "arm"),
				Kind:  schemas.OutcomeKind(rapid.IntRange(0, int(schemas.OutcomeKinds)-1).Draw(t, "kind")),
				Value: rapid.SampledFrom(sumOf).Draw(t, "value")}
			all.Add(o)
			parts[rapid.IntRange(0, 2).Draw(t, "part")].Add(o)
		}
		joined := state.Tallies{}
		for _, part := range parts {
			read, err := state.DecodeTallies(part.Append(nil))
			if err != nil {
				t.Fatal(err)
			}
			joined.AddAll(read)
		}
		if !bytes.Equal(joined.Append(nil), all.Append(nil)) {
			t.Fatalf("the parts add up to %v, not %v", joined, all)
		}
		for key, of := range all {
			if got := joined[key].Revenue.Value(); got != of.Revenue.Value() || math.IsNaN(got) {
				t.Fatalf("the revenue of %v is %v", key, got)
			}
		}
	})
	if _, err := state.DecodeTallies([]byte{1, 0}); err == nil {
		t.Error("bytes that are cut are read")
	}
}
