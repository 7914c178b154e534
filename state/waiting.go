package state

import (
	"cmp"
	"slices"

	"github.com/ebbstream/ebb/schemas"
)

// Waiting are the decisions that wait for the end of quiet hours: of each trigger and channel the newest.
//
// Its bytes: how many, and for each trigger and channel (as Names writes texts), when it was triggered, how much later it
// is released, the change's seq, and the event's source and id.
type Waiting struct{ All []Wait } // by trigger and channel

// Wait is one of them.
type Wait struct {
	schemas.Trigger
	Channel string
	Release schemas.Instant // the first millisecond that is not quiet, as the time zone was when it was last looked at
}

func (w *Wait) place(o *Wait) int {
	return cmp.Or(cmp.Compare(w.On, o.On), cmp.Compare(w.Channel, o.Channel))
}

// Put lets one wait, in the place of an older one of the same trigger and channel.
func (c *Waiting) Put(w Wait) {
	i, found := slices.BinarySearchFunc(c.All, w, func(a, b Wait) int { return a.place(&b) })
	if found {
		c.All[i] = w
	} else {
		c.All = slices.Insert(c.All, i, w)
	}
}

// Next is the first release.
func (c *Waiting) Next() schemas.Instant {
	next := schemas.Never
	for i := range c.All {
		next = min(next, c.All[i].Release)
	}
	return next
}

// Due takes off those released at or before n.
func (c *Waiting) Due(n schemas.Instant) []Wait {
	var due []Wait
	c.All = slices.DeleteFunc(c.All, func(w Wait) bool {
		if w.Release <= n {
			due = append(due, w)
		}
		return w.Release <= n
	})
	return due
}

// Append writes them.
func (c *Waiting) Append(b []byte, e Edge) []byte {
	b = appendUint(b, uint64(len(c.All)))
	for i := range c.All {
		w := &c.All[i]
		b = e.Names.append(e.Names.append(b, w.On), w.Channel)
		b = appendInt(appendInt(b, int64(w.At)), int64(w.Release-w.At))
		b = appendUint(b, uint64(w.Seq))
		b = appendID(e.Names.append(b, w.Source), w.ID)
	}
	return b
}

// Decode reads them.
func (c *Waiting) Decode(r *Reader) {
	n := r.count(7)
	c.All = slices.Grow(c.All[:0], n)
	for range n {
		w := Wait{Trigger: schemas.Trigger{On: r.name()}, Channel: r.name()}
		w.At = schemas.Instant(r.int())
		w.Release = w.At + schemas.Instant(r.int())
		w.Seq = int64(r.uint())
		w.Source, w.ID = r.name(), r.id()
		c.Put(w)
	}
}

// Merge keeps the newer of two.
func (c *Waiting) Merge(other Cell) {
	for _, o := range other.(*Waiting).All {
		i, found := slices.BinarySearchFunc(c.All, o, func(a, b Wait) int { return a.place(&b) })
		if !found || c.All[i].older(&o) {
			c.Put(o)
		}
	}
}

func (w *Wait) older(o *Wait) bool {
	return cmp.Or(cmp.Compare(w.At, o.At), cmp.Compare(w.Seq, o.Seq), cmp.Compare(w.Source, o.Source), cmp.Compare(w.ID, o.ID),
		cmp.Compare(w.Release, o.Release)) < 0
}
