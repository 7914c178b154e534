package partition_test

import (
	"fmt"
	"testing"

	"github.com/ebbstream/ebb/operators"
	"github.com/ebbstream/ebb/operators/action"
	"github.com/ebbstream/ebb/operators/catalog"
	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// experimenting makes every v an offer, which is rewarded by a p within a time; half of the people are control.
func experimenting(t *testing.T, within schemas.Duration) func(*partition.Config) {
	return func(c *partition.Config) {
		blocks := catalog.Defaults()
		blocks.Actions = catalog.Named[action.Config]{"tip": {On: "v", Channel: "m"}}
		blocks.Experiments = map[string]action.Experiment{"tips": {Actions: []string{"tip"}, Control: 0.5, Reward: "p", Within: &within}}
		compiled, faults := catalog.Compile(blocks, catalog.Setting{Name: "t",
			Time: operators.Time{Lateness: 10 * schemas.Minute, Accept: schemas.Day}, Limits: expr.Limits{Events: 1000, Values: 100}})
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		c.Catalog = compiled
	}
}

// counted is what the rows say of an arm: decisions, those converted, people whose time is over, those rewarded.
func (b *bench) counted(arm string) string {
	b.t.Helper()
	all, err := partition.ReadTallies(b.rows, 0, b.c.Catalog.Studies())
	if err != nil {
		b.t.Fatal(err)
	}
	n := map[schemas.OutcomeKind]int64{}
	for key, tally := range all["tips"] {
		if key.Control == (arm == schemas.ArmControl) {
			for k, count := range tally.N {
				n[schemas.OutcomeKind(k)] += count
			}
		}
	}
	return fmt.Sprint(n[schemas.OutcomeDecided], n[schemas.OutcomeConverted], n[schemas.OutcomeTried], n[schemas.OutcomeSucceeded])
}

// TestTallies: what is counted goes through repetitions, restarts and erasures, and is there when the watermark has passed
// though nobody comes back.
func TestTallies(t *testing.T) {
	b := newBench(t, experimenting(t, schemas.Hour), "a", "t.events")
	// The buckets of u3 and cleo for "tips" are 8,160 and 9,651, that of u2 is 1,503.
	want := func(treatment, control string) {
		t.Helper()
		b.commit()
		if got := b.counted(schemas.ArmTreatment); got != treatment {
			t.Errorf("treatment is %s, not %s", got, treatment)
		}
		if got := b.counted(schemas.ArmControl); got != control {
			t.Errorf("control is %s, not %s", got, control)
		}
	}
	b.push("a", "1", "v", "u3", "09:00:00")
	b.push("a", "2", "v", "u2", "09:00:00")
	want("1 0 0 0", "1 0 0 0")
	b.open(b.sealed.Position)
	b.push("a", "3", "p", "u3", "09:30:00")
	b.push("a", "3", "p", "u3", "09:30:00")
	b.push("a", "4", "p", "u2", "10:00:00.001")
	want("1 1 0 0", "1 0 0 0")
	b.open(b.sealed.Position)
	b.push("a", "5", "p", "u3", "09:31:00") // it is converted already
	b.push("a", "6", "x", "u4", "10:10:00") // the watermark comes to the end of the hour, which belongs to it
	want("1 1 0 0", "1 0 0 0")
	b.push("a", "7", "x", "u4", "10:10:00.001")
	want("1 1 1 1", "1 0 1 0")
	b.open(b.sealed.Position)
	b.push("a", "8", "p", "u2", "09:59:59") // late, and yet in time
	want("1 1 1 1", "1 1 1 1")
	b.push("a", "9", "v", "cleo", "10:11:00")
	b.push("a", "10", "ebb.erase", "cleo", "10:12:00") // what was counted stays; of the erased nobody knows what they do
	b.push("a", "11", "p", "cleo", "10:13:00")
	b.push("a", "12", "x", "u4", "11:59:00")
	want("2 1 1 1", "1 1 1 1")
	told := b.sealed.Told.Outcomes
	if len(told) != 1 || told[schemas.Outcome{Experiment: "tips", Action: "tip", Arm: schemas.ArmTreatment}] != 1 {
		t.Errorf("the last batch tells %v", told)
	}
}

// TestTalliesOfAnotherMeaning: an experiment that means something else begins anew, without being refused for want of history,
// and goes on where it stopped when it is as before.
func TestTalliesOfAnotherMeaning(t *testing.T) {
	b := newBench(t, nil, "a", "t.events")
	b.push("a", "1", "x", "u3", "08:59:00")
	b.commit()
	experimenting(t, schemas.Hour)(b.c)
	b.open(b.sealed.Position)
	b.push("a", "2", "v", "u3", "09:00:00")
	b.commit()
	experimenting(t, schemas.Minute)(b.c)
	b.open(b.sealed.Position)
	if got := b.counted(schemas.ArmTreatment); got != "0 0 0 0" {
		t.Errorf("there is counted %s", got)
	}
	b.push("a", "3", "p", "u3", "09:00:01") // the decision was of another experiment
	b.commit()
	if got := b.counted(schemas.ArmTreatment); got != "0 0 0 0" {
		t.Errorf("there is counted %s", got)
	}
	experimenting(t, schemas.Hour)(b.c)
	if got := b.counted(schemas.ArmTreatment); got != "1 0 0 0" {
		t.Errorf("of the first one there is counted %s", got)
	}
	b.rows[state.TallyKey(b.c.Catalog.Studies()[0].Text)] = append(state.AppendRow(nil, schemas.Never), 7)
	if _, err := partition.New(b.c, 0, b.sealed.Position, b.rows); err == nil {
		t.Error("a row that is cut is read")
	}
}
