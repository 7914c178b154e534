package demo

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/ebbstream/ebb/schemas"
)

// shopper is one person: where they are, what they like, how often they come, and what they left in the cart.
type shopper struct {
	name    string
	r       *rand.Rand
	city    city
	devices []string
	likes   []string
	rest    schemas.Duration // how long they stay away, on average
	fickle  float64          // how likely they are to stay away for long
	next    schemas.Instant  // their next visit
	lured   bool             // they come by the mail about their cart
	known   bool             // they have been here before
	agreed  bool             // to mail
	cart    []item
}

type city struct {
	name, zone string
	hours      schemas.Duration // from UTC, near enough
	mean, wave float64          // temperature over the year; wave < 0 south of the equator
}

var cities = []city{
	{"Oslo", "Europe/Oslo", schemas.Hour, 6, 11}, {"Lisbon", "Europe/Lisbon", 0, 17, 6}, {"Montreal", "America/Toronto", -5 * schemas.Hour, 7, 16},
	{"Karachi", "Asia/Karachi", 5 * schemas.Hour, 26, 6}, {"Sapporo", "Asia/Tokyo", 9 * schemas.Hour, 9, 13}, {"Nairobi", "Africa/Nairobi", 3 * schemas.Hour, 19, 1},
	{"Melbourne", "Australia/Melbourne", 11 * schemas.Hour, 15, -6}, {"Krakow", "Europe/Warsaw", schemas.Hour, 9, 11},
}

type item struct {
	name, category string
	price          float64
}

var categories = []string{"shoes", "coats", "books", "toys", "baby", "garden", "kitchen", "sports", "phones", "audio"}

func newShopper(name string, r *rand.Rand) *shopper {
	p := &shopper{name: name, r: r, city: cities[r.IntN(len(cities))], devices: []string{"phone", "laptop", "tablet"}}
	p.devices = p.devices[:1+r.IntN(3)]
	for range 2 {
		p.likes = append(p.likes, categories[r.IntN(len(categories))])
	}
	p.rest = 8*schemas.Hour + p.span(3*schemas.Day)
	p.fickle = .02 + .2*r.Float64()*r.Float64()
	return p
}

// span is a random time shorter than most.
func (p *shopper) span(most schemas.Duration) schemas.Duration {
	return schemas.Duration(p.r.Int64N(int64(most)))
}

// plan decides when they come next, after a visit that ended at t.
func (p *shopper) plan(t schemas.Instant) {
	p.lured = false
	switch {
	case len(p.cart) > 0 && p.r.Float64() < .4: // the mail about the cart, and it works
		p.next, p.lured = t.Add(2*schemas.Hour+p.span(20*schemas.Hour)), true
		return
	case p.r.Float64() < p.fickle:
		p.next = t.Add(5*schemas.Day + p.span(16*schemas.Day))
	default:
		p.next = t.Add(90*schemas.Minute + schemas.Duration(p.r.ExpFloat64()*float64(p.rest)))
	}
	// Nobody shops at night: before seven they come after breakfast, by their own clock.
	day := schemas.Instant(int64(p.next.Add(p.city.hours)) / int64(schemas.Day) * int64(schemas.Day))
	if p.next.Add(p.city.hours).Sub(day) < 7*schemas.Hour {
		p.next = day.Add(7*schemas.Hour + p.span(15*schemas.Hour)).Add(-p.city.hours)
	}
}

// weather is the temperature where they are, to a tenth of a degree.
func (p *shopper) weather(t schemas.Instant) float64 {
	year := float64(t.Sub(Start)) / float64(365*schemas.Day)
	warmth := p.city.mean - p.city.wave*math.Cos(2*math.Pi*(year-.04)) + 4*p.r.NormFloat64()
	return math.Round(warmth*10) / 10
}

func (p *shopper) find() item {
	category := categories[p.r.IntN(len(categories))]
	if p.r.Float64() < .7 {
		category = p.likes[p.r.IntN(len(p.likes))]
	}
	n := p.r.IntN(40)
	return item{name: fmt.Sprintf("%s-%02d", category, n), category: category, price: float64(9+(n*37)%140) + .9}
}
