package expr

import (
	"cmp"
	"math"
	"slices"

	"github.com/ebbstream/ebb/schemas"
)

// compareNode is a comparison. One that time moves knows how its sides move, and solves for its next flip.
type compareNode struct {
	op     compareOp
	a, b   node
	moves  motion // linear, exponential or modelled: solved; else it flips only as its parts change
	slope  int64  // linear: of a - b, milliseconds a millisecond
	fading []term // exponential: a - b, without its constants
	rest   []term // exponential: the constants of b - a

	// The most frequent form, a call compared with a literal number, is told apart so that it costs little.
	plain     *Call // nil: another form
	threshold float64
}

func (n *compareNode) parts() []node { return []node{n.a, n.b} }

// solved is whether its next flip is calculated rather than stepped to.
func (n *compareNode) solved() bool { return n.moves > step && n.moves < mixed }

// term is one product in a sum: a fading call (nil: a constant) times and divided by what does not move.
type term struct {
	call        *Call
	sign        float64
	times, over []node
}

func newCompare(op compareOp, a, b node) *compareNode {
	n := &compareNode{op: op, a: a, b: b}
	switch m := joined(motionOf(a), motionOf(b)); m {
	case linear:
		n.moves, n.slope = m, slopeOf(a)-slopeOf(b)
	case exponential:
		n.moves = m
		all := append(termsOf(a, 1), termsOf(b, -1)...)
		for _, t := range all {
			if t.call != nil {
				n.fading = append(n.fading, t)
			} else {
				t.sign = -t.sign
				n.rest = append(n.rest, t)
			}
		}
	default:
		n.moves = m
	}
	if call, ok := a.(callNode); ok {
		if lit, ok := b.(literalNode); ok {
			if x, isNumber := lit.value.Number(); isNumber && x == x && x > -1<<53 && x < 1<<53 {
				n.plain, n.threshold = call.call, x
			}
		}
	}
	return n
}

// joined is how the sum or difference of two values moves.
func joined(a, b motion) motion {
	if a > b {
		a, b = b, a
	}
	switch {
	case b <= step:
		return b
	case b == mixed || a == step || a > fixed && (a != b || b == modelled):
		return mixed
	}
	return b
}

// motionOf is how a value moves.
func motionOf(n node) motion {
	switch n := n.(type) {
	case literalNode:
		return constant
	case callNode:
		return n.call.Func.motion()
	case featureNode:
		return n.moves
	case *compareNode:
		if n.moves == mixed {
			return mixed
		}
		return min(n.moves, step)
	case *funcNode:
		switch n.name {
		case "_+_", "_-_":
			return joined(motionOf(n.args[0]), motionOf(n.args[1]))
		case "-_":
			return motionOf(n.args[0])
		case "_*_":
			a, b := motionOf(n.args[0]), motionOf(n.args[1])
			if m := max(a, b); (m == exponential || m == modelled) && min(a, b) <= fixed {
				return m
			}
		case "_/_":
			if a := motionOf(n.args[0]); (a == exponential || a == modelled) && motionOf(n.args[1]) <= fixed {
				return a
			}
		}
	}
	most := constant
	for _, p := range n.parts() {
		m := motionOf(p)
		if m > step {
			return mixed
		}
		most = max(most, m)
	}
	return most
}

// slopeOf is how many milliseconds a duration grows in a millisecond.
func slopeOf(n node) int64 {
	switch n := n.(type) {
	case callNode:
		if n.call.Func.motion() == linear {
			return 1
		}
	case featureNode:
		return slopeOf(n.of)
	case *funcNode:
		switch n.name {
		case "_+_":
			return slopeOf(n.args[0]) + slopeOf(n.args[1])
		case "_-_":
			return slopeOf(n.args[0]) - slopeOf(n.args[1])
		}
	}
	return 0
}

// termsOf writes a value as a sum of terms.
func termsOf(n node, sign float64) []term {
	switch x := n.(type) {
	case callNode:
		if x.call.Func.motion() == exponential {
			return []term{{call: x.call, sign: sign}}
		}
	case featureNode:
		if motionOf(x.of) == exponential {
			return termsOf(x.of, sign)
		}
	case *funcNode:
		if motionOf(n) != exponential {
			break
		}
		switch x.name {
		case "_+_":
			return append(termsOf(x.args[0], sign), termsOf(x.args[1], sign)...)
		case "_-_":
			return append(termsOf(x.args[0], sign), termsOf(x.args[1], -sign)...)
		case "-_":
			return termsOf(x.args[0], -sign)
		case "_*_", "_/_":
			moving, factor := x.args[0], x.args[1]
			if motionOf(moving) != exponential {
				moving, factor = factor, moving
			}
			terms := termsOf(moving, sign)
			for i := range terms {
				if x.name == "_*_" {
					terms[i].times = append(slices.Clip(terms[i].times), factor)
				} else {
					terms[i].over = append(slices.Clip(terms[i].over), factor)
				}
			}
			return terms
		}
	}
	return []term{{sign: sign, times: []node{n}}}
}

// factor is the term's part that does not move; ok is false if it is no number.
func (t *term) factor(f *frame) (x float64, ok bool) {
	x = t.sign
	for _, n := range t.times {
		v, isNumber := n.eval(f).Number()
		if !isNumber {
			return 0, false
		}
		x *= v
	}
	for _, n := range t.over {
		v, isNumber := n.eval(f).Number()
		if !isNumber {
			return 0, false
		}
		x /= v
	}
	return x, true
}

func (n *compareNode) eval(f *frame) schemas.Value { return n.truth(f).value() }

// truth is the comparison's value.
func (n *compareNode) truth(f *frame) Truth {
	if n.plain == nil {
		return truth(n.general(f))
	}
	var x float64
	if n.moves == exponential {
		value, at := f.view.Fading(n.plain)
		if value == 0 || value != value || n.threshold == 0 {
			return truth(n.general(f))
		}
		x = value * power(f.now.Sub(at), n.plain.HalfLife)
	} else {
		v := f.view.Value(n.plain, f.now)
		number, ok := v.Number()
		if !ok || number != number {
			return truth(compare(n.op, v, n.b.eval(f)))
		}
		x = number
	}
	return boolTruth(n.op.holds(cmp.Compare(x, n.threshold)))
}

func boolTruth(b bool) Truth {
	if b {
		return True
	}
	return False
}

func (n *compareNode) general(f *frame) schemas.Value {
	if n.moves != exponential {
		return compare(n.op, n.a.eval(f), n.b.eval(f))
	}
	sum, threshold, ok := n.sum(f)
	if !ok {
		return compare(n.op, n.a.eval(f), n.b.eval(f))
	}
	return schemas.BoolValue(n.op.holds(sum.order(f.now, threshold)))
}

// sum is the fading side and the constant it is compared with; ok is false if some part is no number.
func (n *compareNode) sum(f *frame) (s expSum, threshold float64, ok bool) {
	for i := range n.rest {
		x, ok := n.rest[i].factor(f)
		if !ok {
			return s, 0, false
		}
		threshold += x
	}
	for i := range n.fading {
		t := &n.fading[i]
		x, ok := t.factor(f)
		if !ok {
			return s, 0, false
		}
		value, at := f.view.Fading(t.call)
		s.add(x*value, at, t.call.HalfLife)
	}
	return s, threshold, !math.IsNaN(threshold)
}

// nextFlip is the first instant after f.now at which a comparison that time moves has another value.
func (n *compareNode) nextFlip(f *frame) schemas.Instant {
	from := f.now
	switch n.moves {
	case linear:
		a, b := n.a.eval(f), n.b.eval(f)
		if n.slope == 0 || a.Kind() != schemas.Span || b.Kind() != schemas.Span || endless(a) || endless(b) {
			return schemas.Never
		}
		d0 := int64(a.Span()) - int64(b.Span())
		near := -d0 / n.slope // about when a - b is 0
		return firstOf(from, func(m schemas.Instant) bool {
			return n.op.holds(cmp.Compare(d0+n.slope*int64(m-from), 0))
		}, from+1, from.Add(schemas.Duration(near-1)), from.Add(schemas.Duration(near)), from.Add(schemas.Duration(near+1)), from.Add(schemas.Duration(near+2)))
	case exponential:
		if n.plain != nil {
			if value, at := f.view.Fading(n.plain); settles(value*power(from.Sub(at), n.plain.HalfLife), n.threshold, n.op) {
				return schemas.Never
			}
		}
		sum, threshold, ok := n.sum(f)
		if !ok {
			return schemas.Never
		}
		return sum.nextFlip(from, threshold, n.op)
	}
	return n.nextModelFlip(f)
}

// settles is whether a value that fades to 0 has nothing before it: it lies between the threshold and 0, or beyond 0.
func settles(value, threshold float64, op compareOp) bool {
	if op == equal || op == notEqual {
		return false
	}
	if threshold < 0 {
		value, threshold = -value, -threshold
	}
	return value < threshold*(1-1e-9)
}

// nextCountFlip is the first instant at which a count in a window, compared with a number, has lost so many that the
// comparison has another value.
func (n *compareNode) nextCountFlip(f *frame, was bool) schemas.Instant {
	count := int(f.view.Value(n.plain, f.now).Int())
	holds := func(left int) bool { return n.op.holds(cmp.Compare(float64(left), n.threshold)) }
	// A count only falls: it passes from above the threshold through it to below.
	first := 1
	if over := count - int(math.Ceil(n.threshold)) - 1; over > 0 {
		first = over
	}
	for lost := first; lost <= count && lost <= first+3; lost++ {
		if holds(count-lost) != was {
			return f.view.Leaves(n.plain, f.now, lost)
		}
	}
	return schemas.Never
}

func endless(v schemas.Value) bool {
	return v.Span() == schemas.Forever || v.Span() == -schemas.Forever
}

// firstOf is the first of the candidates after from, given in ascending order, at which the condition is not what it is at from.
func firstOf(from schemas.Instant, holds func(schemas.Instant) bool, candidates ...schemas.Instant) schemas.Instant {
	now := holds(from)
	for _, m := range candidates {
		if m > from && m != schemas.Never && holds(m) != now {
			return m
		}
	}
	return schemas.Never
}

// farthest is how far ahead a model or a sum of several exponentials is searched.
const farthest = 36_500 * schemas.Day

// nextModelFlip solves for models, which never rise as time passes: the sign of a - b changes at most twice, from 1
// over 0 to -1 or the other way.
func (n *compareNode) nextModelFlip(f *frame) schemas.Instant {
	from := f.now
	defer func() { f.now = from }()
	sign := func(m schemas.Instant) (int, bool) {
		f.now = m
		return order(n.a.eval(f), n.b.eval(f))
	}
	s0, ok := sign(from)
	if !ok || s0 == 2 {
		return schemas.Never
	}
	truth := n.op.holds(s0)
	for at := from; ; {
		low, high := at, schemas.Never
		for step := schemas.Duration(1); step < farthest; step *= 2 {
			if s, _ := sign(at.Add(step)); s != s0 {
				high = at.Add(step)
				break
			}
			low = at.Add(step)
		}
		if high == schemas.Never {
			return schemas.Never
		}
		for high-low > 1 {
			mid := low + (high-low)/2
			if s, _ := sign(mid); s != s0 {
				high = mid
			} else {
				low = mid
			}
		}
		s, ok := sign(high)
		if !ok || s == 2 {
			return schemas.Never
		}
		if n.op.holds(s) != truth {
			return high
		}
		at, s0 = high, s
	}
}

// falls is whether a comparison with a number can only turn false as time passes: a value that never rises, and the
// question whether it is still great enough.
func (n *compareNode) falls() bool {
	if n.plain == nil || n.op != greater && n.op != greaterOrEqual || n.threshold < 0 || n.threshold == 0 && n.op == greaterOrEqual {
		return false
	}
	switch n.plain.Func {
	case FuncCount, FuncDistinct, FuncSessions, FuncSessionCount, FuncSessionEvents, FuncSessionSeconds, FuncAffinity, FuncPAlive, FuncExpected:
		return true
	case FuncDecayed:
		return n.plain.Field < 0
	}
	return false
}
