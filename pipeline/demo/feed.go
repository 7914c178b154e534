package demo

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/schemas"
)

// Feed brings what the shoppers do into their topic, as fast as event time is to go by.
type Feed struct {
	topic      string
	partitions int
	shoppers   *Shoppers
	client     *kgo.Client
	held       []int64 // by partition, what the topic holds and the shoppers have not done again yet
	event      *Event  // the next one
	record     *kgo.Record
	now, sent  atomic.Int64
}

// NewFeed goes on where the topic ends.
func NewFeed(ctx context.Context, shoppers *Shoppers, topic string, options ...kgo.Opt) (*Feed, error) {
	client, err := kgo.NewClient(append([]kgo.Opt{kgo.RecordPartitioner(kgo.ManualPartitioner())}, options...)...)
	if err != nil {
		return nil, fmt.Errorf("making a client: %w", err)
	}
	ends, err := kadm.NewClient(client).ListEndOffsets(ctx, topic)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		client.Close()
		return nil, fmt.Errorf("looking up where %s ends: %w", topic, err)
	}
	f := &Feed{topic: topic, partitions: len(ends[topic]), shoppers: shoppers, client: client}
	f.count(ends)
	f.next()
	f.now.Store(int64(f.event.Arrival))
	return f, nil
}

// Now is how far event time has come.
func (f *Feed) Now() schemas.Instant { return schemas.Instant(f.now.Load()) }

// Sent is how many events are in the topic, those of earlier runs included.
func (f *Feed) Sent() int64 { return f.sent.Load() }

// step is how often events are sent.
const step = 50 * time.Millisecond

// Run sends events until ctx is done; of event time, speed goes by as one of real time does. Afterwards the feed is closed.
func (f *Feed) Run(ctx context.Context, speed float64) error {
	defer f.client.Close()
	began, from := time.Now(), f.Now()
	ticks := time.NewTicker(step)
	defer ticks.Stop()
	for {
		now := from.Add(schemas.Duration(float64(time.Since(began).Milliseconds()) * speed))
		now = min(now, schemas.Instant(time.Now().UnixMilli()))
		var batch []*kgo.Record
		for f.event.Arrival <= now {
			batch = append(batch, f.record)
			f.next()
		}
		// Not with ctx: what was begun is ended, so that nobody has to ask what the broker made of it.
		if err := f.client.ProduceSync(context.WithoutCancel(ctx), batch...).FirstErr(); err != nil {
			return fmt.Errorf("sending what the shoppers did: %w", err)
		}
		f.sent.Add(int64(len(batch)))
		f.now.Store(int64(now))
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// count notes how much each partition holds already. A crash may have kept a batch from some of them only.
func (f *Feed) count(ends kadm.ListedOffsets) {
	f.held = make([]int64, f.partitions)
	ends.Each(func(o kadm.ListedOffset) {
		f.held[o.Partition] = o.Offset
		f.sent.Add(o.Offset)
	})
}

// next lets the shoppers go on to the next event that the topic does not hold.
func (f *Feed) next() {
	for {
		f.event = f.shoppers.Next()
		r := &kgo.Record{Topic: f.topic, Key: []byte(f.event.Shopper)}
		r.Partition = int32(kgo.StickyKeyPartitioner(nil).ForTopic(f.topic).Partition(r, f.partitions)) // murmur2, as any producer's
		if f.held[r.Partition] == 0 {
			r.Value = f.event.AppendJSON(nil)
			f.record = r
			return
		}
		f.held[r.Partition]--
	}
}
