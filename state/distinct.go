package state

import (
	"maps"
	"slices"

	"github.com/ebbstream/ebb/schemas"
)

// Distinct is the set of the values seen in the last Window (0: ever), each with its latest time.
type Distinct struct {
	Window schemas.Duration
	Keep   int
	At     map[string]schemas.Instant // by schemas.Value.Key
}

// Add remembers a value. It reports whether the limit pushed the oldest one out.
func (c *Distinct) Add(t schemas.Instant, key string, now schemas.Instant) (limited bool) {
	if c.Window != 0 && t.Add(c.Window) <= now {
		return false
	}
	if c.At == nil {
		c.At = map[string]schemas.Instant{}
	}
	if old, found := c.At[key]; found {
		c.At[key] = max(old, t)
		return false
	}
	c.At[key] = t
	return c.trim(now)
}

// trim holds the limit: what has left the window goes first, then the oldest.
func (c *Distinct) trim(now schemas.Instant) bool {
	if len(c.At) <= c.Keep {
		return false
	}
	if c.Window != 0 {
		maps.DeleteFunc(c.At, func(_ string, t schemas.Instant) bool { return t.Add(c.Window) <= now })
	}
	limited := false
	for len(c.At) > c.Keep {
		oldest, first := "", true
		for key, t := range c.At {
			if first || t < c.At[oldest] || t == c.At[oldest] && key < oldest {
				oldest, first = key, false
			}
		}
		delete(c.At, oldest)
		limited = true
	}
	return limited
}

// Count is how many values are in the window at n.
func (c *Distinct) Count(n schemas.Instant) int {
	if c.Window == 0 {
		return len(c.At)
	}
	count := 0
	for _, t := range c.At {
		if t.Add(c.Window) > n {
			count++
		}
	}
	return count
}

// NextLeaving is the first instant after n at which a value leaves.
func (c *Distinct) NextLeaving(n schemas.Instant) schemas.Instant {
	next := schemas.Never
	if c.Window != 0 {
		for _, t := range c.At {
			if end := t.Add(c.Window); end > n && end < next {
				next = end
			}
		}
	}
	return next
}

// Append writes the values still in the window, in the order of their keys.
func (c *Distinct) Append(b []byte, e Edge) []byte {
	keys := slices.Sorted(maps.Keys(c.At))
	keys = slices.DeleteFunc(keys, func(key string) bool { return c.Window != 0 && c.At[key].Add(c.Window) <= e.Now })
	b = appendUint(b, uint64(len(keys)))
	for _, key := range keys {
		b = appendInt(appendText(b, key), int64(c.At[key]))
	}
	return b
}

// Decode reads them.
func (c *Distinct) Decode(r *Reader) {
	n := r.count(2)
	c.At = emptied(c.At, n)
	for range n {
		key := r.text()
		c.At[key] = schemas.Instant(r.int())
	}
}

// Merge joins both sets.
func (c *Distinct) Merge(other Cell) {
	for key, t := range other.(*Distinct).At {
		c.Add(t, key, schemas.Earliest)
	}
}
