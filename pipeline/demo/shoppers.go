package demo

import (
	"fmt"
	"math/rand/v2"

	"github.com/ebbstream/ebb/pipeline/shop"
	"github.com/ebbstream/ebb/schemas"
)

// Start is when the first shopper comes: 2026-01-05T06:00:00Z, a Monday.
const Start = schemas.Instant(1767592800000)

// Shoppers are the people of the shop. They give their events in the order in which the shop hears of them.
type Shoppers struct {
	due     shop.Queue[*visit]
	waiting shop.Queue[*Event]
	chance  *rand.Rand // of the way here, not of the people
	seq     int
}

var names = []string{"anna", "bilal", "chen", "dora", "emeka", "freya", "goran", "hana", "ines", "jonas", "kofi", "lin",
	"maya", "nils", "olga", "pablo", "qamar", "rosa", "sven", "tara", "umar", "vera", "wen", "yara"}

// NewShoppers are n people, the same ones for the same seed. Two thirds are there from the first day, the others come later.
func NewShoppers(seed uint64, n int) *Shoppers {
	s := &Shoppers{chance: rand.New(rand.NewPCG(seed, 0))}
	for i := range n {
		p := newShopper(fmt.Sprintf("%s-%02d", names[i%len(names)], i/len(names)+1), rand.New(rand.NewPCG(seed, uint64(i)+1)))
		first := Start.Add(p.span(8 * schemas.Hour))
		if i%3 == 2 {
			first = Start.Add(p.span(20 * schemas.Day))
		}
		s.due.Push(&visit{at: first, of: p, number: i})
	}
	return s
}

// Next is the next event to arrive. There is always one: somebody comes back.
func (s *Shoppers) Next() *Event {
	for s.waiting.Len() == 0 || s.waiting.First().Arrival >= s.due.First().at {
		v := s.due.First()
		for _, e := range v.of.visit(v.at) {
			s.send(e)
		}
		v.at = v.of.next
		s.due.FixFirst()
	}
	return s.waiting.Pop()
}

// send is the way of an event to the shop: mostly at once, now and then a little later, twice, or much too late.
func (s *Shoppers) send(e *Event) {
	s.seq++
	e.seq, e.ID = s.seq, fmt.Sprintf("e%07d", s.seq)
	e.Arrival = e.Time.Add(schemas.Duration(s.chance.IntN(2000)))
	switch x := s.chance.Float64(); {
	case x < .03:
		e.Arrival = e.Time.Add(schemas.Duration(s.chance.IntN(int(8 * schemas.Minute))))
	case x < .032:
		e.Arrival = e.Time.Add(20*schemas.Minute + schemas.Duration(s.chance.IntN(int(6*schemas.Hour))))
	case x < .036:
		again := *e
		s.seq++
		again.seq, again.Arrival = s.seq, e.Arrival.Add(schemas.Minute)
		s.waiting.Push(&again)
	}
	s.waiting.Push(e)
}

// visit is when somebody comes next.
type visit struct {
	at     schemas.Instant
	of     *shopper
	number int
}

// Before tells who comes first.
func (v *visit) Before(other *visit) bool {
	if v.at != other.at {
		return v.at < other.at
	}
	return v.number < other.number
}
