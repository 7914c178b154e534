package state

import "math"

// Exact is an exact sum of doubles, kept as an expansion: parts that do not overlap, ascending in size, whose true sum
// is the sum of all that was added (Shewchuk, "Adaptive Precision Floating-Point Arithmetic and Fast Robust Geometric
// Predicates", 1997, Grow-Expansion). So the order of arrival shows in no digit, and what was added can be taken off again.
type Exact struct {
	parts []float64
	over  float64 // an infinity once the sum has left the range of doubles
}

// Add adds x.
func (s *Exact) Add(x float64) {
	if x == 0 || s.over != 0 { // an infinity stays one: what was before it is not kept
		return
	}
	if len(s.parts) == 1 { // the common case, without the loop
		hi, lo := twoSum(x, s.parts[0])
		if lo == 0 && !math.IsInf(hi, 0) {
			s.parts[0] = hi
			if hi == 0 {
				s.parts = s.parts[:0]
			}
			return
		}
	}
	kept := 0
	for _, part := range s.parts {
		hi, lo := twoSum(x, part)
		if lo != 0 {
			s.parts[kept] = lo
			kept++
		}
		x = hi
	}
	s.parts = s.parts[:kept]
	if math.IsInf(x, 0) || math.IsNaN(x) {
		s.over, s.parts = x, s.parts[:0]
		return
	}
	if x != 0 {
		s.parts = append(s.parts, x)
	}
}

// twoSum is the rounded sum and the exact rest (Knuth).
func twoSum(a, b float64) (sum, rest float64) {
	sum = a + b
	back := sum - a
	return sum, (a - (sum - back)) + (b - back)
}

// Value is the sum, rounded once, ties to even.
func (s *Exact) Value() float64 {
	n := len(s.parts)
	if s.over != 0 {
		return s.over
	}
	if n == 0 {
		return 0
	}
	hi := s.parts[n-1]
	lo := 0.0
	i := n - 2
	for ; i >= 0; i-- {
		hi, lo = twoSum(hi, s.parts[i])
		if lo != 0 {
			break
		}
	}
	// Half-way cases are decided by the sign of what lies below (as Python's math.fsum does).
	if i > 0 && (lo < 0 && s.parts[i-1] < 0 || lo > 0 && s.parts[i-1] > 0) {
		if y := lo * 2; y == (hi+y)-hi {
			hi += y
		}
	}
	return hi
}

// AddAll adds another sum.
func (s *Exact) AddAll(o *Exact) {
	for _, part := range o.parts {
		s.Add(part)
	}
	if o.over != 0 {
		s.over, s.parts = o.over, nil
	}
}

// Reset makes it zero.
func (s *Exact) Reset() { s.parts, s.over = s.parts[:0], 0 }

// append writes the one expansion of its value: each part is the rounded sum of what the greater ones leave.
func (s *Exact) append(b []byte) []byte {
	if s.over != 0 {
		return appendFloat(append(b, 1), s.over)
	}
	if len(s.parts) <= 1 { // one part is its own canonical form
		b = append(b, byte(len(s.parts)))
		for _, part := range s.parts {
			b = appendFloat(b, part)
		}
		return b
	}
	rest := Exact{parts: append([]float64(nil), s.parts...)}
	var canonical []float64
	for len(rest.parts) > 0 {
		v := rest.Value()
		canonical = append(canonical, v)
		rest.Add(-v)
	}
	b = appendUint(b, uint64(len(canonical)))
	for i := len(canonical) - 1; i >= 0; i-- {
		b = appendFloat(b, canonical[i])
	}
	return b
}

func (s *Exact) decode(r *Reader) {
	s.Reset()
	for range r.count(8) {
		if part := r.float(); math.IsInf(part, 0) || math.IsNaN(part) {
			s.over = part
		} else {
			s.parts = append(s.parts, part)
		}
	}
}

// Sum is the exact sum and the number of the numbers seen, ever.
type Sum struct {
	Total Exact
	N     int64
}

// Add adds x.
func (c *Sum) Add(x float64) { c.Total.Add(x); c.N++ }

// Append writes both.
func (c *Sum) Append(b []byte, _ Edge) []byte { return c.Total.append(appendInt(b, c.N)) }

// Decode reads both.
func (c *Sum) Decode(r *Reader) { c.N = r.int(); c.Total.decode(r) }

// Merge adds both.
func (c *Sum) Merge(other Cell) {
	o := other.(*Sum)
	c.N += o.N
	c.Total.AddAll(&o.Total)
}
