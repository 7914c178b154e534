package state

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/ebbstream/ebb/schemas"
)

// Decay is a sum that fades: sum of w·2^(-age/HalfLife), kept as its value at the time of its latest event (forward decay
// with that event as landmark: Cormode, Shkapenyuk, Srivastava, Xu, "Forward Decay", ICDE 2009). Weights of one instant
// add up exactly; otherwise the order of arrival shows only in the last bits.
type Decay struct {
	HalfLife schemas.Duration
	Faded
}

// Faded is a value and the instant at which it had it.
type Faded struct {
	Value float64
	At    schemas.Instant
	Set   bool
}

// fade is 2^(-age/halfLife).
func fade(age, halfLife schemas.Duration) float64 {
	if age == 0 {
		return 1
	}
	return math.Exp2(-float64(age) / float64(halfLife))
}

// add adds weight w at t.
func (f *Faded) add(t schemas.Instant, w float64, halfLife schemas.Duration) {
	switch {
	case !f.Set:
		*f = Faded{w, t, true}
	case t >= f.At:
		f.Value = f.Value*fade(t.Sub(f.At), halfLife) + w
		f.At = t
	default:
		f.Value += w * fade(f.At.Sub(t), halfLife)
	}
}

// ValueAt is the value at n, which is not before At.
func (f Faded) ValueAt(n schemas.Instant, halfLife schemas.Duration) float64 {
	if !f.Set {
		return 0
	}
	return f.Value * fade(n.Sub(f.At), halfLife)
}

// Add adds weight w at t.
func (c *Decay) Add(t schemas.Instant, w float64) { c.add(t, w, c.HalfLife) }

// Append writes the value and its instant.
func (c *Decay) Append(b []byte, _ Edge) []byte {
	return appendFloat(appendInt(b, int64(c.At)), c.Value)
}

// Decode reads them.
func (c *Decay) Decode(r *Reader) {
	c.At, c.Value, c.Set = schemas.Instant(r.int()), r.float(), true
}

// Merge adds the other sum.
func (c *Decay) Merge(other Cell) {
	if o := other.(*Decay); o.Set {
		c.Add(o.At, o.Value)
	}
}

// Affinity is a Decay for every value of a field: what somebody is into. All fade alike, so their order moves with
// events only. Keep values are kept; beyond, the weakest is forgotten.
type Affinity struct {
	HalfLife schemas.Duration
	Keep     int
	By       []Interest // in the order of arrival; few
	index    map[string]int
	best     int // the strongest, -1: not known
}

// NewAffinity is one that was told nothing.
func NewAffinity(halfLife schemas.Duration, keep int) *Affinity {
	return &Affinity{HalfLife: halfLife, Keep: keep, best: -1}
}

// Interest is one value of the field, and its faded weight.
type Interest struct {
	Name string
	Faded
}

const indexFrom = 24 // values beyond which a map finds one faster than looking through all

func (c *Affinity) find(value string) int {
	if len(c.By) < indexFrom {
		for i := range c.By {
			if c.By[i].Name == value {
				return i
			}
		}
		return -1
	}
	if c.index == nil {
		c.index = make(map[string]int, len(c.By))
		for i := range c.By {
			c.index[c.By[i].Name] = i
		}
	}
	if i, found := c.index[value]; found {
		return i
	}
	return -1
}

// Add adds weight w for value at t. It reports whether the limit pushed one out.
func (c *Affinity) Add(t schemas.Instant, value string, w float64) (limited bool) {
	i := c.find(value)
	if i < 0 {
		i = len(c.By)
		c.By = append(c.By, Interest{Name: value})
		if c.index != nil {
			c.index[value] = i
		}
	}
	c.By[i].add(t, w, c.HalfLife)
	if w < 0 {
		c.best = -1
	} else if c.best >= 0 && c.best != i && c.behind(c.best, i) {
		c.best = i
	}
	if len(c.By) > c.Keep {
		c.forgetWeakest()
		return true
	}
	return false
}

// weaker is whether value i is worth less than value j, at any instant.
func (c *Affinity) weaker(i, j int) bool {
	a, b := &c.By[i], &c.By[j]
	switch { // what fades comes no further from 0 than it was, which mostly tells
	case a.At <= b.At && a.Value >= 0 && a.Value < b.Value:
		return true
	case a.At <= b.At:
		return a.ValueAt(b.At, c.HalfLife) < b.Value
	case b.Value >= 0 && b.Value <= a.Value:
		return false
	}
	return a.Value < b.ValueAt(a.At, c.HalfLife)
}

// behind is whether value j is the best of both: of equal ones the first by name, as after their bytes.
func (c *Affinity) behind(i, j int) bool {
	return c.weaker(i, j) || !c.weaker(j, i) && c.By[j].Name < c.By[i].Name
}

func (c *Affinity) forgetWeakest() {
	weakest := 0
	for i := 1; i < len(c.By); i++ {
		if c.weaker(i, weakest) || !c.weaker(weakest, i) && c.By[i].Name < c.By[weakest].Name {
			weakest = i
		}
	}
	c.By = slices.Delete(c.By, weakest, weakest+1)
	c.index, c.best = nil, -1
}

// Of is one value's sum as it stood at its instant.
func (c *Affinity) Of(value string) Faded {
	if i := c.find(value); i >= 0 {
		return c.By[i].Faded
	}
	return Faded{}
}

// Best is the strongest value's sum.
func (c *Affinity) Best() Faded {
	if len(c.By) == 0 {
		return Faded{}
	}
	if c.best < 0 {
		c.best = 0
		for i := 1; i < len(c.By); i++ {
			if c.behind(c.best, i) {
				c.best = i
			}
		}
	}
	return c.By[c.best].Faded
}

// Share is the value's part of the sum over all values, 0 if there are none. It does not move with time.
func (c *Affinity) Share(value string) float64 {
	i := c.find(value)
	if i < 0 {
		return 0
	}
	latest := c.latest()
	total := 0.0
	for _, v := range c.sorted() { // in one order, so that the order of arrival does not show
		total += v.ValueAt(latest, c.HalfLife)
	}
	if total == 0 {
		return 0
	}
	return c.By[i].ValueAt(latest, c.HalfLife) / total
}

func (c *Affinity) latest() schemas.Instant {
	latest := schemas.Earliest
	for i := range c.By {
		latest = max(latest, c.By[i].At)
	}
	return latest
}

func (c *Affinity) sorted() []Interest {
	return slices.SortedFunc(slices.Values(c.By), func(v, w Interest) int { return cmp.Compare(v.Name, w.Name) })
}

// Top are the n strongest values as of the latest event that counted, compared after rounding to 9 significant digits, ties
// alphabetical.
func (c *Affinity) Top(n int) []string {
	all, asOf := c.sorted(), c.latest()
	worth := make(map[string]float64, len(all))
	for _, v := range all {
		worth[v.Name] = Round9(v.ValueAt(asOf, c.HalfLife))
	}
	slices.SortStableFunc(all, func(v, w Interest) int { return cmp.Compare(worth[w.Name], worth[v.Name]) })
	names := make([]string, 0, min(n, len(all)))
	for _, v := range all[:min(n, len(all))] {
		names = append(names, v.Name)
	}
	return names
}

// Round9 rounds to 9 significant decimal digits.
func Round9(v float64) float64 {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'e', 8, 64), 64)
	if err != nil {
		return v
	}
	return rounded
}

// Append writes all values, alphabetically.
func (c *Affinity) Append(b []byte, _ Edge) []byte {
	b = appendUint(b, uint64(len(c.By)))
	if !slices.IsSortedFunc(c.By, func(v, w Interest) int { return cmp.Compare(v.Name, w.Name) }) {
		slices.SortFunc(c.By, func(v, w Interest) int { return cmp.Compare(v.Name, w.Name) })
		c.index, c.best = nil, -1
	}
	last := schemas.Instant(0)
	for _, v := range c.By {
		b = appendFloat(appendInt(appendText(b, v.Name), int64(v.At-last)), v.Value)
		last = v.At
	}
	return b
}

// Decode reads them.
func (c *Affinity) Decode(r *Reader) {
	n := r.count(10)
	c.By, c.index, c.best = slices.Grow(c.By[:0], n+1), nil, -1
	last, all := schemas.Instant(0), string(r.rest) // all names in one piece of memory
	for range n {
		size := len(r.bytes())
		end := len(all) - len(r.rest)
		name := all[end-size : end]
		last += schemas.Instant(r.int())
		c.By = append(c.By, Interest{name, Faded{r.float(), last, true}})
	}
}

// Merge adds each value's sum.
func (c *Affinity) Merge(other Cell) {
	for _, v := range other.(*Affinity).By {
		c.Add(v.At, v.Name, v.Value)
	}
	c.best = -1
}
