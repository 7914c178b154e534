// Package bench measures the fold: what an event costs under a configuration, where the time goes, and how large a
// profile is. RESULTS.md keeps the figures and how they were got.
package bench

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/ebbstream/ebb/operators/catalog"
	"github.com/ebbstream/ebb/pipeline/shop"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
	"github.com/ebbstream/ebb/test/engine"
)

// many is a configuration of n segments over the shop's types: windows, thresholds and filters as a marketing team
// would write them. The thresholds of all but the first 10 are `rare` times as high: with 1 they have as much to tell as
// the first ones, with 100 hardly anything, and what they cost is what it costs to have them.
func many(n, rare int) string {
	var b strings.Builder
	b.WriteString("name: many\nsegments:\n")
	types := []string{"page_view", "product_view", "add_to_cart", "purchase", "support"}
	windows := []string{"1h", "1d", "7d", "30d", "90d"}
	cats := []string{"shoes", "books", "baby", "audio", "garden", "toys", "pets", "beauty"}
	for i := range n {
		times := 1
		if i >= 10 {
			times = rare
		}
		typ, window := types[i%len(types)], windows[i/len(types)%len(windows)]
		switch i % 4 {
		case 0:
			fmt.Fprintf(&b, "  s%d: {when: 'count(\"%s\", \"%s\") >= %d'}\n", i, typ, window, times*(1+i%17))
		case 1:
			fmt.Fprintf(&b, "  s%d: {when: 'count(\"product_view\", \"%s\", e.data.category == \"%s\") >= %d'}\n", i, window, cats[i/4%len(cats)], times*(1+i/32%5))
		case 2:
			fmt.Fprintf(&b, "  s%d: {when: 'sum(\"purchase\", \"amount\", \"%s\") > %d.0 && count(\"%s\") >= %d'}\n", i, window, times*10*i, typ, times*(1+i%7))
		default:
			fmt.Fprintf(&b, "  s%d: {when: 'decayed(\"%s\", \"%dd\") >= %d.5'}\n", i, typ, 1+i/4%5*3, times*(i%9))
		}
	}
	return b.String()
}

func read(tb testing.TB, name string) string {
	text, err := os.ReadFile(name)
	if err != nil {
		tb.Fatal(err)
	}
	return string(text)
}

// decoded are events as a decoder would hand them to the fold.
func decoded(tb testing.TB, c *catalog.Catalog, n, users int) []schemas.Event {
	g := shop.New(42, n, users)
	d := schemas.NewJSONDecoder(c.Plan.Fields)
	events := make([]schemas.Event, n)
	var line []byte
	for i := range events {
		line = g.Next().AppendJSON(line[:0])
		e := schemas.Event{}
		if err := d.Decode(line, &e); err != nil {
			tb.Fatal(err)
		}
		e.Data = nil
		e.Fields = append([]schemas.Value(nil), e.Fields...)
		events[i] = e
	}
	return events
}

// handOver copies an event into one that is used again, as a decoder fills one, so that the fold finds it in the
// processor's cache and what it costs to fetch it from memory is not counted as the fold's. BenchmarkHandOver is that cost.
func handOver(to, e *schemas.Event) {
	fields := to.Fields[:0]
	*to = *e
	to.Fields = fields
	to.Fields = append(to.Fields, e.Fields...)
}

// BenchmarkHandOver is what the other benchmarks do besides folding: fetching an event and finding its profile.
func BenchmarkHandOver(b *testing.B) {
	const n, users = 400_000, 20_000
	events := decoded(b, compile(b, read(b, "profile-job.yaml")), n, users)
	profiles := map[string]*byHand{}
	for i := range events {
		profiles[events[i].Subject] = &byHand{}
	}
	var e schemas.Event
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		handOver(&e, &events[i%n])
		profiles[e.Subject].last = int64(e.Time)
	}
}

func compile(tb testing.TB, text string) *catalog.Catalog {
	e, err := engine.New(text)
	if err != nil {
		tb.Fatal(err)
	}
	return e.Catalog
}

// BenchmarkFold: one op is one event, from the lookup of its profile on, without decoding and without writing.
func BenchmarkFold(b *testing.B) {
	for _, c := range []struct {
		name, text string
		users      int
	}{
		{"profile-job", read(b, "profile-job.yaml"), 20_000}, {"profile-job-in-cache", read(b, "profile-job.yaml"), 200},
		{"segments-10", many(10, 1), 20_000}, {"segments-1000-rare", many(1000, 100), 20_000}, {"segments-1000", many(1000, 1), 20_000},
	} {
		b.Run(c.name, func(b *testing.B) {
			compiled := compile(b, c.text)
			const n = 400_000
			events := decoded(b, compiled, n, c.users)
			chain := compiled.Chain()
			changes := 0
			emit := func(schemas.Message) { changes++ }
			var profiles map[string]*state.Profile
			var event schemas.Event
			e := &event
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				if i%n == 0 { // a new history
					b.StopTimer()
					profiles = make(map[string]*state.Profile, c.users)
					b.StartTimer()
				}
				handOver(e, &events[i%n])
				p := profiles[e.Subject]
				if p == nil {
					p = chain.Layout().New(e.Subject)
					profiles[e.Subject] = p
				}
				chain.Fold(p, e, schemas.Earliest, emit)
			}
			b.ReportMetric(float64(changes)/float64(b.N), "messages/op")
		})
	}
}

// BenchmarkProfile: encoding and decoding one profile, and its size.
func BenchmarkProfile(b *testing.B) {
	compiled := compile(b, read(b, "profile-job.yaml"))
	const n, users = 400_000, 20_000
	chain := compiled.Chain()
	profiles := map[string]*state.Profile{}
	var all []*state.Profile
	for _, e := range decoded(b, compiled, n, users) {
		p := profiles[e.Subject]
		if p == nil {
			p = chain.Layout().New(e.Subject)
			profiles[e.Subject] = p
			all = append(all, p)
		}
		chain.Fold(p, &e, schemas.Earliest, func(schemas.Message) {})
	}
	b.Run("encode", func(b *testing.B) {
		b.ReportAllocs()
		size := 0
		var text []byte
		for i := range b.N {
			p := all[i%len(all)]
			text = chain.Layout().Encode(text[:0], p, chain.Horizon(p))
			size += len(text)
		}
		b.ReportMetric(float64(size)/float64(b.N), "bytes/profile")
	})
	b.Run("decode", func(b *testing.B) {
		texts := make([][]byte, len(all))
		for i, p := range all {
			texts[i] = chain.Layout().Encode(nil, p, chain.Horizon(p))
		}
		b.ReportAllocs()
		b.ResetTimer()
		for i := range b.N {
			if _, err := chain.Layout().Decode("u", texts[i%len(texts)], nil); err != nil {
				b.Fatal(err)
			}
		}
	})
}
