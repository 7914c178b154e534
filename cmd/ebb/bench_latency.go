package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/pipeline/shop"
)

// openLoop is a load: events come when they are due, whether or not the service keeps up, so that a stall is seen in
// all the events that it holds up, and not in one (what Gil Tene calls coordinated omission).
type openLoop struct {
	client  *kgo.Client
	traffic *shop.Generator
	changes string // their topic
	rate    float64
	counted time.Time // what was due before is warm-up

	mu struct {
		sync.Mutex
		due  map[string]time.Time // by event id
		seen []time.Duration
		all  int // changes, those that time caused included
		err  error
	}
}

// pace is how often due events are sent; it is a part of what is measured.
const pace = 2 * time.Millisecond

// share of the service's rate is what the load is. Not a half: an event that comes by itself costs this process twice to three
// times as much as one of many, as it also makes, sends and reads it. So half of the rate would need all that the whole took,
// and what was measured would be a queue.
const share = 1. / 4

// lost is how long changes that are committed may take to be seen.
const lost = 10 * time.Second

// latency produces at a share of the rate of the service, and reads what comes out.
func (r *benchResult) latency(ctx context.Context, b *benchmark, m *meter, l *openLoop) error {
	time.Sleep(pace) // so that by their timestamps the changes of this part are none of the one before
	began, cpu := time.Now(), usage().cpu
	l.counted = began.Add(b.lasts / 4)
	l.mu.due = map[string]time.Time{}
	reader, err := kgo.NewClient(kgo.SeedBrokers(l.client.OptValue(kgo.SeedBrokers).([]string)...), kgo.ConsumeTopics(l.changes),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.ConsumeResetOffset(kgo.NewOffset().AfterMilli(began.UnixMilli())), kgo.FetchMaxWait(time.Second))
	if err != nil {
		return fmt.Errorf("making a client: %w", err)
	}
	defer reader.Close()
	reading, stop := context.WithCancel(ctx)
	defer stop()
	return together(reading,
		func(ctx context.Context) error {
			for ctx.Err() == nil {
				reader.PollFetches(ctx).EachRecord(l.take)
			}
			return nil
		},
		func(ctx context.Context) error {
			defer stop()
			n, err := l.send(ctx, began, b)
			if err != nil {
				return err
			}
			m.mu.Lock()
			behind := b.events + n - m.mu.events
			m.mu.Unlock()
			if err := m.drained(ctx, b.events+n, func(string, int, int) {}); err != nil {
				return err
			}
			m.mu.Lock()
			changes := m.mu.changes - r.Service.Changes
			m.mu.Unlock()
			if err := l.await(ctx, changes); err != nil {
				return err
			}
			r.Latency.Events, r.Latency.EventsPerSecond = n, l.rate
			r.Latency.CPUPerEvent = (usage().cpu - cpu).Seconds() / float64(n)
			r.Latency.Behind = float64(behind) / l.rate
			r.Latency.of(l.mu.seen)
			return nil
		})
}

// send sends what is due until the time is over.
func (l *openLoop) send(ctx context.Context, began time.Time, b *benchmark) (n int, err error) {
	ticks := time.NewTicker(pace)
	defer ticks.Stop()
	total := max(int(l.rate*b.lasts.Seconds()), 1)
	for n < total {
		due := min(int(l.rate*time.Since(began).Seconds()), total)
		for ; n < due; n++ {
			e := l.traffic.Next()
			at := began.Add(time.Duration(float64(n) / l.rate * float64(time.Second)))
			l.mu.Lock()
			if _, again := l.mu.due[e.ID]; !again { // a repetition changes nothing
				l.mu.due[e.ID] = at
			}
			l.mu.Unlock()
			l.client.Produce(ctx, &kgo.Record{Key: []byte(shopKey(e)), Value: e.AppendJSON(nil)}, func(_ *kgo.Record, err error) {
				if err != nil {
					l.mu.Lock()
					l.mu.err = err
					l.mu.Unlock()
				}
			})
		}
		b.show("measuring latency", n, total)
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return n, ctx.Err()
		}
	}
	if err := l.client.Flush(ctx); err != nil {
		return n, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return n, l.mu.err
}

// take notes when a change was seen.
func (l *openLoop) take(r *kgo.Record) {
	now := time.Now()
	var c struct {
		CausedBy struct{ ID string } `json:"caused_by"`
	}
	if err := json.Unmarshal(r.Value, &c); err != nil {
		return // then it is missed in await
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mu.all++
	if due, found := l.mu.due[c.CausedBy.ID]; found && !due.Before(l.counted) {
		l.mu.seen = append(l.mu.seen, now.Sub(due))
	}
}

// await waits until all changes that were committed are seen.
func (l *openLoop) await(ctx context.Context, changes int) error {
	for until := time.Now().Add(lost); ; {
		l.mu.Lock()
		n := l.mu.all
		l.mu.Unlock()
		switch {
		case n == changes:
			return nil
		case n > changes || time.Now().After(until):
			return fmt.Errorf("%d changes were committed, and %d seen", changes, n)
		}
		select {
		case <-time.After(pace):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// of are the percentiles, by nearest rank.
func (p *percentiles) of(all []time.Duration) {
	slices.Sort(all)
	p.Changes = len(all)
	at := func(q float64) float64 {
		if len(all) == 0 {
			return 0
		}
		return all[max(int(math.Ceil(q*float64(len(all))))-1, 0)].Seconds()
	}
	p.P50, p.P99, p.P999 = at(.5), at(.99), at(.999)
}
