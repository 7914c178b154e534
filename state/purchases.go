package state

import (
	"maps"
	"slices"

	"github.com/ebbstream/ebb/schemas"
)

// Purchases is what a buy-till-you-die model (BG/NBD with Gamma-Gamma) must know of one event type, each event standing
// for itself. An amount that is no positive number counts as no amount.
type Purchases struct {
	N           int64
	First       Mark
	FirstAmount float64 // 0: none
	Last        schemas.Instant
	Paid        Sum // the amounts of all, the first included
}

// Add tells it of an event.
func (c *Purchases) Add(m Mark, amount float64) {
	amount = max(amount, 0)
	if c.N == 0 || m.Before(c.First) {
		c.First, c.FirstAmount = m, amount
	}
	if c.N == 0 || m.Time > c.Last {
		c.Last = m.Time
	}
	c.N++
	if amount > 0 {
		c.Paid.Add(amount)
	}
}

// History is what the models read: the number of events, the first and the last, and of the repeats (all but the first)
// how many had an amount, and their sum.
type History struct {
	N           int64
	First, Last schemas.Instant
	Paid        int64
	Sum         float64
}

// History sums the events up.
func (c *Purchases) History() History {
	paid := Sum{N: c.Paid.N}
	paid.Total.AddAll(&c.Paid.Total)
	if c.FirstAmount > 0 {
		paid.N--
		paid.Total.Add(-c.FirstAmount)
	}
	return History{c.N, c.First.Time, c.Last, paid.N, paid.Total.Value()}
}

// Append writes it.
func (c *Purchases) Append(b []byte, e Edge) []byte {
	b = c.First.append(appendInt(b, c.N), e)
	b = appendUint(appendFloat(b, c.FirstAmount), uint64(c.Last-c.First.Time))
	return c.Paid.Append(b, e)
}

// Decode reads it.
func (c *Purchases) Decode(r *Reader) {
	c.N, c.First, c.FirstAmount = r.int(), r.mark(), r.float()
	c.Last = c.First.Time + schemas.Instant(r.uint())
	c.Paid.Decode(r)
}

// Merge adds what the other was told.
func (c *Purchases) Merge(other Cell) {
	o := other.(*Purchases)
	if o.N == 0 {
		return
	}
	if c.N == 0 || o.First.Before(c.First) {
		c.First, c.FirstAmount = o.First, o.FirstAmount
	}
	if c.N == 0 || o.Last > c.Last {
		c.Last = o.Last
	}
	c.N += o.N
	c.Paid.Merge(&o.Paid)
}

// PurchaseDays is the same with all events of one UTC day taken as one, at its start, and their amounts as one sum.
type PurchaseDays struct {
	By map[schemas.Instant]*Exact
}

// Add tells it of an event. An amount that is no number is 0.
func (c *PurchaseDays) Add(t schemas.Instant, amount float64) {
	const day = schemas.Instant(schemas.Day)
	start := t - ((t%day)+day)%day
	if c.By == nil {
		c.By = map[schemas.Instant]*Exact{}
	}
	sum := c.By[start]
	if sum == nil {
		sum = &Exact{}
		c.By[start] = sum
	}
	sum.Add(amount)
}

// History sums the days up.
func (c *PurchaseDays) History() History {
	var h History
	var total Exact
	for i, day := range slices.Sorted(maps.Keys(c.By)) {
		h.N++
		h.Last = day
		if i == 0 {
			h.First = day
			continue
		}
		if sum := c.By[day]; sum.Value() > 0 {
			h.Paid++
			total.AddAll(sum)
		}
	}
	h.Sum = total.Value()
	return h
}

// Append writes the days, ascending.
func (c *PurchaseDays) Append(b []byte, _ Edge) []byte {
	b = appendUint(b, uint64(len(c.By)))
	last := schemas.Instant(0)
	for _, day := range slices.Sorted(maps.Keys(c.By)) {
		b = c.By[day].append(appendInt(b, int64(day-last)/int64(schemas.Day)))
		last = day
	}
	return b
}

// Decode reads them.
func (c *PurchaseDays) Decode(r *Reader) {
	n := r.count(2)
	c.By = emptied(c.By, n)
	day := schemas.Instant(0)
	for range n {
		day += schemas.Instant(r.int() * int64(schemas.Day))
		sum := &Exact{}
		sum.decode(r)
		c.By[day] = sum
	}
}

// Merge adds the days' sums.
func (c *PurchaseDays) Merge(other Cell) {
	for day, sum := range other.(*PurchaseDays).By {
		c.Add(day, 0)
		c.By[day].AddAll(sum)
	}
}
