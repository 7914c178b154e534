package state

import (
	"slices"

	"github.com/ebbstream/ebb/schemas"
)

// Times is when something happened in the last Window: the Keep latest times, ascending.
type Times struct {
	Window schemas.Duration
	Keep   int
	At     []schemas.Instant
	Over   bool // more happened within the window than Keep
}

// Add remembers t, unless it has left the window at now. It reports whether the limit pushed one out that had not left.
func (c *Times) Add(t, now schemas.Instant) (limited bool) {
	c.drop(now)
	if t.Add(c.Window) <= now {
		return false
	}
	if n := len(c.At); n == 0 || c.At[n-1] <= t {
		c.At = append(c.At, t)
	} else {
		i, _ := slices.BinarySearch(c.At, t)
		c.At = slices.Insert(c.At, i, t)
	}
	if len(c.At) > c.Keep {
		c.At = c.At[:copy(c.At, c.At[1:])]
		c.Over = true
	}
	return c.Over
}

// drop forgets what has left the window at now.
func (c *Times) drop(now schemas.Instant) {
	gone := c.Left(now, c.Window)
	if gone > 0 {
		c.At = c.At[:copy(c.At, c.At[gone:])]
	}
}

// Left is how many of the kept times have left the window w at n: they come first.
func (c *Times) Left(n schemas.Instant, w schemas.Duration) int {
	edge := n.Add(-w)
	if len(c.At) == 0 || c.At[0] > edge {
		return 0
	}
	if len(c.At) > 16 {
		i, _ := slices.BinarySearch(c.At, edge+1)
		return i
	}
	i := 1
	for i < len(c.At) && c.At[i] <= edge {
		i++
	}
	return i
}

// Count is how many of the kept times are in the window w at n: edge excluded, n included.
func (c *Times) Count(n schemas.Instant, w schemas.Duration) int { return len(c.At) - c.Left(n, w) }

// NextLeaving is the first instant after n at which one of them leaves the window w.
func (c *Times) NextLeaving(n schemas.Instant, w schemas.Duration) schemas.Instant {
	if i := c.Left(n, w); i < len(c.At) {
		return c.At[i].Add(w)
	}
	return schemas.Never
}

// Append writes the times still in the window.
func (c *Times) Append(b []byte, e Edge) []byte {
	c.drop(e.Now)
	return appendInstants(b, c.At)
}

// Decode reads them.
func (c *Times) Decode(r *Reader) { c.At, c.Over = r.instants(c.At[:0]), false }

// Merge joins both, and keeps the latest.
func (c *Times) Merge(other Cell) {
	c.At = append(c.At, other.(*Times).At...)
	slices.Sort(c.At)
	if over := len(c.At) - c.Keep; over > 0 {
		c.At = slices.Delete(c.At, 0, over)
	}
}
