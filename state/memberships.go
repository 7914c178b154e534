package state

import (
	"slices"

	"github.com/ebbstream/ebb/schemas"
)

// Memberships are the segments a profile is in, has been in, or will come to be in by itself.
type Memberships struct {
	By      []Membership    // by Segment, ascending
	soonest schemas.Instant // the least Next, if known
	known   bool
}

// Membership is one of them.
type Membership struct {
	Segment   int // the segment's number in Names
	Member    bool
	Seq       int64           // of its latest change; 0: none yet
	EnteredAt schemas.Instant // while a member
	Next      schemas.Instant // when it changes by itself if no event comes, or a lower bound of that; Never. See SetNext
}

// Find is the place of a segment in By, and whether it is there.
func (c *Memberships) Find(segment int) (int, bool) {
	if len(c.By) > 16 {
		return slices.BinarySearchFunc(c.By, segment, func(m Membership, s int) int { return m.Segment - s })
	}
	for i := range c.By {
		if at := c.By[i].Segment; at >= segment {
			return i, at == segment
		}
	}
	return len(c.By), false
}

// At is what is known of a segment, nil if nothing. It is valid until the next Add.
func (c *Memberships) At(segment int) *Membership {
	if i, found := c.Find(segment); found {
		return &c.By[i]
	}
	return nil
}

// Add makes the entry of a segment of which nothing is known.
func (c *Memberships) Add(segment int) *Membership {
	i, _ := c.Find(segment)
	c.By = slices.Insert(c.By, i, Membership{Segment: segment, Next: schemas.Never})
	return &c.By[i]
}

// SetNext sets the Next of one of them.
func (c *Memberships) SetNext(m *Membership, next schemas.Instant) {
	switch {
	case next <= c.soonest:
		c.soonest = next // not known, it will be looked for in any case
	case m.Next == c.soonest:
		c.known = false
	}
	m.Next = next
}

// Next is the least Next of all.
func (c *Memberships) Next() schemas.Instant {
	if !c.known {
		c.soonest, c.known = schemas.Never, true
		for i := range c.By {
			c.soonest = min(c.soonest, c.By[i].Next)
		}
	}
	return c.soonest
}

// Append writes them, without those that say nothing.
func (c *Memberships) Append(b []byte, _ Edge) []byte {
	c.By = slices.DeleteFunc(c.By, func(m Membership) bool { return !m.Member && m.Seq == 0 && m.Next == schemas.Never })
	b = appendUint(b, uint64(len(c.By)))
	for _, m := range c.By {
		flags := byte(0)
		if m.Member {
			flags |= 1
		}
		if m.Next != schemas.Never {
			flags |= 2
		}
		b = append(appendUint(b, uint64(m.Segment)), flags)
		b = appendUint(b, uint64(m.Seq))
		if m.Member {
			b = appendInt(b, int64(m.EnteredAt))
		}
		if m.Next != schemas.Never {
			b = appendInt(b, int64(m.Next))
		}
	}
	return b
}

// Decode reads them. Segments that Names does not know any more are left out.
func (c *Memberships) Decode(r *Reader) {
	c.known = false
	n := r.count(3)
	c.By = slices.Grow(c.By[:0], n)
	for range n {
		m := Membership{Segment: int(r.uint()), Next: schemas.Never}
		flags := r.byte()
		m.Seq = int64(r.uint())
		if m.Member = flags&1 != 0; m.Member {
			m.EnteredAt = schemas.Instant(r.int())
		}
		if flags&2 != 0 {
			m.Next = schemas.Instant(r.int())
		}
		if m.Segment = r.number(m.Segment); m.Segment >= 0 {
			c.By = append(c.By, m)
		}
	}
	slices.SortFunc(c.By, func(a, b Membership) int { return a.Segment - b.Segment })
}

// Merge keeps, of each segment, the membership that is one, the earlier of two, and the greater seq.
func (c *Memberships) Merge(other Cell) {
	for _, o := range other.(*Memberships).By {
		m := c.At(o.Segment)
		if m == nil {
			m = c.Add(o.Segment)
		}
		if o.Member && (!m.Member || o.EnteredAt < m.EnteredAt) {
			m.Member, m.EnteredAt = true, o.EnteredAt
		}
		m.Seq = max(m.Seq, o.Seq)
		c.SetNext(m, min(m.Next, o.Next))
	}
}
