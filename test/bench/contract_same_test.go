package bench

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ebbstream/ebb/operators/catalog"
	"github.com/ebbstream/ebb/pipeline/shop"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

var seed = flag.Int64("seed", 0, "the seed of one more history of TestContract; 0: by the clock")

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

// TestContract: the fold written by hand tells, event by event, exactly what the compiled plan tells, in every field.
func TestContract(t *testing.T) {
	compiled := compile(t, read(t, "profile-job.yaml"))
	seen := map[string]int{}
	for _, h := range []history{
		{seed: 1, events: 20_000, users: 200}, {seed: 2, events: 20_000, users: 3000}, {seed: 3, events: 20_000, users: 5},
		{seed: 4, events: 20_000, users: 100, grain: schemas.Minute}, {seed: 5, events: 20_000, users: 10, grain: 10 * schemas.Minute},
		{seed: 6, events: 10_000, users: 20, categories: 200, calm: true}, {seed: 7, events: 20_000, users: 300, watermarks: true},
		{seed: 8, events: 20_000, users: 20, watermarks: true, grain: schemas.Minute}, {seed: 9, events: 25_000, users: 2, within: 26 * schemas.Hour, calm: true},
		{seed: 10, events: 10_000, users: 2, grain: schemas.Hour, categories: 150},
		{seed: cmp.Or(*seed, time.Now().UnixNano()), events: 20_000, users: 100},
	} {
		t.Run(fmt.Sprintf("%+v", h), func(t *testing.T) { same(t, compiled, h, seen) })
	}
	for _, segment := range segmentNames {
		for _, want := range []string{"true event", "true late_event", "false erasure"} {
			if seen[segment+" "+want] == 0 {
				t.Errorf("%s never changed with %s: the histories show too little", segment, want)
			}
		}
	}
	for _, want := range []string{"cart_abandoner false timer", "cart_abandoner false event", "category_fan false timer", "recent_buyer false timer",
		"engaged false late_event", "high_value false event", "session", "late", "too_late", "erased",
		"profile at the limit of events", "profile with as many interests as are kept"} {
		if seen[want] == 0 {
			t.Errorf("there was no %s: the histories show too little", want)
		}
	}
	t.Log(seen)
}

// same folds a history twice, and brings all profiles to instants so far after it that every timer has fired.
func same(t *testing.T, compiled *catalog.Catalog, h history, seen map[string]int) {
	chain, hand := compiled.Chain(), newContract(compiled.Plan)
	profiles, shoppers := map[string]*state.Profile{}, map[string]*shopper{}
	var want, got []schemas.Message
	emit := func(m schemas.Message) { want = append(want, m) }
	emitByHand := func(m schemas.Message) { got = append(got, m) }
	compare := func(after string) {
		for i := range max(len(want), len(got)) {
			if i >= len(want) || i >= len(got) || !reflect.DeepEqual(want[i], got[i]) {
				t.Fatalf("after %s:\nplan    %s\nby hand %s", after, texts(want), texts(got))
			}
			seen[sort(want[i])]++
		}
		want, got = want[:0], got[:0]
	}
	d := schemas.NewJSONDecoder(compiled.Plan.Fields)
	var e schemas.Event
	watermark, last := schemas.Earliest, schemas.Earliest
	for _, line := range h.lines() {
		if err := d.Decode([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		if profiles[e.Subject] == nil {
			profiles[e.Subject], shoppers[e.Subject] = chain.Layout().New(e.Subject), newShopper(e.Subject)
		}
		chain.Fold(profiles[e.Subject], &e, watermark, emit)
		hand.fold(shoppers[e.Subject], &e, watermark, emitByHand)
		compare(line)
		if p := shoppers[e.Subject]; len(p.recent.all) == limit {
			seen["profile at the limit of events"]++
		} else if len(p.interests) == interests {
			seen["profile with as many interests as are kept"]++
		}
		if last = max(last, e.Time); h.watermarks {
			watermark = last - lateness
		}
	}
	for _, id := range slices.Sorted(maps.Keys(profiles)) {
		p := shoppers[id]
		ends := []schemas.Instant{last, last + gap, last + accept, last + 365*accept}
		if p.member&fan != 0 && p.fanUntil > last { // the very instant of a timer
			ends = []schemas.Instant{last, p.fanUntil - 1, p.fanUntil, p.fanUntil + accept, last + 365*accept}
		}
		for _, n := range ends {
			chain.Pass(profiles[id], n, emit)
			hand.pass(p, n, emitByHand)
			compare(fmt.Sprint("passing ", id, " to ", n))
		}
	}
}

// sort is what kind of message it is, as far as the histories must hold one.
func sort(m schemas.Message) string {
	switch m := m.(type) {
	case *schemas.SegmentChange:
		return fmt.Sprint(m.Segment, " ", m.Entered, " ", m.Cause)
	case *schemas.Late:
		return m.Reason
	}
	return "session"
}

func texts(all []schemas.Message) string {
	var lines []string
	for _, m := range all {
		line := fmt.Sprintf("%+v", m)
		if c, ok := m.(*schemas.SegmentChange); ok {
			line += fmt.Sprintf(" %+v", c.CausedBy)
		}
		lines = append(lines, line)
	}
	return cmp.Or(strings.Join(lines, "\n"), "nothing")
}
