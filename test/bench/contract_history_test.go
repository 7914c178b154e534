package bench

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"

	"github.com/ebbstream/ebb/pipeline/shop"
	"github.com/ebbstream/ebb/schemas"
)

// history is a shop's traffic as lines, with what else the contract speaks of put in between.
type history struct {
	seed          int64
	events, users int
	within        schemas.Duration // all of it happens in this time; 0: in 30 days
	grain         schemas.Duration // times are whole ones: events meet at one instant
	categories    int              // 0: those of the shop
	watermarks    bool             // a partition's watermark goes before the events
	calm          bool             // nobody is erased before the end
}

func (h history) lines() []string {
	r := rand.New(rand.NewPCG(uint64(h.seed), 1))
	g := shop.New(h.seed, h.events, h.users)
	var lines []string
	last := shop.Start
	add := func(id, source, typ string, user int, at schemas.Instant, data string) {
		if h.within > 0 {
			at = shop.Start + (at-shop.Start)*schemas.Instant(h.within)/schemas.Instant(30*schemas.Day)
		}
		lines = append(lines, fmt.Sprintf(`{"id":%q,"source":%q,"type":%q,"subject":"user-%d","time":%d,"data":%s}`, id, source, typ, user, at, data))
	}
	for range h.events {
		e := g.Next()
		if e.Time -= e.Time % schemas.Instant(max(1, h.grain)); h.categories > 0 && e.Category != "" {
			e.Category = fmt.Sprint("category-", r.IntN(h.categories))
		}
		data := map[string]any{}
		if e.Category != "" {
			data["category"] = e.Category
		}
		if e.Amount != 0 {
			data["amount"] = e.Amount
		}
		text, _ := json.Marshal(data)
		id, source, typ := e.ID, "shop", e.Type
		switch x := r.IntN(100); {
		case x < 3:
			id = "order " + e.ID[:4]
		case x < 4:
			source = "till"
		case x < 6:
			typ = []string{"checkout", "login", schemas.TypeTraits, schemas.TypeConsent}[r.IntN(4)]
		}
		if typ == schemas.TypeConsent {
			text = []byte(`{"purpose":"marketing","status":"granted"}`)
		}
		add(id, source, typ, e.User, e.Time, string(text))
		switch x := r.IntN(1000); {
		case x < 6 && !h.calm:
			back := []schemas.Duration{0, schemas.Minute, schemas.Hour, 12 * schemas.Hour, 40 * schemas.Hour}[r.IntN(5)]
			add(fmt.Sprint("erase-", len(lines)), "shop", schemas.TypeErase, e.User, e.Time-schemas.Instant(back), "{}")
		case x < 16: // the same id from elsewhere, or as if at another time
			add(id, []string{"shop", "till"}[r.IntN(2)], typ, e.User, e.Time+schemas.Instant(r.IntN(100_000)), string(text))
		case x < 17:
			add(fmt.Sprint("odd-", len(lines)), "shop", "purchase", e.User, e.Time, []string{`{"amount":"12"}`, `{"amount":-700}`,
				`{"amount":1e17}`, `{"amount":1e-9}`, `{"category":""}`, `{"category":7}`}[r.IntN(6)])
		case x < 22: // two sessions, then the event between them
			add(fmt.Sprint("after-", len(lines)), "shop", typ, e.User, e.Time+38*schemas.Instant(schemas.Minute), string(text))
			add(fmt.Sprint("between-", len(lines)), "shop", typ, e.User, e.Time+29*schemas.Instant(schemas.Minute), string(text))
		case x < 32: // once more, whenever it was
			lines = append(lines, lines[r.IntN(len(lines))])
		case x < 42: // at an edge, mostly of the profile's clock, and once more
			edge := []schemas.Instant{-accept, -accept - 1, -lateness, -lateness - 1, gap, gap + 1, gap + lateness, gap + lateness + 1}[r.IntN(8)]
			add(fmt.Sprint("edge-", len(lines)), "shop", typ, e.User, e.Time+edge, string(text))
			lines = append(lines, lines[len(lines)-1])
		}
		last = max(last, e.Time)
	}
	for user := range h.users {
		add(fmt.Sprint("end-", user), "shop", schemas.TypeErase, user, last-accept/2, "{}")
	}
	return lines
}
