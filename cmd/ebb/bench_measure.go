package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ebbstream/ebb/pipeline/live"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// fold decodes and folds the events in memory: no broker, no store, one goroutine.
func (r *benchResult) fold(ctx context.Context, s *settings, lines [][]byte, show func(string, int, int)) error {
	chain, decoder := s.catalog.Chain(), schemas.NewJSONDecoder(s.catalog.Plan.Fields)
	profiles := map[string]*state.Profile{}
	emit := func(m schemas.Message) {
		if _, is := m.(*schemas.SegmentChange); is {
			r.Fold.Changes++
		}
	}
	var e schemas.Event
	began, cpu := time.Now(), usage().cpu
	for i, line := range lines {
		if err := decoder.Decode(line, &e); err != nil {
			return fmt.Errorf("decoding made-up event %d: %w", i+1, err)
		}
		p := profiles[e.Subject]
		if p == nil {
			p = chain.Layout().New(e.Subject)
			profiles[e.Subject] = p
		}
		chain.Fold(p, &e, schemas.Earliest, emit)
		if i%10_000 == 0 {
			if ctx.Err() != nil {
				return errors.New("stopped before all was measured")
			}
			show("folding", i, len(lines))
		}
	}
	r.Profiles = len(profiles)
	r.Fold.spent(len(lines), time.Since(began), usage().cpu-cpu)
	return nil
}

// meter counts what a service has committed.
type meter struct {
	changes string // their topic
	news    chan struct{}
	mu      struct {
		sync.Mutex
		began, latest         time.Time // the first task was restored; the last commit
		cpuBegan, cpuLatest   time.Duration
		events, changes, rows int
		bytes                 int64
		fault                 error
	}
}

func newMeter(name string) *meter {
	return &meter{changes: name + ".segment-changes", news: make(chan struct{}, 1)}
}

// tell hears what happens to the service.
func (m *meter) tell(e live.Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch e := e.(type) {
	case live.Restored:
		if m.mu.began.IsZero() {
			m.mu.began, m.mu.cpuBegan = time.Now(), usage().cpu
		}
	case live.Committed:
		m.mu.latest, m.mu.cpuLatest = time.Now(), usage().cpu
		for _, batch := range e.Batches {
			m.mu.events += int(batch.Told.Events)
			for reason := range batch.Told.Dead {
				m.mu.fault = fmt.Errorf("made-up events of January 2026 became dead letters (%s): is this machine's clock right?", reason)
			}
			for _, o := range batch.Outputs {
				if o.Topic == m.changes {
					m.mu.changes++
				}
			}
			for _, row := range batch.Rows {
				if row.Value != nil {
					m.mu.rows++
					m.mu.bytes += int64(len(row.Value))
				}
			}
		}
	case live.Ended:
		m.mu.fault = fmt.Errorf("the service stopped in between, so that it would be measured recovering: %w", e.Err)
	default:
		return
	}
	select {
	case m.news <- struct{}{}:
	default:
	}
}

// drained waits until so many events are committed.
func (m *meter) drained(ctx context.Context, events int, show func(string, int, int)) error {
	for {
		m.mu.Lock()
		n, fault := m.mu.events, m.mu.fault
		m.mu.Unlock()
		switch {
		case fault != nil:
			return fault
		case n > events:
			return fmt.Errorf("%d events were made, and %d committed: some of them twice", events, n)
		case n == events:
			return nil
		}
		if n > 0 {
			show("committing", n, events)
		}
		select {
		case <-m.news:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
