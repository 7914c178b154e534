//go:build linux

package broker

import (
	"context"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// client is one that waits for brokers that are away.
func (c *cluster) client(t testing.TB, options ...kgo.Opt) *kgo.Client {
	t.Helper()
	client, err := kgo.NewClient(append([]kgo.Opt{kgo.SeedBrokers(c.addresses...)}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// makeTopics makes topics of a service. The changelog, if one is named, is compacted as eagerly as can be, so that there are holes.
func (c *cluster) makeTopics(t testing.TB, partitions int32, changelog string, others ...string) {
	t.Helper()
	c.makeTopicsAs(t, partitions, nil, others...)
	if changelog != "" {
		c.makeTopicsAs(t, partitions, map[string]string{"cleanup.policy": "compact", "segment.ms": "5000", "segment.bytes": "1048576",
			"min.cleanable.dirty.ratio": "0.01", "delete.retention.ms": "1000"}, changelog)
	}
}

// makeTopicsAs makes topics with these settings.
func (c *cluster) makeTopicsAs(t testing.TB, partitions int32, settings map[string]string, topics ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	configs := map[string]*string{}
	for key, value := range settings {
		configs[key] = &value
	}
	admin := kadm.NewClient(c.client(t))
	for _, topic := range topics {
		if _, err := admin.CreateTopic(ctx, partitions, 1, configs, topic); err != nil {
			t.Fatalf("making topic %s: %v", topic, err)
		}
	}
	for _, topic := range topics { // a broker may answer before it knows what it has promised
		for {
			there, err := admin.ListTopics(ctx, topic)
			if err == nil && len(there[topic].Partitions) == int(partitions) {
				break
			}
			if ctx.Err() != nil {
				t.Fatalf("waiting for topic %s: %v, %v", topic, there, err)
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
}

// readAll is every committed record of topics, up to their ends of now, each partition in its order.
func (c *cluster) readAll(t testing.TB, topics ...string) (out []*kgo.Record) {
	t.Helper()
	c.readEach(t, func(r *kgo.Record) { out = append(out, r) }, topics...)
	return out
}

// readEach is told them one by one.
func (c *cluster) readEach(t testing.TB, each func(*kgo.Record), topics ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	client := c.client(t, kgo.ConsumeTopics(topics...), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.KeepControlRecords())
	defer client.Close()
	ends, err := kadm.NewClient(client).ListCommittedOffsets(ctx, topics...)
	if err != nil {
		t.Fatal(err)
	}
	type place struct {
		topic string
		p     int32
	}
	left := map[place]int64{}
	ends.Each(func(o kadm.ListedOffset) {
		if o.Offset > 0 {
			left[place{o.Topic, o.Partition}] = o.Offset
		}
	})
	for len(left) > 0 {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			t.Fatalf("reading %v: %v; still to come: %v", topics, err, left)
		}
		for r := range fetches.RecordsAll() {
			if !r.Attrs.IsControl() {
				each(r)
			}
			if at := (place{r.Topic, r.Partition}); r.Offset+1 >= left[at] {
				delete(left, at)
			}
		}
	}
}

// end is how far the committed records of a topic go, of all its partitions together.
func end(t testing.TB, admin *kadm.Client, topic string) (sum int64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	ends, err := admin.ListCommittedOffsets(ctx, topic)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		t.Fatalf("looking up the end of %s: %v", topic, err)
	}
	ends.Each(func(o kadm.ListedOffset) { sum += o.Offset })
	return sum
}
