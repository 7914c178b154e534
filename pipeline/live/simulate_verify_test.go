package live

import (
	"context"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// verify compares what can be read with a single pass over the input.
func (s *simulation) verify(sources []string) {
	input, want := map[string]string{}, map[string]int{}
	for _, r := range s.read(append(sources, "shop.events")...) {
		input[fmt.Sprintf("%s/%d/%d", r.Topic, r.Partition, r.Offset)] = string(r.Key)
		want[string(r.Key)]++
	}
	got, seen := map[string]int{}, map[string]bool{}
	for _, r := range s.read("shop.counts") {
		var n int
		var place string
		if _, err := fmt.Sscan(string(r.Value), &n, &place); err != nil {
			s.t.Fatal(err)
		}
		key := string(r.Key)
		if got[key]++; n != got[key] || input[place] != key || seen[place] {
			s.t.Errorf("%s: output %d at %d/%d says %q; seen before: %v", key, got[key], r.Partition, r.Offset, r.Value, seen[place])
		}
		seen[place] = true
	}
	for place, key := range input {
		if !seen[place] {
			s.t.Errorf("%s: nothing came out for %s", key, place)
		}
	}
	last := map[string]string{}
	for _, r := range s.read("shop.changelog") {
		if id, position, err := readChangelog(r); err != nil {
			s.t.Error(err)
		} else if position == nil {
			last[id] = string(r.Value)
		}
	}
	for key, n := range want {
		if last[key] != fmt.Sprint(n) {
			s.t.Errorf("%s: the changelog says %q, and there were %d", key, last[key], n)
		}
	}
}

// read is every committed record of topics.
func (s *simulation) read(topics ...string) (out []*kgo.Record) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	admin := kadm.NewClient(s.client)
	found, err := admin.ListTopics(ctx, topics...)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, topic := range topics {
		for p := range int32(simTasks) {
			r := changelogReader{client: s.client, topic: topic, id: found[topic].ID, partition: p}
			start, stable, end, err := r.bounds(ctx)
			for ; err == nil && stable < end; start, stable, end, err = r.bounds(ctx) {
				time.Sleep(time.Second) // the broker still waits for a dead member to end its transaction
			}
			if err != nil {
				s.t.Fatalf("%s partition %d, stable up to %d of %d: %v", topic, p, stable, end, err)
			}
			err = r.read(ctx, start, stable, func(records []*kgo.Record, _ int64) error {
				out = append(out, records...)
				return nil
			})
			if err != nil {
				s.t.Fatal(err)
			}
		}
	}
	return out
}
