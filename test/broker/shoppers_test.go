//go:build linux

package broker

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/pipeline/shop"
	"github.com/ebbstream/ebb/schemas"
)

// Shoppers send events at the pace of the attack, and write them to a file in the order in which they send them.
type shoppers struct {
	t          *testing.T
	client     *kgo.Client
	file       *os.File
	lines      *bufio.Writer
	topics     []string
	loose      []string // of these topics, those whose records are keyed by something else
	partitions int      // of the others
	sent       int
	latest     schemas.Instant
	stop       func() // sending; what was sent has arrived when close returns
}

// A pace is how many events come a second, of how many people, for how long about.
type pace struct {
	rate, people int
	how          time.Duration
}

func startShoppers(t *testing.T, c *cluster, seed uint64, partitions int, path string, topics []string, at pace, loose ...string) *shoppers {
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	s := &shoppers{t: t, file: file, lines: bufio.NewWriter(file), topics: topics, loose: loose, partitions: partitions,
		client: c.client(t, kgo.UnknownTopicRetries(-1), kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)))}
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	all.Go(func() {
		events := shop.New(int64(seed>>1), int(at.how.Seconds())*at.rate, at.people)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			for range at.rate / 50 {
				e := events.Next()
				// A person's events come through one topic, so that there is one order of their arrival.
				s.send(topics[e.User%len(topics)], fmt.Sprintf("user-%08d", e.User), e.AppendJSON(nil))
				s.latest = max(s.latest, e.Time)
			}
		}
	})
	s.stop = func() {
		cancel()
		all.Wait()
	}
	return s
}

// send must not fail: the order of a retry is kept, and the brokers are waited for.
func (s *shoppers) send(topic, subject string, line []byte) {
	s.sent++
	fmt.Fprintf(s.lines, "%s\n", line)
	key := subject
	if slices.Contains(s.loose, topic) {
		key = "device of " + subject
	}
	s.client.Produce(context.Background(), &kgo.Record{Topic: topic, Key: []byte(key), Value: slices.Clone(line)}, func(_ *kgo.Record, err error) {
		if err != nil {
			s.t.Errorf("sending an event: %v", err)
		}
	})
}

// close lets time go on in every partition, by a last event of somebody who does nothing else.
func (s *shoppers) close(lateness schemas.Duration) {
	at := s.latest.Add(lateness + schemas.Day)
	for i, topic := range s.topics { // of a loose one those partitions are meant in which its events come back
		last := make([]string, s.partitions)
		for n, left := 0, s.partitions; left > 0; n++ {
			key := fmt.Sprintf("last-%d-%d", i, n)
			r := &kgo.Record{Key: []byte(key)}
			if p := kgo.StickyKeyPartitioner(nil).ForTopic(topic).Partition(r, s.partitions); last[p] == "" {
				last[p] = key
				left--
			}
		}
		for p, key := range last {
			s.send(topic, key, fmt.Appendf(nil, `{"id":"last-%d-%d","source":"shop","type":"page_view","subject":%q,"time":%d,"data":{}}`, i, p, key, int64(at)))
		}
	}
	if err := s.client.Flush(context.Background()); err != nil {
		s.t.Errorf("sending the rest: %v", err)
	}
	if err := s.lines.Flush(); err != nil {
		s.t.Error(err)
	}
	s.file.Close()
}

// sure is the instant up to which the watermarks of all partitions have come.
func (s *shoppers) sure() schemas.Instant { return s.latest.Add(schemas.Day) }
