package state_test

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// accept is how far behind the clock the histories of these tests may still arrive.
const accept = schemas.Duration(7)

var names = state.NewNames("file", "s1", "shoes", "session.first(hat)")

// keeper is a cell of a profile, told one thing after the other, as the fold does it.
type keeper struct {
	kind
	layout  *state.Layout
	profile *state.Profile
	used    *state.Profile // nobody uses it any more
}

func keep(k kind) *keeper {
	l := state.NewLayout([]state.Spec{{Key: k.name, New: k.make}}, names, plenty)
	return &keeper{kind: k, layout: l, profile: l.New("u1")}
}

func (k *keeper) cell() state.Cell { return k.profile.Cell(k.layout, 0) }

func (k *keeper) horizon() schemas.Instant { return k.profile.Clock.Add(-accept) }

func (k *keeper) edge() state.Edge {
	return state.Edge{Now: k.profile.Now, Horizon: k.horizon(), Names: names}
}

func (k *keeper) hear(x told) {
	p := k.profile
	if !p.Alive {
		p.Alive, p.First, p.Clock, p.Now = true, x.At, x.At, x.At
	}
	p.First, p.Clock, p.Now = min(p.First, x.At), max(p.Clock, x.At), max(p.Now, x.At)
	k.tell(k.cell(), x, k.edge())
}

// restart puts the profile through its bytes, into the memory of what it was before, and says so if they change by it.
func (k *keeper) restart(t *rapid.T) {
	text := k.layout.Encode(nil, k.profile, k.horizon())
	read := k.layout.Decode
	if used := k.used; used != nil {
		read = func(id string, b []byte, t *state.Translation) (*state.Profile, error) {
			return k.layout.Reopen(used, id, b)
		}
	}
	p, err := read(k.profile.ID, text, nil)
	if err != nil {
		t.Fatalf("%s: %v", k.name, err)
	}
	k.profile, k.used = p, k.profile
	if again := k.layout.Encode(nil, p, k.horizon()); !bytes.Equal(text, again) {
		t.Fatalf("%s: the bytes change by being read:\n%x\n%x", k.name, text, again)
	}
}

// agree compares what two cells of a kind answer at some instants from n on.
func (k kind) agree(t *rapid.T, a, b state.Cell, e state.Edge) {
	for _, n := range []schemas.Instant{e.Now, e.Now + 1, e.Now + 5, e.Now + 12, e.Now + 100} {
		exactA, looseA := k.ask(a, n)
		exactB, looseB := k.ask(b, n)
		if exactA != exactB {
			t.Fatalf("%s at %d:\n%s\n%s", k.name, n, exactA, exactB)
		}
		for i := range looseA {
			if x, y := looseA[i], looseB[i]; math.Abs(x-y) > 1e-12*max(sizeOf(k), math.Abs(x)) {
				t.Fatalf("%s at %d: %v and %v", k.name, n, x, y)
			}
		}
	}
}

// same compares their bytes, too.
func (k kind) same(t *rapid.T, a, b state.Cell, e state.Edge) {
	k.agree(t, a, b, e)
	if x, y := a.Append(nil, e), b.Append(nil, e); !k.loose && !bytes.Equal(x, y) {
		t.Fatalf("%s: the bytes differ:\n%x\n%x", k.name, x, y)
	}
}

// sizeOf is the size of the numbers that a sum was made of: what is left when they cancel is as exact as they were.
func sizeOf(k kind) float64 {
	if k.name == "decay" {
		return 1e18
	}
	return 1
}

func forEachKind(t *testing.T, check func(t *rapid.T, k kind)) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) { rapid.Check(t, func(t *rapid.T) { check(t, k) }) })
	}
}

// shuffled lets each thing wait, but no longer than accept behind a later one; often just as long.
func shuffled(t *rapid.T, all []told) []told {
	type arrival struct {
		told
		at, tie schemas.Instant
	}
	var out []arrival
	for _, x := range all {
		wait := rapid.SampledFrom([]schemas.Duration{0, 0, 1, 3, accept - 1, accept, accept}).Draw(t, "wait")
		out = append(out, arrival{x, x.At.Add(wait), schemas.Instant(rapid.IntRange(0, 3).Draw(t, "tie"))})
	}
	slices.SortStableFunc(out, func(a, b arrival) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.tie, b.tie)) })
	var order []told
	for _, a := range out {
		order = append(order, a.told)
	}
	return order
}

// TestAnyOrder: the order of arrival shows in no answer and in no byte.
func TestAnyOrder(t *testing.T) {
	forEachKind(t, func(t *rapid.T, k kind) {
		history := histories(t)
		one, other := keep(k), keep(k)
		for _, x := range history {
			one.hear(x)
		}
		for _, x := range shuffled(t, history) {
			other.hear(x)
		}
		k.same(t, one.cell(), other.cell(), one.edge())
	})
}

// TestPruning: a cell that forgets at every restart what can matter no more answers as one that forgets nothing, then and
// whatever comes after, out of order too; and in the end its bytes are the same.
func TestPruning(t *testing.T) {
	forEachKind(t, func(t *rapid.T, k kind) {
		never, often := keep(k), keep(k)
		for _, x := range shuffled(t, histories(t)) {
			never.hear(x)
			often.hear(x)
			if rapid.Bool().Draw(t, "a timer fires") {
				later := never.profile.Now + schemas.Instant(rapid.IntRange(1, 6).Draw(t, "later"))
				never.profile.Now, often.profile.Now = later, later
			}
			if rapid.Bool().Draw(t, "restart") {
				often.restart(t)
			}
			k.agree(t, never.cell(), often.cell(), never.edge())
		}
		k.same(t, never.cell(), often.cell(), never.edge())
	})
}

// TestMerge: cells that were told the parts of a history, merged in any order and grouping, are the cell that was told all.
func TestMerge(t *testing.T) {
	everything := state.Edge{Now: schemas.Earliest, Horizon: schemas.Earliest, Names: names}
	forEachKind(t, func(t *rapid.T, k kind) {
		history := histories(t)
		told := func(which func(part int) bool, parts []int) state.Cell {
			c := k.make()
			for i, x := range history {
				if which(parts[i]) {
					k.tell(c, x, everything)
				}
			}
			return c
		}
		parts := make([]int, len(history))
		for i := range parts {
			parts[i] = rapid.IntRange(0, 2).Draw(t, "part")
		}
		part := func(n int) state.Cell { return told(func(p int) bool { return p == n }, parts) }
		joined := func(first state.Cell, rest ...state.Cell) state.Cell {
			for _, c := range rest {
				first.Merge(c)
			}
			return first
		}
		want := told(func(int) bool { return true }, parts)
		e := state.Edge{Now: history[len(history)-1].At, Names: names}
		e.Horizon = e.Now.Add(-accept)
		for _, got := range []state.Cell{
			joined(part(0), part(1), part(2)),
			joined(part(0), joined(part(1), part(2))),
			joined(part(2), part(1), part(0)),
			joined(part(1), joined(part(2), part(0)), k.make()),
			joined(k.make(), part(1), part(0), part(2)),
		} {
			k.same(t, want, got, e)
		}
	})
}
