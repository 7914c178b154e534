package state

import (
	"slices"

	"github.com/ebbstream/ebb/schemas"
)

// Follow is what followed_by and not_followed_by ask: the latest a, and the b's that may follow it or an a to come.
type Follow struct {
	Keep int
	A    schemas.Instant // Earliest: none yet; make one with NewFollow
	B    []schemas.Instant
}

// NewFollow is one that was told nothing.
func NewFollow(keep int) *Follow { return &Follow{Keep: keep, A: schemas.Earliest} }

// AddA tells it of an a.
func (c *Follow) AddA(t schemas.Instant) {
	if t > c.A {
		c.A = t
		i := 0
		for i < len(c.B) && c.B[i] <= t {
			i++
		}
		c.B = c.B[:copy(c.B, c.B[i:])]
	}
}

// AddB tells it of a b. Only the first b after any a that is known, or may yet be accepted, is ever asked for.
func (c *Follow) AddB(t schemas.Instant, horizon schemas.Instant) (limited bool) {
	if t <= c.A {
		return false
	}
	i, found := slices.BinarySearch(c.B, t)
	if found {
		return false
	}
	c.B = slices.Insert(c.B, i, t)
	c.drop(horizon)
	if len(c.B) > c.Keep {
		c.B = slices.Delete(c.B, 1, 2) // the first one answers for the a that is known
		return true
	}
	return false
}

// drop forgets what no a can need: of the b's before the horizon, all but the first after the a that is known.
func (c *Follow) drop(horizon schemas.Instant) {
	first := 0
	if c.A != schemas.Earliest {
		first = 1
	}
	i := first
	for i < len(c.B) && c.B[i] <= horizon {
		i++
	}
	if i > first {
		c.B = slices.Delete(c.B, first, i)
	}
}

// Followed is whether a b came in (A, A + within].
func (c *Follow) Followed(within schemas.Duration) bool {
	return c.A != schemas.Earliest && len(c.B) > 0 && c.B[0] <= c.A.Add(within)
}

// Deadline is the first instant at which the time after the latest a is over; Never if there is no a.
func (c *Follow) Deadline(within schemas.Duration) schemas.Instant {
	if c.A == schemas.Earliest {
		return schemas.Never
	}
	return c.A.Add(within + 1)
}

// Append writes what can still be asked for.
func (c *Follow) Append(b []byte, e Edge) []byte {
	c.drop(e.Horizon)
	if c.A == schemas.Earliest {
		b = append(b, 0)
	} else {
		b = appendInt(append(b, 1), int64(c.A))
	}
	return appendInstants(b, c.B)
}

// Decode reads it.
func (c *Follow) Decode(r *Reader) {
	c.A = schemas.Earliest
	if r.byte() == 1 {
		c.A = schemas.Instant(r.int())
	}
	c.B = r.instants(c.B[:0])
}

// Merge tells it all that the other was told.
func (c *Follow) Merge(other Cell) {
	o := other.(*Follow)
	c.AddA(o.A)
	for _, t := range o.B {
		c.AddB(t, schemas.Earliest)
	}
}
