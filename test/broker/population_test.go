//go:build linux

package broker

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/pipeline/shop"
	"github.com/ebbstream/ebb/schemas"
)

// A population is many people of whom each is seen once, and some again and again. It keeps nothing of them: what is sent and
// not yet taken by the brokers is bounded by the client.
type population struct {
	g      *group
	client *kgo.Client
	people int
	events *shop.Generator
	failed atomic.Pointer[error]
}

// Of those who come again there are so many at most, as the generator keeps a list of them. They make about a thousand events
// a minute of event time, however many people there are, so that a restart is not measured with the timers of all of them.
const (
	regulars = 1_000_000
	thirty   = 30 * 24 * 60 * 1000 // events in the generator's thirty days
)

func newPopulation(g *group, c *cluster, people int) *population {
	return &population{g: g, people: people, events: shop.New(1, thirty, min(people, regulars)),
		client: c.client(g.t, kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)))}
}

// first is one event of everybody, all in the hour before the others begin.
func (p *population) first() {
	for i := range p.people {
		at := int64(shop.Start) - int64(schemas.Hour) + int64(i)*int64(schemas.Hour)/int64(p.people)
		p.send(i, fmt.Appendf(nil, `{"id":"first-%d","source":"shop","type":"product_view","subject":"user-%08d","time":%d,"data":{"category":"books","item":"item-%06d"}}`,
			i, i, at, i%400_000))
	}
	p.flush()
}

// further is n events of those who come again.
func (p *population) further(n int) {
	for range n {
		e := p.events.Next()
		p.send(e.User, e.AppendJSON(nil))
	}
	p.flush()
}

// send sends what one person does through one topic, so that there is one order of its arrival.
func (p *population) send(person int, event []byte) {
	r := &kgo.Record{Topic: p.g.sources[person%len(p.g.sources)], Key: fmt.Appendf(nil, "user-%08d", person), Value: event}
	p.client.Produce(context.Background(), r, func(_ *kgo.Record, err error) {
		if err != nil {
			p.failed.CompareAndSwap(nil, &err)
		}
	})
}

func (p *population) flush() {
	if err := p.client.Flush(context.Background()); err != nil {
		p.g.t.Fatal(err)
	}
	if err := p.failed.Load(); err != nil {
		p.g.t.Fatalf("sending events: %v", *err)
	}
}
