package metamorphic

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"testing"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/test/engine"
)

// TestArms: of 100,000 people each is in the arm of their bucket, always the same, and the shares are those configured, as
// far as chance allows: within 4 standard deviations of a binomial number, which one of 16,000 experiments would leave.
func TestArms(t *testing.T) {
	const people = 100_000
	g, err := engine.New(`{name: t, actions: {a: {on: v, channel: m}, b: {on: w, channel: m}}, ` +
		`experiments: {x: {actions: [a], control: 0.1}, y: {actions: [b], control: 0.3333}}}`)
	if err != nil {
		t.Fatal(err)
	}
	var events []string
	for i := range people {
		for _, typ := range []string{"v", "w", "v"} {
			events = append(events, fmt.Sprintf(`{"id":"%d","type":%q,"subject":"customer-%d","time":"2026-01-05T10:00:00Z"}`, len(events), typ, i))
		}
	}
	out, err := g.Run([][]string{events}, schemas.Never)
	if err != nil {
		t.Fatal(err)
	}
	shares, both := map[string]float64{"x": 0.1, "y": 0.3333}, map[string]int{}
	control, decided := map[string]int{}, 0
	for _, m := range out {
		d, ok := m.(*schemas.Decision)
		if !ok {
			continue
		}
		decided++
		sum := sha256.Sum256([]byte(d.Experiment + ":" + d.Profile))
		bucket := binary.BigEndian.Uint64(sum[:8]) % 10_000
		want := schemas.ArmTreatment
		if float64(bucket) < math.Round(shares[d.Experiment]*10_000) {
			want = schemas.ArmControl
		}
		if d.Arm != want {
			t.Fatalf("%s of %s is in %s, not %s", d.Profile, d.Experiment, d.Arm, want)
		}
		if d.Arm == schemas.ArmControl && d.Trigger.ID != "" {
			control[d.Experiment]++
			both[d.Profile] |= map[string]int{"x": 1, "y": 2}[d.Experiment]
		}
	}
	if decided != 3*people {
		t.Fatalf("%d decisions of %d people", decided, people)
	}
	within := func(what string, n int, share float64) {
		if d := (float64(n) - people*share) / math.Sqrt(people*share*(1-share)); math.Abs(d) > 4 {
			t.Errorf("%d of %d people are %s, %.1f standard deviations from the share of %v", n, people, what, d, share)
		}
	}
	within("in control of x", control["x"]/2, 0.1) // decided for twice
	within("in control of y", control["y"], 0.3333)
	n := 0
	for _, of := range both {
		if of == 3 {
			n++
		}
	}
	within("in control of both, which have nothing to do with each other,", n, 0.1*0.3333)
}
