package live

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// slow is how long a gained task may take to be restored before somebody is told; then it is told at twice that, and so on,
// at last every slowMost.
const (
	slow     = 30 * time.Second
	slowMost = 5 * time.Minute
)

// A stage is what stands between a gained task and its folding, in the order in which it is met.
type stage int

const (
	atTransactions stage = iota // what this instance may have left open is settled
	atOffsets                   // the group's offsets are asked for, which open transactions may still move
	atBounds                    // where the changelog begins and ends is asked for
	atChangelog                 // it is followed
	atSources                   // where they begin is asked for
)

// A wait is a gained task that is not restored yet.
type wait struct {
	since   time.Time
	next    time.Duration // when it is told
	stage   stage
	at, end int64 // at atChangelog
	shown   time.Time
}

// Waiting says that a gained task is not restored yet, and why.
type Waiting struct {
	Task    int32
	For     time.Duration
	stage   stage
	group   string
	At, End int64    // how far the changelog was followed, and where it ends; 0 and 0: not yet
	Open    []string // transactions that are open where it waits
}

func (e Waiting) String() string {
	text := fmt.Sprintf("task %d is not restored after %v: ", e.Task, e.For.Round(time.Second)) + e.Why()
	if len(e.Open) > 0 {
		text += ". Open there: " + strings.Join(e.Open, "; ") + ". One that does not end by its timeout hangs: kafka-transactions.sh abort ends it"
	}
	return text
}

// Why is what the task waits for.
func (e Waiting) Why() string {
	switch e.stage {
	case atTransactions:
		return "it waits for the brokers to settle the transactions that this instance may have left open"
	case atOffsets:
		return fmt.Sprintf("it waits for the offsets of group %s, which an open transaction may still move", e.group)
	case atBounds:
		return "it waits for the brokers to say where its changelog begins and ends"
	case atChangelog:
		if e.At >= e.End {
			return fmt.Sprintf("it has followed the changelog to its end at offset %d, and waits for the position that belongs to the group's offsets", e.At)
		}
		return fmt.Sprintf("it has followed the changelog to offset %d of %d", e.At, e.End)
	}
	return "it waits for the brokers to say where its sources begin"
}

// await notes that tasks were gained.
func (s *session) await(tasks []int32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range tasks {
		if s.mu.tasks[p] == nil && s.mu.waits[p] == nil {
			s.mu.waits[p] = &wait{since: time.Now(), next: slow}
		}
	}
}

// reached notes how far tasks have come, and tells of the changelog once a second.
func (s *session) reached(to stage, at, end int64, tasks ...int32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range tasks {
		w := s.mu.waits[p]
		if w == nil {
			continue
		}
		if w.stage, w.at, w.end = to, at, end; to == atChangelog && time.Since(w.shown) >= time.Second {
			w.shown = time.Now()
			s.c.Tell(Restoring{p, at, end})
		}
	}
}

// slowly are the waits of which it is time to tell.
func (s *session) slowly(now time.Time) (out []Waiting) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for p, w := range s.mu.waits {
		if waited := now.Sub(w.since); waited >= w.next {
			w.next = min(2*w.next, w.next+slowMost)
			out = append(out, Waiting{Task: p, For: waited, stage: w.stage, group: s.c.Name, At: w.at, End: w.end})
		}
	}
	slices.SortFunc(out, func(a, b Waiting) int { return int(a.Task - b.Task) })
	return out
}

// watchWaits tells of tasks that are not restored, until the session is over.
func (s *session) watchWaits(ctx context.Context) {
	for pause(ctx, time.Second) == nil {
		var ofGroup []string // for all tasks alike
		for _, w := range s.slowly(time.Now()) {
			asking, cancel := context.WithTimeout(ctx, 5*time.Second)
			switch w.stage {
			case atOffsets:
				if ofGroup == nil {
					ofGroup = openOffsets(asking, s.client, s.c.Name)
				}
				w.Open = ofGroup
			case atChangelog:
				w.Open = openIn(asking, s.client, s.c.changelog(), w.Task)
			}
			cancel()
			s.c.Tell(w)
		}
	}
}
