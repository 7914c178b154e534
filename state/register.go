package state

import (
	"maps"
	"slices"

	"github.com/ebbstream/ebb/schemas"
)

// Register is the value of the least (First) or the greatest event, by time, source and id.
type Register struct {
	First bool
	Set   bool
	Mark  Mark
	Value schemas.Value
}

// Tell offers it a value.
func (c *Register) Tell(m Mark, v schemas.Value) bool {
	if c.Set && m.Before(c.Mark) != c.First {
		return false
	}
	c.Set, c.Mark, c.Value = true, m, v
	return true
}

// Append writes the value and its mark.
func (c *Register) Append(b []byte, e Edge) []byte { return appendValue(c.Mark.append(b, e), c.Value) }

// Decode reads them.
func (c *Register) Decode(r *Reader) { c.Set, c.Mark, c.Value = true, r.mark(), r.value(0) }

// Merge keeps the winner of both.
func (c *Register) Merge(other Cell) {
	if o := other.(*Register); o.Set {
		c.Tell(o.Mark, o.Value)
	}
}

// Registers are named values, each the latest told: traits, contexts, consents. Null is a value that removes; it is kept
// while an older event that would set the name again can still arrive. With a TTL, a value is known while n < time + TTL.
type Registers struct {
	TTL schemas.Duration // 0: for ever
	By  map[string]Register
}

// Tell offers a value for a name.
func (c *Registers) Tell(name string, m Mark, v schemas.Value) bool {
	reg := c.By[name]
	if !reg.Tell(m, v) {
		return false
	}
	if c.By == nil {
		c.By = map[string]Register{}
	}
	c.By[name] = reg
	return true
}

// Value is what is known under name at n: null if nothing.
func (c *Registers) Value(name string, n schemas.Instant) schemas.Value {
	reg, found := c.By[name]
	if !found || c.TTL != 0 && reg.Mark.Time.Add(c.TTL) <= n {
		return schemas.NullValue
	}
	return reg.Value
}

// NextChange is the first instant after n at which the value under name goes stale.
func (c *Registers) NextChange(name string, n schemas.Instant) schemas.Instant {
	if reg, found := c.By[name]; found && c.TTL != 0 && reg.Value.Known() {
		if end := reg.Mark.Time.Add(c.TTL); end > n {
			return end
		}
	}
	return schemas.Never
}

// All lists the names that have a value at n, ascending.
func (c *Registers) All(n schemas.Instant) []schemas.NamedValue {
	var all []schemas.NamedValue
	for _, name := range slices.Sorted(maps.Keys(c.By)) {
		if v := c.Value(name, n); v.Known() {
			all = append(all, schemas.NamedValue{Name: name, Value: v})
		}
	}
	return all
}

// matters is whether the entry can still be read, or can still win over an event that arrives.
func (c *Registers) matters(reg Register, e Edge) bool {
	if c.TTL != 0 && reg.Mark.Time.Add(c.TTL) <= e.Now {
		return false // what is older than it is stale, too
	}
	return reg.Value.Known() || reg.Mark.Time >= e.Horizon
}

// Append writes what still matters.
func (c *Registers) Append(b []byte, e Edge) []byte {
	names := slices.Sorted(maps.Keys(c.By))
	names = slices.DeleteFunc(names, func(name string) bool { return !c.matters(c.By[name], e) })
	b = appendUint(b, uint64(len(names)))
	for _, name := range names {
		reg := c.By[name]
		b = reg.Append(appendText(b, name), e)
	}
	return b
}

// Decode reads it.
func (c *Registers) Decode(r *Reader) {
	n := r.count(5)
	c.By = emptied(c.By, n)
	for range n {
		name := r.text()
		var reg Register
		reg.Decode(r)
		c.By[name] = reg
	}
}

// Merge keeps the winner of each name.
func (c *Registers) Merge(other Cell) {
	for name, reg := range other.(*Registers).By {
		c.Tell(name, reg.Mark, reg.Value)
	}
}

// Period is when something first and last happened.
type Period struct {
	Set         bool
	First, Last schemas.Instant
}

// Add tells it that it happened at t.
func (c *Period) Add(t schemas.Instant) {
	if !c.Set {
		c.Set, c.First, c.Last = true, t, t
		return
	}
	c.First, c.Last = min(c.First, t), max(c.Last, t)
}

// Append writes both instants.
func (c *Period) Append(b []byte, _ Edge) []byte {
	return appendUint(appendInt(b, int64(c.First)), uint64(c.Last-c.First))
}

// Decode reads them.
func (c *Period) Decode(r *Reader) {
	c.Set, c.First = true, schemas.Instant(r.int())
	c.Last = c.First + schemas.Instant(r.uint())
}

// Merge joins both.
func (c *Period) Merge(other Cell) {
	if o := other.(*Period); o.Set {
		c.Add(o.First)
		c.Add(o.Last)
	}
}
