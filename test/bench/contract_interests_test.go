package bench

import (
	"math"
	"slices"

	"github.com/ebbstream/ebb/schemas"
)

// interest is a category and what it was worth at its latest event.
type interest struct {
	value    float64
	at       schemas.Instant
	category uint16
}

const (
	halfLife  = 14 * schemas.Day
	fanFrom   = 5.0
	interests = 128 // of a profile at most
)

func fade(age schemas.Instant) float64 {
	if age == 0 {
		return 1
	}
	return math.Exp2(-float64(age) / float64(halfLife))
}

// worth is its value at an instant that is not before its own.
func (v *interest) worth(n schemas.Instant) float64 { return v.value * fade(n-v.at) }

// ends is the first millisecond after an instant, at which it is enough for a fan, at which it is not.
func (v *interest) ends(from schemas.Instant) schemas.Instant {
	root := v.at + schemas.Instant(math.Floor(float64(halfLife)*math.Log2(v.value/fanFrom)))
	for _, n := range [...]schemas.Instant{from + 1, root - 1, root, root + 1, root + 2} {
		if n > from && v.worth(n) < fanFrom {
			return n
		}
	}
	return schemas.Never
}

// like adds to what a category is worth, and gives that.
func (c *contract) like(p *shopper, r *remembered, weight float64) interest {
	for i := range p.interests {
		v := &p.interests[i]
		if v.category != r.category {
			continue
		}
		if r.time >= v.at {
			v.value = v.value*fade(r.time-v.at) + weight
			v.at = r.time
		} else {
			v.value += weight * fade(v.at-r.time)
		}
		grown := *v
		if i > 0 { // so that the favourites come to the front
			p.interests[i-1], p.interests[i] = p.interests[i], p.interests[i-1]
		}
		return grown
	}
	grown := interest{weight, r.time, r.category}
	if p.interests = append(p.interests, grown); len(p.interests) > interests {
		c.forgetWeakest(p)
	}
	return grown
}

func (c *contract) forgetWeakest(p *shopper) {
	weakest, n := 0, p.clock
	for i := range p.interests {
		v, w := &p.interests[i], &p.interests[weakest]
		if a, b := v.worth(n), w.worth(n); a < b || a == b && c.categories.texts[v.category-1] < c.categories.texts[w.category-1] {
			weakest = i
		}
	}
	p.interests = slices.Delete(p.interests, weakest, weakest+1)
}

// findBest finds the strongest interest at now, of which there may be none.
func (c *contract) findBest(p *shopper) bool {
	c.best = interest{at: p.now}
	worth := 0.0
	for i := range p.interests {
		v := &p.interests[i]
		if v.value <= worth {
			continue // it has faded since
		}
		if x := v.worth(p.now); x > worth {
			c.best, worth = *v, x
		}
	}
	return worth > 0
}
