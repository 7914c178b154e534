package state

import (
	"cmp"
	"maps"
	"slices"

	"github.com/ebbstream/ebb/schemas"
)

// Pending is, for each value of a field, when the latest a and the latest b carried it: what was begun and not finished.
type Pending struct {
	Window schemas.Duration // 0: ever
	Keep   int
	By     map[string]Begun // by schemas.Value.Key
	prune  int              // what matters no more is forgotten when there are more than this: all are looked through at each question
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
		if t > old.A || t == old.A && v.Kind() < old.Value.Kind() { // of equal values, 1 and 1.0, that of the latest a stays
			old.Value = v
		}
		old.A = max(old.A, t)
	} else {
		old.B = max(old.B, t)
	}
	if !found && !c.matters(old, e) {
		return false
	}
	c.By[key] = old
	if found || len(c.By) <= min(c.prune, c.Keep) {
		return false
	}
	maps.DeleteFunc(c.By, func(_ string, v Begun) bool { return !c.matters(v, e) })
	c.prune = 2*len(c.By) + 8
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
		if !v.open(e.Now, c.Window) {
			v.A = schemas.Earliest // it is finished or too old: when it began says nothing more, and may have been forgotten before
		} else if v.B < e.Horizon {
			v.B = schemas.Earliest // every a that may still come is later: likewise
		}
		b = appendInt(appendInt(appendValue(b, v.Value), int64(v.A)), int64(v.B))
	}
	return b
}

// Decode reads it.
func (c *Pending) Decode(r *Reader) {
	n := r.count(3)
	c.By, c.prune = emptied(c.By, n), 0
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
