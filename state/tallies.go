package state

import (
	"cmp"
	"maps"
	"slices"

	"github.com/ebbstream/ebb/schemas"
)

// Tallies are what was counted of one experiment: by action, and by arm. Of a partition they are a row of its own, written
// with the profiles that the counts came from, so that each is there once.
//
// Their bytes: how many, and for each the action, whether it is the control arm, the number of kinds, how often each of
// them was counted, and the revenue.
type Tallies map[Tallied]*Tally

// Counted is what was counted of all experiments, by name.
type Counted map[string]Tallies

// Add counts one.
func (c Counted) Add(o schemas.Outcome) { c.of(o.Experiment).Add(o) }

// AddAll adds what was counted elsewhere.
func (c Counted) AddAll(other Counted) {
	for name, t := range other {
		c.of(name).AddAll(t)
	}
}

func (c Counted) of(name string) Tallies {
	if c[name] == nil {
		c[name] = Tallies{}
	}
	return c[name]
}

// Tallied is what one tally is of; those of people, whatever was chosen for them, have no action.
type Tallied struct {
	Action  string
	Control bool
}

// Tally is how often each kind of outcome was counted, and the sum of what it was worth: exact, so that the order in which it
// came, and the partitions, show in no digit.
type Tally struct {
	N       [schemas.OutcomeKinds]int64
	Revenue Exact
}

// Add counts one.
func (t Tallies) Add(o schemas.Outcome) {
	of := t.at(Tallied{o.Action, o.Arm == schemas.ArmControl})
	of.N[o.Kind]++
	if o.Kind == schemas.OutcomeRevenue {
		of.Revenue.Add(o.Value)
	}
}

// AddAll adds what was counted elsewhere.
func (t Tallies) AddAll(other Tallies) {
	for key, o := range other {
		of := t.at(key)
		for k, n := range o.N {
			of.N[k] += n
		}
		of.Revenue.AddAll(&o.Revenue)
	}
}

func (t Tallies) at(key Tallied) *Tally {
	if t[key] == nil {
		t[key] = &Tally{}
	}
	return t[key]
}

// Keys are what there are tallies of: of people first, then by action, and of two arms treatment first.
func (t Tallies) Keys() []Tallied {
	return slices.SortedFunc(maps.Keys(t), func(a, b Tallied) int {
		arm := func(k Tallied) int {
			if k.Control {
				return 1
			}
			return 0
		}
		return cmp.Or(cmp.Compare(a.Action, b.Action), cmp.Compare(arm(a), arm(b)))
	})
}

// Append writes them.
func (t Tallies) Append(b []byte) []byte {
	b = appendUint(b, uint64(len(t)))
	for _, key := range t.Keys() {
		of := t[key]
		b = appendText(b, key.Action)
		control := byte(0)
		if key.Control {
			control = 1
		}
		b = appendUint(append(b, control), uint64(len(of.N)))
		for _, n := range of.N {
			b = appendUint(b, uint64(n))
		}
		b = of.Revenue.append(b)
	}
	return b
}

// DecodeTallies reads what Append wrote.
func DecodeTallies(b []byte) (Tallies, error) {
	r := &Reader{rest: b}
	t := Tallies{}
	for range r.count(4) {
		of := t.at(Tallied{r.text(), r.byte() == 1})
		kinds := r.count(1)
		if kinds > len(of.N) {
			r.fail() // written by a later version
		}
		for k := range min(kinds, len(of.N)) {
			of.N[k] = int64(r.uint())
		}
		of.Revenue.decode(r)
	}
	if len(r.rest) > 0 {
		r.fail()
	}
	return t, r.Err()
}
