package bench

import (
	"testing"

	"github.com/ebbstream/ebb/operators/catalog"
	"github.com/ebbstream/ebb/schemas"
)

// measure runs a fold over the same history as BenchmarkFold, again and again: begin forgets all profiles, and the fold gives
// how many messages there were.
func measure(b *testing.B, compiled *catalog.Catalog, users int, begin func(), fold func(e *schemas.Event) (messages int)) {
	const n = 400_000
	events := decoded(b, compiled, n, users)
	var e schemas.Event
	messages := 0
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		if i%n == 0 {
			b.StopTimer()
			begin()
			b.StartTimer()
		}
		handOver(&e, &events[i%n])
		messages += fold(&e)
	}
	b.ReportMetric(float64(messages)/float64(b.N), "messages/op")
}

// BenchmarkByHandContract is the same history through the fold that is written by hand and keeps the contract: whole, and
// without parts of it, to see what they cost.
func BenchmarkByHandContract(b *testing.B) {
	compiled := compile(b, read(b, "profile-job.yaml"))
	all := parts{remembering: true, messages: true, timers: true}
	for _, c := range []struct {
		name  string
		users int
		off   parts
	}{
		{"profile-job", 20_000, parts{}}, {"profile-job-in-cache", 200, parts{}},
		{"no-evidence", 20_000, parts{evidence: true}}, {"no-evidence-in-cache", 200, parts{evidence: true}},
		{"no-messages", 20_000, parts{messages: true}}, {"no-messages-in-cache", 200, parts{messages: true}},
		{"no-timers", 20_000, parts{timers: true}}, {"no-timers-in-cache", 200, parts{timers: true}},
		{"no-memory", 20_000, parts{remembering: true}}, {"no-memory-in-cache", 200, parts{remembering: true}},
		{"none", 20_000, all}, {"none-in-cache", 200, all},
	} {
		b.Run(c.name, func(b *testing.B) {
			hand := newContract(compiled.Plan)
			hand.off = c.off
			var shoppers map[string]*shopper
			messages := 0
			emit := func(schemas.Message) { messages++ }
			measure(b, compiled, c.users, func() { shoppers = make(map[string]*shopper, c.users) }, func(e *schemas.Event) int {
				p := shoppers[e.Subject]
				if p == nil {
					p = newShopper(e.Subject)
					shoppers[e.Subject] = p
				}
				messages = 0
				hand.fold(p, e, schemas.Earliest, emit)
				return messages
			})
		})
	}
}
