package live

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// A flight is a commit under way, of batches that nobody writes to any more.
type flight struct {
	ended   context.Context // done at its end; its cause is nil or the error
	batches map[int32]*Batch
	took    time.Duration
	err     error
}

// wait tells whether the flight has ended before ctx.
func (f *flight) wait(ctx context.Context) bool {
	if f == nil {
		return true
	}
	select {
	case <-f.ended.Done():
		return true
	case <-ctx.Done():
		return f.done()
	}
}

func (f *flight) done() bool { return f == nil || f.ended.Err() != nil }

// drive polls, folds and commits until ctx is done, and then commits the rest. Of batches N and N+1, the one is being
// committed while the other is folded over it, in memory; N+1 is begun to be committed after the end of N.
func (s *session) drive(ctx context.Context) error {
	var due time.Time // when what lies folded is to be committed; zero if nothing does
	for ctx.Err() == nil {
		fetches := s.poll(ctx, due)
		if len(fetches) == 0 {
			continue // this answer alone does not keep the group from rebalancing
		}
		came := time.Now()
		err := s.turn(fetches)
		if err == nil && due.IsZero() && s.changed() > 0 {
			due = came.Add(collects(s.c.CommitInterval, s.took))
		}
		if err == nil && !due.IsZero() && s.flight == nil && !time.Now().Before(due) {
			err = s.launch()
			due = time.Time{}
		}
		s.client.AllowRebalance()
		if err != nil {
			return err
		}
		s.findOrphans(ctx)
	}
	return s.drain(ctx)
}

// collects is for how long a commit collects records, if the last one took that long: so that the first of them can be seen an interval
// after it came; but for half of that at least, as commits that are slow are better large.
func collects(interval, took time.Duration) time.Duration { return interval - min(took, interval/2) }

// poll waits for records, but no longer than until there is something to commit, or the commit under way has ended. It takes all that
// the client has, which then fetches the next beside the folding; but nothing while enough lies there.
func (s *session) poll(ctx context.Context, due time.Time) kgo.Fetches {
	wait := tick
	if s.busy() {
		wait = time.Millisecond
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	if s.ready() >= enough {
		cancel() // then the answer is that alone, and keeps the group from rebalancing
	}
	defer context.AfterFunc(s.over, cancel)()
	switch {
	case s.flight != nil:
		defer context.AfterFunc(s.flight.ended, cancel)()
		if s.changed() >= ahead {
			s.flight.wait(s.over)
		}
	case !due.IsZero():
		ctx, cancel = context.WithDeadline(ctx, due)
		defer cancel()
	}
	return s.client.PollRecords(ctx, batch)
}

// turn looks at what has happened and folds what has come. The group does not rebalance meanwhile.
func (s *session) turn(fetches kgo.Fetches) error {
	if err := context.Cause(s.over); err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		return errors.Join(err, s.mu.group)
	}
	if err := s.land(); err != nil {
		return err
	}
	for _, e := range fetches.Errors() {
		if !errors.Is(e.Err, context.DeadlineExceeded) && !errors.Is(e.Err, context.Canceled) {
			return fmt.Errorf("polling %s partition %d: %w", e.Topic, e.Partition, e.Err)
		}
	}
	var err error
	fetches.EachPartition(func(p kgo.FetchTopicPartition) {
		if len(p.Records) == 0 || err != nil {
			return
		}
		t := s.task(s.taskOf(p.Partition))
		if t == nil {
			err = fmt.Errorf("polled %s partition %d, of a task that is not held", p.Topic, p.Partition)
			return
		}
		err = t.folder.Push(p.Records)
	})
	if err != nil {
		return err
	}
	tasks := s.held()
	s.confirm(tasks)
	began := time.Now()
	if err := foldAll(tasks, s.pace); err != nil {
		return fmt.Errorf("folding: %w", err)
	}
	s.pace = s.pace.next(time.Since(began), s.busy())
	for _, t := range tasks {
		t.throttle(s.client)
	}
	return nil
}

// tick is how long a poll waits: as the clock goes on, watermarks do.
const tick = 200 * time.Millisecond

// held are the tasks of this moment, by number, so that of several errors always the same is told.
func (s *session) held() []*task {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.SortedFunc(maps.Values(s.mu.tasks), func(a, b *task) int { return cmp.Compare(a.number, b.number) })
}

// busy is whether a task has more to do at once.
func (s *session) busy() bool {
	return slices.ContainsFunc(s.held(), func(t *task) bool { return t.more })
}

// ready is how many records can be folded at once.
func (s *session) ready() (n int) {
	for _, t := range s.held() {
		n += t.folder.Ready()
	}
	return n
}

// changed is how much waits to be committed.
func (s *session) changed() (n int) {
	for _, t := range s.held() {
		n += t.folder.Changed()
	}
	return n
}

// launch starts the commit of what was folded. None is under way.
func (s *session) launch() error {
	ended, end := context.WithCancel(context.WithoutCancel(s.over))
	f := &flight{ended: ended, batches: map[int32]*Batch{}}
	told := Committed{}
	for _, t := range s.held() {
		if t.folder.Changed() == 0 {
			continue
		}
		sealed, err := t.folder.Seal()
		if err != nil {
			end()
			return fmt.Errorf("closing what was folded: %w", err)
		}
		t.sealed, f.batches[t.number] = sealed, sealed
		told.Records += sealed.Records
	}
	if len(f.batches) == 0 {
		end() // what was folded has been revoked
		return nil
	}
	told.Tasks, told.Batches = len(f.batches), f.batches
	s.flight = f
	go func() {
		defer end()
		began := time.Now()
		ctx, cancel := context.WithTimeout(s.over, transactionTimeout)
		defer cancel()
		if f.err = commit(ctx, s.txn, s.c, f.batches); f.err == nil {
			f.took = time.Since(began)
			told.Took = f.took
			s.c.Tell(told)
		}
	}()
	return nil
}

// land tells the folders of a commit that has ended: what they had sealed is in the store now.
func (s *session) land() error {
	if s.flight == nil || !s.flight.done() {
		return nil
	}
	f := s.flight
	s.flight, s.took = nil, f.took
	s.mu.Lock()
	defer s.mu.Unlock()
	for p, b := range f.batches {
		if t := s.mu.tasks[p]; t != nil && t.sealed == b {
			t.sealed = nil
			if f.err == nil {
				t.folder.Landed()
			}
		}
	}
	return f.err
}

var errSlow = errors.New("the brokers did not take the last commit in time; it is made up for at the next start")

// drain commits what was folded before the end, unless the brokers keep the service from ending.
func (s *session) drain(ctx context.Context) error {
	defer time.AfterFunc(drainTimeout, func() { s.end(errSlow) }).Stop()
	fetches := s.client.PollRecords(ctx, 1) // ctx is done: nothing comes, but from here on the group does not rebalance
	s.flight.wait(s.over)
	if err := s.turn(fetches); err != nil {
		return err
	}
	if s.changed() > 0 {
		if err := s.launch(); err != nil {
			return err
		}
		s.flight.wait(s.over)
	}
	return s.turn(nil)
}
