package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/pipeline/live"
	"github.com/ebbstream/ebb/schemas"
)

// seen is what the demo has read from ebb's topics, as any other program could.
type seen struct {
	name      string
	segments  []string
	durations map[string]bool
	joined    chan struct{} // closed when the topics are there
	once      sync.Once
	mu        struct {
		sync.Mutex
		members map[string]bool // segment/profile
		moves   map[string]*moves
		decided map[string]int
		control int
		commits int
		records int
		took    time.Duration
		fault   string
		latest  map[kind]happening
		shown   map[kind]int    // how many were taken
		taken   schemas.Instant // when the last one taken happened
	}
}

// moves are how many entered and left a segment, by what an event changed and by what time did.
type moves struct{ entered, left struct{ byEvent, byTime int } }

// kind is what tells happenings apart: entered, left or decided; by what; and which segment or action.
type kind struct{ did, cause, what string }

func (k kind) wide() kind { return kind{did: k.did, cause: k.cause} }

// happening is a line on the screen.
type happening struct {
	at    schemas.Instant
	cells []string
}

func newSeen(s *settings) *seen {
	w := &seen{name: s.Name, durations: spans(s.catalog.Plan), joined: make(chan struct{})}
	w.mu.members, w.mu.moves, w.mu.decided = map[string]bool{}, map[string]*moves{}, map[string]int{}
	w.mu.latest, w.mu.shown = map[kind]happening{}, map[kind]int{}
	for _, segment := range s.catalog.Plan.Segments {
		w.segments = append(w.segments, segment.Name)
		w.mu.moves[segment.Name] = &moves{}
	}
	slices.Sort(w.segments)
	return w
}

// tell hears what happens to the service.
func (w *seen) tell(e live.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := e.(type) {
	case live.Restored:
		w.once.Do(func() { close(w.joined) })
	case live.Committed:
		w.mu.commits++
		w.mu.records += e.Records
		w.mu.took += e.Took
	case live.Ended:
		w.mu.fault = e.String()
	}
}

// watch reads who is in which segment from the beginning, and what happens from now on, until ctx is done.
func (w *seen) watch(ctx context.Context, options ...kgo.Opt) error {
	began := time.Now()
	select {
	case <-w.joined:
	case <-ctx.Done():
		return nil
	}
	read := func(from kgo.Offset, topics ...string) func(context.Context) error {
		return func(ctx context.Context) error {
			client, err := kgo.NewClient(append([]kgo.Opt{kgo.ConsumeTopics(topics...), kgo.ConsumeResetOffset(from),
				kgo.FetchIsolationLevel(kgo.ReadCommitted())}, options...)...)
			if err != nil {
				return fmt.Errorf("making a client: %w", err)
			}
			defer client.Close()
			for ctx.Err() == nil {
				client.PollFetches(ctx).EachRecord(w.take)
			}
			return nil
		}
	}
	return together(ctx, read(kgo.NewOffset().AtStart(), w.name+".memberships"),
		read(kgo.NewOffset().AfterMilli(began.UnixMilli()), w.name+".segment-changes", w.name+".actions"))
}

func (w *seen) take(r *kgo.Record) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var at schemas.Instant
	for _, h := range r.Headers {
		if h.Key == "ce_time" {
			at, _ = schemas.ParseInstant(string(h.Value))
		}
	}
	switch strings.TrimPrefix(r.Topic, w.name+".") {
	case "memberships":
		if r.Value == nil {
			delete(w.mu.members, string(r.Key))
		} else {
			w.mu.members[string(r.Key)] = true
		}
	case "segment-changes":
		if c, err := changeOf(at, r.Value, w.durations); err == nil {
			w.changed(c)
		}
	case "actions":
		w.decision(at, r.Value)
	}
}

func (w *seen) changed(c *schemas.SegmentChange) {
	m, byTime := w.mu.moves[c.Segment], c.Cause == schemas.CauseTimer
	if m == nil {
		return
	}
	of, did, until := &m.left, "left", ""
	if c.Entered {
		of, did = &m.entered, "entered"
		if c.ExpiresAt != schemas.Never {
			until = "; until " + day(c.ExpiresAt)
		}
	}
	if byTime {
		of.byTime++
	} else {
		of.byEvent++
	}
	var why []string
	for _, e := range c.Evidence {
		why = append(why, evidenceInWords(e))
	}
	w.mu.latest[kind{did, c.Cause, c.Segment}] = happening{c.Time, []string{day(c.Time), shown(c.Profile), did, c.Segment, c.Cause, strings.Join(why, "; ") + until}}
}

func (w *seen) decision(at schemas.Instant, data []byte) {
	var d struct {
		Profile, Action, Channel string
		Score                    float64
		Payload                  json.RawMessage
		Experiment               struct{ Arm string }
	}
	if err := json.Unmarshal(data, &d); err != nil {
		return
	}
	w.mu.decided[d.Action]++
	how := fmt.Sprintf("by %s, score %s, %s", d.Channel, short(d.Score), d.Payload)
	if d.Experiment.Arm == schemas.ArmControl {
		w.mu.control++
		how += "; in the control group, not to be delivered"
	}
	w.mu.latest[kind{"decided", "action", d.Action}] = happening{at, []string{day(at), shown(d.Profile), "decided", d.Action, "action", how}}
}

// news is something that has happened since what the last call gave, of the kind that was given least, so that all of them
// are seen within seconds.
func (w *seen) news() (happening, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var next kind
	for k, h := range w.mu.latest {
		if h.at < w.mu.taken {
			delete(w.mu.latest, k)
			continue
		}
		rank := func(k kind) int { return 1000*w.mu.shown[k.wide()] + w.mu.shown[k] }
		if next == (kind{}) || rank(k) < rank(next) || rank(k) == rank(next) && k.what < next.what {
			next = k
		}
	}
	if next == (kind{}) {
		return happening{}, false
	}
	h := w.mu.latest[next]
	delete(w.mu.latest, next)
	w.mu.shown[next]++
	w.mu.shown[next.wide()]++
	w.mu.taken = h.at
	return h, true
}

// day is an instant of the demo, for people.
func day(at schemas.Instant) string { return at.Time().Format("Mon 02 Jan 15:04") }
