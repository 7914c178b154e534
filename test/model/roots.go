package model

import "math"

// term is amp·2^(-rate·x); a constant has rate 0.
type term struct{ rate, amp float64 }

// zeros finds where the sum of terms of distinct, rising rates is zero in [0, length]. Divided by its slowest
// term it is a constant and exponentials, so between two zeros of its derivative, which has a term less, it
// is monotone and crosses once at most.
func zeros(terms []term, length float64) []float64 {
	for len(terms) > 0 && terms[0].amp == 0 {
		terms = terms[1:]
	}
	if len(terms) < 2 {
		return nil
	}
	base := terms[0].rate
	scaled := make([]term, len(terms))
	slope := make([]term, 0, len(terms)-1)
	for i, t := range terms {
		scaled[i] = term{t.rate - base, t.amp}
		if i > 0 {
			slope = append(slope, term{t.rate - base, t.amp * (t.rate - base)})
		}
	}
	f := func(x float64) float64 {
		sum := 0.0
		for _, t := range scaled {
			sum += t.amp * math.Exp2(-t.rate*x)
		}
		return sum
	}
	return crossings(f, append(zeros(slope, length), length))
}

// crossings bisects f from 0 over the given rising points, between which it is monotone.
func crossings(f func(float64) float64, points []float64) []float64 {
	var roots []float64
	from, at := 0.0, f(0)
	for _, to := range points {
		value := f(to)
		switch {
		case value == 0:
			roots = append(roots, to)
		case at == 0:
			roots = append(roots, from)
		case at < 0 != (value < 0):
			roots = append(roots, bisect(f, from, to, at < 0))
		}
		from, at = to, value
	}
	return roots
}

func bisect(f func(float64) float64, from, to float64, negative bool) float64 {
	for to-from > 1e-3 {
		middle := from + (to-from)/2
		if middle == from || middle == to {
			break
		}
		if f(middle) < 0 == negative {
			from = middle
		} else {
			to = middle
		}
	}
	return from
}
