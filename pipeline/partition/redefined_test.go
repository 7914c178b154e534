package partition_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ebbstream/ebb/operators"
	"github.com/ebbstream/ebb/operators/catalog"
	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/operators/segment"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// mean gives the segment of the bench another meaning, and begins anew.
func (b *bench) mean(when string) {
	b.t.Helper()
	blocks := catalog.Defaults()
	blocks.Segments = catalog.Named[segment.Config]{"buyers": {When: when}}
	compiled, faults := catalog.Compile(blocks, catalog.Setting{
		Time: operators.Time{Lateness: 10 * schemas.Minute, Accept: schemas.Day}, Limits: expr.Limits{Events: 1000, Values: 100},
	})
	if len(faults) > 0 {
		b.t.Fatal(faults)
	}
	b.c.Catalog = compiled
	b.open(b.sealed.Position)
}

// piece folds once, and commits; left are those who left.
func (b *bench) piece(most int) (left []string, more bool) {
	b.t.Helper()
	more, err := b.p.Fold(b.now, most)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, line := range b.seal() {
		if key, exited := strings.CutSuffix(line, " segment.exited 11:00:00"); exited {
			left = append(left, strings.TrimPrefix(key, "segment-changes "))
		}
	}
	return left, more
}

// people are more than are looked at in one piece.
const people = 450

// newMembers is a bench where all of them are in the segment.
func newMembers(t *testing.T) *bench {
	t.Helper()
	b := newBench(t, nil, "clicks", "t.events")
	for i := range people {
		b.push("clicks", fmt.Sprint(i), "p", fmt.Sprintf("u%03d", i), "11:00:00")
	}
	b.commit()
	return b
}

// TestRedefined: who is in a segment by its old meaning alone leaves it without being touched, a few at a time, also over a
// restart, and once. Events need not wait for that.
func TestRedefined(t *testing.T) {
	b := newMembers(t)
	b.mean(`count("p", "1h") >= 2`)
	left, more := b.piece(5000)
	if len(left) < 100 || len(left) >= people || !more {
		t.Fatalf("%d left at once; more: %v", len(left), more)
	}
	if data := string(b.sealed.Outputs[0].Value); !strings.Contains(data, `"cause":"definition"`) {
		t.Errorf("the first change is %s", data)
	}
	b.open(b.sealed.Position) // as after a crash
	b.push("clicks", "x", "p", "u449", "11:00:30")
	b.push("clicks", "y", "p", "new", "11:00:30")
	rest, more := b.piece(5000)
	if b.sealed.Told.Events != 2 || !more {
		t.Errorf("%d events were folded beside it; more: %v", b.sealed.Told.Events, more)
	}
	for left = append(left, rest...); more; left = append(left, rest...) {
		rest, more = b.piece(5000)
	}
	slices.Sort(left)
	if n := len(slices.Compact(left)); n != len(left) || n != people {
		t.Errorf("%d left, %d of them different; there were %d", len(left), n, people)
	}
	if row, found := b.rows[state.RedefinedKey]; found {
		t.Errorf("it is not over: %q", row)
	}
	b.open(b.sealed.Position)
	if left, more := b.piece(5000); len(left) > 0 || more || b.sealed.Records > 0 {
		t.Errorf("it began again: %v", left)
	}
}

// TestRedefinedTwice: another change while one is under way begins with the first profile again.
func TestRedefinedTwice(t *testing.T) {
	b := newMembers(t)
	b.mean(`count("p", "1h") >= 2`)
	left, _ := b.piece(5000)
	b.mean(`count("p", "1h") >= 1`)
	out := b.commit()
	entered := 0
	for _, line := range out {
		if strings.HasSuffix(line, "segment.entered 11:00:00") {
			entered++
		}
	}
	if entered != len(left) || len(left) == 0 || len(out) != entered {
		t.Errorf("%d left, and %d entered again, in %d lines", len(left), entered, len(out))
	}
}
