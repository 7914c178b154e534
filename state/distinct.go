package state

import (
	"cmp"
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
	c.At = make(map[string]schemas.Instant, n)
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

// Pending is, for each value of a field, when the latest a and the latest b carried it: what was begun and not finished.
type Pending struct {
	Window schemas.Duration // 0: ever
	Keep   int
	By     map[string]Begun // by schemas.Value.Key
}

// Begun is one value of a Pending; an instant that never was is schemas.Earliest.
type Begun struct {
	Value schemas.Value
	A, B  schemas.Instant
}

// Tell remembers an a (began) or a b at t.
func (c *Pending) Tell(t schemas.Instant, v schemas.Value, began bool, e Edge) (limited bool) {
	if c.By == nil {
		c.By = map[string]Begun{}
	}
	key := v.Key()
	old, found := c.By[key]
	if !found {
		old = Begun{v, schemas.Earliest, schemas.Earliest}
	}
	if began {
		old.A = max(old.A, t)
	} else {
		old.B = max(old.B, t)
	}
	if !found && !c.matters(old, e) {
		return false
	}
	c.By[key] = old
	if found || len(c.By) <= c.Keep {
		return false
	}
	maps.DeleteFunc(c.By, func(_ string, v Begun) bool { return !c.matters(v, e) })
	for len(c.By) > c.Keep {
		oldest, first := "", true
		for key, v := range c.By {
			o := c.By[oldest]
			if at, least := max(v.A, v.B), max(o.A, o.B); first || at < least || at == least && key < oldest {
				oldest, first = key, false
			}
		}
		delete(c.By, oldest)
		limited = true
	}
	return limited
}

func (v Begun) open(n schemas.Instant, w schemas.Duration) bool {
	return v.A != schemas.Earliest && v.B <= v.A && (w == 0 || v.A.Add(w) > n)
}

// matters is whether the value is pending, or decides about an a that may still arrive.
func (c *Pending) matters(v Begun, e Edge) bool { return v.open(e.Now, c.Window) || v.B >= e.Horizon }

// Values are those pending at n with an a in the window w (0: ever), most recent first, then alphabetical.
func (c *Pending) Values(n schemas.Instant, w schemas.Duration) []schemas.Value {
	var open []Begun
	for _, v := range c.By {
		if v.open(n, w) {
			open = append(open, v)
		}
	}
	slices.SortFunc(open, func(v, w Begun) int {
		if v.A != w.A {
			return cmp.Compare(w.A, v.A)
		}
		return cmp.Or(cmp.Compare(sortText(v.Value), sortText(w.Value)), cmp.Compare(v.Value.Key(), w.Value.Key()))
	})
	values := make([]schemas.Value, len(open))
	for i, v := range open {
		values[i] = v.Value
	}
	return values
}

// sortText is the text by which values of any kind are put in alphabetical order.
func sortText(v schemas.Value) string {
	if v.Kind() == schemas.String {
		return v.Text()
	}
	return string(v.AppendJSON(nil))
}

// NextLeaving is the first instant after n at which a value that is pending leaves the window.
func (c *Pending) NextLeaving(n schemas.Instant, w schemas.Duration) schemas.Instant {
	next := schemas.Never
	if w != 0 {
		for _, v := range c.By {
			if end := v.A.Add(w); v.open(n, w) && end < next {
				next = end
			}
		}
	}
	return next
}

// Append writes what still matters, in the order of the keys.
func (c *Pending) Append(b []byte, e Edge) []byte {
	keys := slices.Sorted(maps.Keys(c.By))
	keys = slices.DeleteFunc(keys, func(key string) bool { return !c.matters(c.By[key], e) })
	b = appendUint(b, uint64(len(keys)))
	for _, key := range keys {
		v := c.By[key]
		b = appendInt(appendInt(appendValue(b, v.Value), int64(v.A)), int64(v.B))
	}
	return b
}

// Decode reads it.
func (c *Pending) Decode(r *Reader) {
	n := r.count(3)
	c.By = make(map[string]Begun, n)
	for range n {
		v := Begun{r.value(0), schemas.Instant(r.int()), schemas.Instant(r.int())}
		c.By[v.Value.Key()] = v
	}
}

// Merge tells it all that the other was told.
func (c *Pending) Merge(other Cell) {
	all := Edge{Now: schemas.Earliest, Horizon: schemas.Earliest}
	for _, v := range other.(*Pending).By {
		if v.A != schemas.Earliest {
			c.Tell(v.A, v.Value, true, all)
		}
		if v.B != schemas.Earliest {
			c.Tell(v.B, v.Value, false, all)
		}
	}
}
