// Package shop makes believable shop traffic for `ebb bench` and the benchmarks: sessions of browsing, carts and purchases over 30 days, by
// users of very different activity, a few events out of order, late or sent twice. The same seed gives the same events.
package shop

import (
	"fmt"
	"math"
	"math/rand"
	"strconv"

	"github.com/ebbstream/ebb/schemas"
)

// Start is the time of the first session: 2026-01-01.
const Start = schemas.Instant(1767225600000)

// Event is one event of the shop.
type Event struct {
	ID       string
	User     int
	Time     schemas.Instant
	Type     string
	Category string  // of product events, else empty
	Item     int     // of product events
	Amount   float64 // of purchases
	URL      string
	arrival  schemas.Instant
	seq      int
}

var categories = []string{"electronics", "laptops", "phones", "tablets", "cameras", "audio", "gaming", "appliances", "kitchen",
	"furniture", "garden", "tools", "toys", "baby", "books", "music", "movies", "sports", "outdoor", "fitness", "mens-fashion",
	"womens-fashion", "shoes", "watches", "jewellery", "beauty", "health", "grocery", "pets", "automotive"}

// Generator gives events in the order in which they arrive.
type Generator struct {
	r       *rand.Rand
	zipf    *rand.Zipf
	names   []int
	next    int
	clock   float64
	step    float64
	waiting Queue[*Event]
	seq     int
}

const sessionLength = 4.0

// New makes a generator of about n events by so many users over 30 days.
func New(seed int64, n, users int) *Generator {
	r := rand.New(rand.NewSource(seed))
	return &Generator{r: r, zipf: rand.NewZipf(r, 1.1, 10, uint64(users-1)), names: r.Perm(users), clock: float64(Start),
		step: float64(30*schemas.Day) / (float64(n) / sessionLength)}
}

// Next is the next event to arrive.
func (g *Generator) Next() *Event {
	for g.waiting.Len() == 0 || float64(g.waiting.First().arrival) >= g.clock {
		g.session()
	}
	e := g.waiting.Pop()
	if e.seq >= 0 && g.r.Float64() < 0.005 { // once more, later
		again := *e
		again.arrival = e.arrival + 1 + schemas.Instant(g.r.Float64()*300_000)
		again.seq = -1
		g.waiting.Push(&again)
	}
	return e
}

func (g *Generator) user() int {
	if g.next < len(g.names) && g.r.Float64() < 0.36 {
		g.next++
		return g.names[len(g.names)-g.next]
	}
	return g.names[g.zipf.Uint64()]
}

func (g *Generator) session() {
	t := schemas.Instant(g.clock)
	g.clock += g.step * g.r.ExpFloat64()
	user := g.user()
	favourite := categories[user*7919%len(categories)]
	for i := 0; i == 0 || i < 40 && g.r.Float64() < 1-1/sessionLength; i++ {
		if i > 0 {
			t += 1000 + schemas.Instant(g.r.ExpFloat64()*150_000)
		}
		g.seq++
		e := &Event{ID: g.id(), User: user, Time: t, arrival: t, seq: g.seq}
		category := categories[g.r.Intn(len(categories))]
		if g.r.Float64() < 0.5 {
			category = favourite
		}
		switch x := g.r.Float64(); {
		case x < .60:
			e.Type, e.URL = "page_view", "https://shop.example.com/p/"+category+"/"+strconv.FormatUint(g.r.Uint64(), 16)+"?ref=home&lang=en-GB&theme=dark"
		case x < .85:
			e.Type = "product_view"
		case x < .93:
			e.Type = "add_to_cart"
		case x < .97:
			e.Type, e.Amount = "purchase", math.Round((5+295*g.r.Float64())*100)/100
		default:
			e.Type = "support"
		}
		if e.Type == "product_view" || e.Type == "add_to_cart" || e.Type == "purchase" {
			e.Category, e.Item = category, g.r.Intn(400_000)
			e.URL = fmt.Sprintf("https://shop.example.com/c/%s/item-%06d?utm_source=newsletter&utm_medium=cpc", category, e.Item)
		}
		switch x := g.r.Float64(); {
		case x < .05:
			e.arrival += 1 + schemas.Instant(g.r.Float64()*480_000)
		case x < .06:
			e.arrival += 660_000 + schemas.Instant(g.r.Float64()*3_600_000)
		}
		g.waiting.Push(e)
	}
}

func (g *Generator) id() string {
	a, b := g.r.Uint64(), g.r.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-a%03x-%012x", a>>32, a>>16&0xffff, a&0xfff, b>>52, b&0xffffffffffff)
}

// AppendJSON writes the event in ebb's file form.
func (e *Event) AppendJSON(b []byte) []byte {
	b = append(append(b, `{"id":"`...), e.ID...)
	b = append(append(b, `","source":"shop","type":"`...), e.Type...)
	b = append(fmt.Appendf(append(b, `","subject":"`...), "user-%08d", e.User), `","time":`...)
	b = append(strconv.AppendInt(b, int64(e.Time), 10), `,"data":{"url":"`...)
	b = append(append(b, e.URL...), '"')
	if e.Category != "" {
		b = append(append(append(b, `,"category":"`...), e.Category...), '"')
		b = append(fmt.Appendf(append(b, `,"item":"`...), "item-%06d", e.Item), '"')
	}
	if e.Amount != 0 {
		b = strconv.AppendFloat(append(b, `,"amount":`...), e.Amount, 'f', -1, 64)
	}
	return append(b, "}}"...)
}

// Before tells which of two arrives first.
func (e *Event) Before(other *Event) bool {
	if e.arrival != other.arrival {
		return e.arrival < other.arrival
	}
	return e.seq < other.seq
}
