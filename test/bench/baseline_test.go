package bench

import (
	"math"
	"testing"

	"github.com/ebbstream/ebb/schemas"
)

// byHand is the profile job written by hand for these five segments and nothing else: the last 32 ids, no timers, no
// evidence, no erasure, no expiry. It is what the compiled plan is measured against.
type byHand struct {
	ids         [32]uint64
	nIDs, idPos int
	first, last int64
	total       float64
	bought      [8]int64
	nBought     int
	closed      int
	open        []handSession
	interests   []handInterest
	mask        uint8
}

type handSession struct {
	start, end              int64
	events, carts, purchase uint32
}

type handInterest struct {
	name  string
	score float64
}

func hash(s string) uint64 {
	h := uint64(14695981039346656037)
	for len(s) >= 8 {
		h = (h ^ (uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56)) * 1099511628211
		h ^= h >> 32
		s = s[8:]
	}
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

func (p *byHand) fold(e *schemas.Event, category string, amount float64) (changes int) {
	const gap, late, halfLife = int64(30 * 60e3), int64(10 * 60e3), 14 * 86400e3
	id, t := hash(e.ID), int64(e.Time)
	for i := range p.nIDs {
		if p.ids[i] == id {
			return 0
		}
	}
	p.ids[p.idPos] = id
	p.idPos = (p.idPos + 1) % 32
	p.nIDs = min(p.nIDs+1, 32)
	if p.first == 0 {
		p.first, p.last = t, t
	}
	p.first, p.last = min(p.first, t), max(p.last, t)
	weight, purchase, cart := 0.0, uint32(0), uint32(0)
	switch e.Type {
	case "product_view":
		weight = 1
	case "add_to_cart":
		weight, cart = 2, 1
	case "purchase":
		weight, purchase = 4, 1
		p.total += amount
		p.bought[p.nBought%8] = t
		p.nBought++
	}
	if weight > 0 && category != "" {
		s := weight * math.Exp2(float64(t-int64(1767225600000))/halfLife)
		found := false
		for i := range p.interests {
			if p.interests[i].name == category {
				p.interests[i].score += s
				found = true
				break
			}
		}
		if !found {
			p.interests = append(p.interests, handInterest{category, s})
		}
	}
	kept := p.open[:0]
	for _, s := range p.open {
		if s.end+gap < p.last-late {
			p.closed++
		} else {
			kept = append(kept, s)
		}
	}
	p.open = kept
	if t >= p.last-late {
		one := handSession{t, t, 1, cart, purchase}
		others := p.open[:0]
		for _, s := range p.open {
			if t >= s.start-gap && t <= s.end+gap {
				one = handSession{min(one.start, s.start), max(one.end, s.end), one.events + s.events, one.carts + s.carts, one.purchase + s.purchase}
			} else {
				others = append(others, s)
			}
		}
		others = append(others, one)
		p.open = others
	}
	mask := uint8(0)
	for i := range min(p.nBought, 8) {
		if p.bought[i] > p.last-int64(90*86400e3) {
			mask |= 1
			break
		}
	}
	if p.total >= 500 {
		mask |= 2
	}
	if n := len(p.open); n > 0 && p.open[n-1].carts > 0 && p.open[n-1].purchase == 0 {
		mask |= 4
	}
	if p.closed+len(p.open) >= 3 {
		mask |= 8
	}
	best := 0.0
	for i := range p.interests {
		best = max(best, p.interests[i].score)
	}
	if best >= 5*math.Exp2(float64(p.last-int64(1767225600000))/halfLife) {
		mask |= 16
	}
	for diff := mask ^ p.mask; diff != 0; diff &= diff - 1 {
		changes++
	}
	p.mask = mask
	return changes
}

// BenchmarkByHand is the same history through the fold written by hand.
func BenchmarkByHand(b *testing.B) {
	compiled := compile(b, read(b, "profile-job.yaml"))
	category, amount := -1, -1
	for i, path := range compiled.Plan.Fields {
		switch path[0] {
		case "category":
			category = i
		case "amount":
			amount = i
		}
	}
	for _, c := range []struct {
		name  string
		users int
	}{{"profile-job", 20_000}, {"profile-job-in-cache", 200}} {
		b.Run(c.name, func(b *testing.B) {
			var profiles map[string]*byHand
			measure(b, compiled, c.users, func() { profiles = make(map[string]*byHand, c.users) }, func(e *schemas.Event) int {
				p := profiles[e.Subject]
				if p == nil {
					p = &byHand{}
					profiles[e.Subject] = p
				}
				paid, _ := e.Fields[amount].Number()
				return p.fold(e, e.Fields[category].Text(), paid)
			})
		})
	}
}
