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
	Shoppers   *Shoppers
	Topic      string
	Partitions int
	Speed      float64 // of event time; 1 is real time
	Client     []kgo.Opt

	held      []int64 // by partition, what the topic holds and the shoppers have not done again yet
	now, sent atomic.Int64
}

// Now is how far event time has come; 0: it has not begun.
func (f *Feed) Now() schemas.Instant { return schemas.Instant(f.now.Load()) }

// Sent is how many events are in the topic, those of earlier runs included.
func (f *Feed) Sent() int64 { return f.sent.Load() }

// step is how often events are sent.
const step = 50 * time.Millisecond

// Run goes on where the topic ends, until ctx is done.
func (f *Feed) Run(ctx context.Context) error {
	client, err := kgo.NewClient(append([]kgo.Opt{kgo.RecordPartitioner(kgo.ManualPartitioner())}, f.Client...)...)
	if err != nil {
		return fmt.Errorf("making a client: %w", err)
	}
	defer client.Close()
	ends, err := kadm.NewClient(client).ListEndOffsets(ctx, f.Topic)
	if err == nil {
		err = ends.Error()
	}
	switch {
	case ctx.Err() != nil:
		return nil
	case err != nil:
		return fmt.Errorf("looking up where %s ends: %w", f.Topic, err)
	}
	f.count(ends)
	event, r := f.next()
	began, from := time.Now(), event.Arrival
	ticks := time.NewTicker(step)
	defer ticks.Stop()
	for {
		now := from.Add(schemas.Duration(float64(time.Since(began).Milliseconds()) * f.Speed))
		now = min(now, schemas.Instant(time.Now().UnixMilli()))
		var batch []*kgo.Record
		for event.Arrival <= now {
			batch = append(batch, r)
			event, r = f.next()
		}
		// Not with ctx: what was begun is ended, so that nobody has to ask what the broker made of it.
		if err := client.ProduceSync(context.WithoutCancel(ctx), batch...).FirstErr(); err != nil {
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
	f.held = make([]int64, f.Partitions)
	ends.Each(func(o kadm.ListedOffset) {
		f.held[o.Partition] = o.Offset
		f.sent.Add(o.Offset)
	})
}

// next is what happens next that the topic does not hold, and its record.
func (f *Feed) next() (*Event, *kgo.Record) {
	for {
		event := f.Shoppers.Next()
		r := &kgo.Record{Topic: f.Topic, Key: []byte(event.Shopper)}
		r.Partition = int32(kgo.StickyKeyPartitioner(nil).ForTopic(f.Topic).Partition(r, f.Partitions)) // murmur2, as any producer's
		if f.held[r.Partition] == 0 {
			r.Value = event.AppendJSON(nil)
			return event, r
		}
		f.held[r.Partition]--
	}
}
