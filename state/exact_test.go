package state_test

import (
	"bytes"
	"math"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/ebbstream/ebb/state"
)

// doubles are finite ones of any size: ordinary money, the least there are, huge ones, and any bits.
func doubles(t *rapid.T) float64 {
	switch rapid.IntRange(0, 4).Draw(t, "which") {
	case 0:
		return float64(rapid.IntRange(-10_000, 10_000).Draw(t, "cents")) / 100
	case 1:
		return math.Float64frombits(rapid.Uint64Range(0, 1<<53).Draw(t, "least")) * rapid.SampledFrom([]float64{1, -1}).Draw(t, "sign")
	case 2:
		return math.Ldexp(rapid.Float64Range(-1, 1).Draw(t, "part"), rapid.IntRange(900, 1000).Draw(t, "huge"))
	case 3:
		return math.Ldexp(1, rapid.IntRange(-1074, 1000).Draw(t, "power")) // halves of the last digit of others: ties
	}
	return rapid.Float64Range(-0x1p1000, 0x1p1000).Draw(t, "any")
}

// terms are some of them; many have their opposite among them, or nearly, so that they cancel.
func terms(t *rapid.T) []float64 {
	var all []float64
	for range rapid.IntRange(0, 30).Draw(t, "terms") {
		x := doubles(t)
		all = append(all, x)
		switch rapid.IntRange(0, 3).Draw(t, "then") {
		case 0:
			all = append(all, -x)
		case 1:
			all = append(all, -math.Nextafter(x, 0))
		}
	}
	return rapid.Permutation(all).Draw(t, "order")
}

// bigSum is the exact sum rounded once: 4,000 bits hold any sum of doubles.
func bigSum(all []float64) float64 {
	sum := new(big.Float).SetPrec(4000)
	for _, x := range all {
		sum.Add(sum, new(big.Float).SetFloat64(x))
	}
	v, _ := sum.Float64()
	return v
}

// TestExactSum: it is math/big's to the last digit, in any order, also as a merge of parts and after its bytes.
func TestExactSum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := terms(t)
		want := bigSum(all)
		var sum, again, left, right state.Sum
		for _, x := range all {
			sum.Add(x)
		}
		for _, x := range rapid.Permutation(all).Draw(t, "another order") {
			again.Add(x)
			if rapid.Bool().Draw(t, "side") {
				left.Add(x)
			} else {
				right.Add(x)
			}
		}
		left.Merge(&right)
		for name, s := range map[string]*state.Sum{"sum": &sum, "in another order": &again, "of parts": &left} {
			if got := s.Total.Value(); got != want {
				t.Fatalf("%s: %v, not %v", name, got, want)
			}
			if b := s.Append(nil, state.Edge{}); !bytes.Equal(b, sum.Append(nil, state.Edge{})) {
				t.Fatalf("%s: %x, not %x", name, b, sum.Append(nil, state.Edge{}))
			}
		}
	})
}

// TestExactTaken: what was added can be taken off again, to nothing.
func TestExactTaken(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := terms(t)
		var sum state.Exact
		for _, x := range all {
			sum.Add(x)
		}
		gone := rapid.IntRange(0, len(all)).Draw(t, "taken")
		for _, x := range all[:gone] {
			sum.Add(-x)
		}
		if got, want := sum.Value(), bigSum(all[gone:]); got != want {
			t.Fatalf("%v, not %v", got, want)
		}
	})
}

// TestExactEdges are sums known to go wrong by rounding twice, by subnormals, and at the end of the range.
func TestExactEdges(t *testing.T) {
	const least, most = math.SmallestNonzeroFloat64, math.MaxFloat64
	for _, x := range []struct {
		terms []float64
		want  float64
	}{
		{nil, 0},
		{[]float64{0.1, 0.2}, 0.30000000000000004},
		{slices.Repeat([]float64{0.1}, 10), 1},
		{[]float64{1e16, 1, -1e16}, 1},
		{[]float64{1, 0x1p-53}, 1},                      // half-way, to even
		{[]float64{1, 0x1p-53, least}, 1 + 0x1p-52},     // just above half-way
		{[]float64{1, 0x1p-53, -least}, 1},              // just below
		{[]float64{1 + 0x1p-52, 0x1p-53}, 1 + 0x1p-51},  // half-way, to even, up
		{[]float64{-1, -0x1p-53, -least}, -1 - 0x1p-52}, //
		{[]float64{least, least, -least}, least},
		{[]float64{0x1p-1022, -least}, 0x1p-1022 - least},
		{[]float64{most, -most, 3}, 3},
		{[]float64{most, 0x1p969}, most},
		{[]float64{most, most}, math.Inf(1)},
		{[]float64{-most, -most, 5}, math.Inf(-1)},
	} {
		var sum state.Exact
		for _, v := range x.terms {
			sum.Add(v)
		}
		if got := sum.Value(); got != x.want {
			t.Errorf("%v: %v, not %v", x.terms, got, x.want)
		}
	}
}
