//go:build linux

package broker

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// A load is behaviour that comes in until it is stopped.
type load struct {
	sent atomic.Int64
	stop func()
}

// startLoad sends about rate records a second to topics, of so many keys, and waits as long as brokers are away.
func startLoad(t *testing.T, c *cluster, seed uint64, rate, keys int, topics ...string) *load {
	client := c.client(t, kgo.UnknownTopicRetries(-1), kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)))
	ctx, cancel := context.WithCancel(context.Background())
	l := &load{}
	var all sync.WaitGroup
	all.Go(func() {
		random := rand.New(rand.NewPCG(seed, 1))
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			for range rate / 50 {
				r := &kgo.Record{Topic: topics[random.IntN(len(topics))], Key: fmt.Appendf(nil, "u%d", random.IntN(keys)), Value: []byte("x")}
				// A record that fails has been sent or not: the truth is what lies in the topics afterwards.
				client.Produce(context.Background(), r, func(_ *kgo.Record, err error) {
					if err == nil {
						l.sent.Add(1)
					}
				})
			}
		}
	})
	l.stop = func() {
		cancel()
		all.Wait()
		if err := client.Flush(context.Background()); err != nil {
			t.Errorf("sending the rest: %v", err)
		}
	}
	return l
}
