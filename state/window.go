package state

import (
	"cmp"
	"slices"

	"github.com/ebbstream/ebb/schemas"
)

// Dated is a number and when it happened.
type Dated struct {
	Time  schemas.Instant
	Value float64
}

// Numbers are the numbers of the last Window with their times, ascending: for sums and averages that slide.
type Numbers struct {
	Window   schemas.Duration
	Keep     int
	At       []Dated
	Negative bool // one of them is, or was, less than 0
}

// Add remembers a number. It reports whether the limit pushed one out.
func (c *Numbers) Add(t schemas.Instant, x float64, now schemas.Instant) (limited bool) {
	c.drop(now)
	if t.Add(c.Window) <= now {
		return false
	}
	d := Dated{t, x}
	c.Negative = c.Negative || x < 0
	i := len(c.At)
	if i > 0 && compareDated(d, c.At[i-1]) < 0 {
		i, _ = slices.BinarySearchFunc(c.At, d, compareDated)
	}
	c.At = slices.Insert(c.At, i, d)
	if len(c.At) > c.Keep {
		c.At = c.At[:copy(c.At, c.At[1:])]
		return true
	}
	return false
}

// Times of one instant are kept in the order of their values, so that the order of arrival shows in no byte.
func compareDated(a, b Dated) int {
	if a.Time != b.Time {
		return cmp.Compare(a.Time, b.Time)
	}
	return cmp.Compare(a.Value, b.Value)
}

func (c *Numbers) drop(now schemas.Instant) {
	if gone := c.left(now); gone > 0 {
		c.At = c.At[:copy(c.At, c.At[gone:])]
	}
}

// left is how many have left the window at n: they come first.
func (c *Numbers) left(n schemas.Instant) int {
	edge := n.Add(-c.Window)
	i := 0
	for i < len(c.At) && c.At[i].Time <= edge {
		i++
	}
	return i
}

// In are those in the window at n.
func (c *Numbers) In(n schemas.Instant) []Dated { return c.At[c.left(n):] }

// NextLeaving is the first instant after n at which one leaves.
func (c *Numbers) NextLeaving(n schemas.Instant) schemas.Instant {
	if in := c.In(n); len(in) > 0 {
		return in[0].Time.Add(c.Window)
	}
	return schemas.Never
}

// Append writes those still in the window.
func (c *Numbers) Append(b []byte, e Edge) []byte {
	c.drop(e.Now)
	return appendDated(b, c.At)
}

// Decode reads them.
func (c *Numbers) Decode(r *Reader) {
	c.At = r.dated(c.At[:0])
	c.Negative = slices.ContainsFunc(c.At, func(d Dated) bool { return d.Value < 0 })
}

// Merge joins both.
func (c *Numbers) Merge(other Cell) {
	o := other.(*Numbers)
	c.Negative = c.Negative || o.Negative
	c.At = append(c.At, o.At...)
	slices.SortFunc(c.At, compareDated)
	if over := len(c.At) - c.Keep; over > 0 {
		c.At = slices.Delete(c.At, 0, over)
	}
}

func appendDated(b []byte, all []Dated) []byte {
	b = appendUint(b, uint64(len(all)))
	last := schemas.Instant(0)
	for _, d := range all {
		b = appendFloat(appendInt(b, int64(d.Time-last)), d.Value)
		last = d.Time
	}
	return b
}

func (r *Reader) dated(into []Dated) []Dated {
	n, last := r.count(9), schemas.Instant(0)
	into = slices.Grow(into, n)
	for range n {
		last += schemas.Instant(r.int())
		into = append(into, Dated{last, r.float()})
	}
	return into
}

// Extreme is the least (Sign -1) or the greatest (Sign 1) number of the last Window, with what will take its place as
// it leaves: times ascend, and each is more extreme than all that come after it. Window 0 is ever: then one is kept.
type Extreme struct {
	Window schemas.Duration
	Sign   float64
	Keep   int // with a window: how many at most
	At     []Dated
}

// Add tells it a number. It reports whether the limit pushed the oldest one out.
func (c *Extreme) Add(t schemas.Instant, x float64, now schemas.Instant) (limited bool) {
	if c.Window == 0 {
		if len(c.At) == 0 {
			c.At = append(c.At, Dated{0, x})
		} else if c.Sign*x > c.Sign*c.At[0].Value {
			c.At[0].Value = x
		}
		return false
	}
	c.drop(now)
	if t.Add(c.Window) <= now {
		return false
	}
	// Of all that are not later than t, those no more extreme than x will never be asked for again.
	i := len(c.At)
	for i > 0 && c.At[i-1].Time > t {
		i--
	}
	if i < len(c.At) && c.Sign*c.At[i].Value >= c.Sign*x {
		return false // a later one is at least as extreme
	}
	if i > 0 && c.At[i-1].Time == t && c.Sign*c.At[i-1].Value >= c.Sign*x {
		return false // one of the same instant is
	}
	j := i
	for j > 0 && c.Sign*c.At[j-1].Value <= c.Sign*x {
		j--
	}
	c.At = slices.Replace(c.At, j, i, Dated{t, x})
	if len(c.At) > c.Keep {
		c.At = slices.Delete(c.At, 0, 1)
		return true
	}
	return false
}

func (c *Extreme) drop(now schemas.Instant) {
	if c.Window == 0 {
		return
	}
	gone, edge := 0, now.Add(-c.Window)
	for gone < len(c.At) && c.At[gone].Time <= edge {
		gone++
	}
	if gone > 0 {
		c.At = c.At[:copy(c.At, c.At[gone:])]
	}
}

// first is the one that counts at n.
func (c *Extreme) first(n schemas.Instant) (Dated, bool) {
	for _, d := range c.At {
		if c.Window == 0 || d.Time > n.Add(-c.Window) {
			return d, true
		}
	}
	return Dated{}, false
}

// Value is the extreme at n; ok is false if there is none.
func (c *Extreme) Value(n schemas.Instant) (x float64, ok bool) {
	d, ok := c.first(n)
	return d.Value, ok
}

// NextLeaving is the first instant after n at which it changes.
func (c *Extreme) NextLeaving(n schemas.Instant) schemas.Instant {
	if d, ok := c.first(n); ok && c.Window != 0 {
		return d.Time.Add(c.Window)
	}
	return schemas.Never
}

// Append writes those still in the window.
func (c *Extreme) Append(b []byte, e Edge) []byte {
	c.drop(e.Now)
	return appendDated(b, c.At)
}

// Decode reads them.
func (c *Extreme) Decode(r *Reader) { c.At = r.dated(c.At[:0]) }

// Merge tells it all that the other was told.
func (c *Extreme) Merge(other Cell) {
	for _, d := range other.(*Extreme).At {
		c.Add(d.Time, d.Value, schemas.Earliest)
	}
}
