package expr

import (
	"cmp"
	"math"
	"slices"

	"github.com/ebbstream/ebb/schemas"
)

// expSum is Σ a·2^(-age/h) over a few half-lives h, where age is the time since `at`.
type expSum struct {
	at    schemas.Instant
	terms []expTerm // one a half-life
	one   [2]expTerm
}

type expTerm struct {
	a        float64
	halfLife schemas.Duration
}

// add adds a value that fades from an instant on.
func (s *expSum) add(value float64, at schemas.Instant, halfLife schemas.Duration) {
	if value == 0 {
		return
	}
	if s.terms == nil {
		s.terms, s.at = s.one[:0], at
	}
	if at > s.at { // all terms are told as of the latest instant, so that nothing is scaled up
		for i := range s.terms {
			s.terms[i].a *= power(at.Sub(s.at), s.terms[i].halfLife)
		}
		s.at = at
	} else if at < s.at {
		value *= power(s.at.Sub(at), halfLife)
	}
	for i := range s.terms {
		if s.terms[i].halfLife == halfLife {
			s.terms[i].a += value
			return
		}
	}
	s.terms = append(s.terms, expTerm{value, halfLife})
}

// power is 2^(-age/halfLife).
func power(age, halfLife schemas.Duration) float64 {
	if age == 0 {
		return 1
	}
	return math.Exp2(-float64(age) / float64(halfLife))
}

// order compares the sum at n with a threshold: -1, 0, 1, or 2 for a NaN. Against 0 the slowest exponential is taken
// out first, so that a sum that has faded below the least double still has its sign.
func (s *expSum) order(n schemas.Instant, threshold float64) int {
	age := n.Sub(s.at)
	sum := 0.0
	slowest := schemas.Duration(0)
	if threshold == 0 {
		for _, t := range s.terms {
			if t.a != 0 {
				slowest = max(slowest, t.halfLife)
			}
		}
	}
	for _, t := range s.terms {
		switch {
		case slowest == 0:
			sum += t.a * power(age, t.halfLife)
		case t.a == 0:
		case t.halfLife == slowest:
			sum += t.a
		default:
			sum += t.a * math.Exp2(float64(age)/float64(slowest)-float64(age)/float64(t.halfLife))
		}
	}
	if sum != sum {
		return 2
	}
	return cmp.Compare(sum, threshold)
}

// nextFlip is the first instant after from at which `sum op threshold` has another value.
func (s *expSum) nextFlip(from schemas.Instant, threshold float64, op compareOp) schemas.Instant {
	truth := func(m schemas.Instant) bool { return op.holds(s.order(m, threshold)) }
	terms, nothing := s.terms, func(t expTerm) bool { return t.a == 0 }
	if slices.ContainsFunc(terms, nothing) {
		terms = slices.DeleteFunc(slices.Clone(terms), nothing)
	}
	switch len(terms) {
	case 0:
		return schemas.Never
	case 1:
		t := terms[0]
		if t.a/threshold <= 0 || threshold == 0 || math.IsInf(t.a, 0) {
			return schemas.Never // it keeps its sign, and goes to 0
		}
		age := float64(t.halfLife) * math.Log2(t.a/threshold)
		return s.near(from, truth, []float64{age})
	}
	rated := make([]rate, len(terms))
	for i, t := range terms {
		rated[i] = rate{t.a, 1 / float64(t.halfLife)}
	}
	return s.near(from, truth, roots(rated, -threshold, float64(max(from-s.at, 0)), float64(farthest)))
}

// near tries the milliseconds around each crossing, given as ages in ascending order.
func (s *expSum) near(from schemas.Instant, truth func(schemas.Instant) bool, ages []float64) schemas.Instant {
	candidates := append(make([]schemas.Instant, 0, 8), from+1)
	for _, age := range ages {
		if age > float64(math.MaxInt64)/4 {
			break
		}
		root := s.at + schemas.Instant(math.Floor(age))
		candidates = append(candidates, root-1, root, root+1, root+2)
	}
	return firstOf(from, truth, candidates...)
}

// rate is one exponential a·2^(-r·age).
type rate struct{ a, r float64 }

// roots are the ages in [low, high] at which Σ a·2^(-r·age) + c changes its sign, ascending. Between two of them lies a
// root of the derivative (Rolle), and the derivative divided by its slowest exponential, which is never 0, is again such
// a sum with one term less: so they are found by recursion, and by bisection in the monotone pieces.
func roots(terms []rate, c, low, high float64) []float64 {
	value := func(age float64) float64 {
		sum := c
		for _, t := range terms {
			sum += t.a * math.Exp2(-t.r*age)
		}
		return sum
	}
	edges := append([]float64{low}, turns(terms, low, high)...)
	edges = append(edges, high)
	var found []float64
	for i := 1; i < len(edges); i++ {
		a, b := edges[i-1], edges[i]
		fa, fb := value(a), value(b)
		if fa == 0 {
			found = append(found, a)
		}
		if fa == 0 || fb == 0 || (fa > 0) == (fb > 0) {
			continue
		}
		for b-a > 1e-3 {
			mid := a + (b-a)/2
			if mid == a || mid == b {
				break
			}
			if (value(mid) > 0) == (fa > 0) {
				a = mid
			} else {
				b = mid
			}
		}
		found = append(found, b)
	}
	return found
}

// turns are the ages at which the sum turns from rising to falling or back.
func turns(terms []rate, low, high float64) []float64 {
	slow := slices.MinFunc(terms, func(a, b rate) int { return cmp.Compare(a.r, b.r) })
	var rest []rate
	for _, t := range terms {
		if t.r != slow.r {
			rest = append(rest, rate{t.a * t.r, t.r - slow.r})
		}
	}
	if len(rest) == 0 {
		return nil
	}
	return roots(rest, slow.a*slow.r, low, high)
}
