package simulate

import (
	"context"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// verify compares what can be read with a single pass over the input.
func (s *simulation) verify() {
	for _, fault := range s.work.faults(s, s.inputs()) {
		s.t.Error(fault)
	}
}

func (s *simulation) inputs() []string {
	return slices.Concat([]string{"shop.events"}, s.config.Sources, s.config.Loose)
}

// read is every committed record of topics, each partition in its order.
func (s *simulation) read(topics ...string) (out []*kgo.Record) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	client := s.newClient(kgo.ConsumeTopics(topics...), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.KeepControlRecords())
	defer client.Close()
	left := map[place]int64{}
	for at, end := range s.ends(ctx, topics) {
		if end > 0 {
			left[at] = end
		}
	}
	for len(left) > 0 {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			s.t.Fatalf("reading %v: %v; still to come: %v", topics, err, left)
		}
		for r := range fetches.RecordsAll() {
			if !r.Attrs.IsControl() {
				out = append(out, r)
			}
			if at := (place{r.Topic, r.Partition}); r.Offset+1 >= left[at] {
				delete(left, at)
			}
		}
	}
	return out
}

type place struct {
	topic     string
	partition int32
}

// ends are where topics end, once no transaction is open in them any more: the broker may still wait for a dead member's.
func (s *simulation) ends(ctx context.Context, topics []string) map[place]int64 {
	admin := kadm.NewClient(s.client)
	for {
		stable, err := admin.ListCommittedOffsets(ctx, topics...)
		if err != nil {
			s.t.Fatal(err)
		}
		ends, err := admin.ListEndOffsets(ctx, topics...)
		if err != nil {
			s.t.Fatal(err)
		}
		open, out := false, map[place]int64{}
		ends.Each(func(o kadm.ListedOffset) {
			at, _ := stable.Lookup(o.Topic, o.Partition)
			open = open || at.Offset < o.Offset
			out[place{o.Topic, o.Partition}] = o.Offset
		})
		if !open {
			return out
		}
		time.Sleep(time.Second)
	}
}
