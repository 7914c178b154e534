package live

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/state"
)

var errLost = errors.New("the group has given this member's tasks to others")

// assigned is called after each rebalance, and before the offsets of gained tasks are read, and so settles what this instance may have left open.
func (s *session) assigned(_ context.Context, client *kgo.Client, gained map[string][]int32) {
	<-s.made
	if s.over.Err() != nil {
		return
	}
	member, _ := client.GroupMetadata()
	if !s.txn.of(member) {
		s.end(errLost)
		return
	}
	tasks := s.tasksIn(gained)
	s.await(tasks)
	s.c.Tell(Assigned{tasks})
	defer s.reached(atOffsets, 0, 0, tasks...)
	if s.settled {
		return
	}
	if err := s.txn.settle(s.over); err != nil {
		s.end(fmt.Errorf("settling earlier transactions: %w", err))
		return
	}
	s.settled = true
	s.c.Tell(Joined{s.c.Instance, member})
}

// taskOf is the task of a partition of any topic.
func (s *session) taskOf(p int32) int32 {
	return taskOf(p, int32(s.txn.topics[s.c.changelog()].partitions))
}

// tasksIn are the tasks to which partitions belong, in order.
func (s *session) tasksIn(partitions map[string][]int32) (tasks []int32) {
	for _, numbers := range partitions {
		for _, p := range numbers {
			tasks = append(tasks, s.taskOf(p))
		}
	}
	slices.Sort(tasks)
	return slices.Compact(tasks)
}

// fetched is told the committed offsets of gained tasks, restores these, and answers where to go on. ctx ends when the group
// rebalances; what was not done then is asked for again.
func (s *session) fetched(ctx context.Context, offsets map[string]map[int32]kgo.Offset) (map[string]map[int32]kgo.Offset, error) {
	if s.over.Err() != nil {
		return nil, context.Cause(s.over)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.over, cancel)()
	restores := map[int32]*restore{}
	positions := map[int32]state.Position{} // guarded by s.mu
	for topic, partitions := range offsets {
		for number, offset := range partitions {
			p := s.taskOf(number)
			if t := s.task(p); t != nil {
				// Asked again, as the group met while others were restored. Its timers may be in a transaction that is not yet
				// to be seen: opened once more, it would fire them once more.
				positions[p] = t.opened
				continue
			}
			r := restores[p]
			if r == nil {
				reader := changelogReader{client: s.client, topic: s.c.changelog(), id: s.txn.topics[s.c.changelog()].id, partition: p}
				r = &restore{c: s.c, reader: reader, task: p, reached: func(at, end int64) { s.reached(atChangelog, at, end, p) }}
				restores[p] = r
			}
			if at := offset.EpochOffset().Offset; at >= 0 {
				r.committed = append(r.committed, state.Input{Topic: topic, Partition: number, Next: at})
			}
		}
	}
	for _, r := range restores {
		r.hold = max(held/len(restores), heldLeast)
		r.reader.most = int32(min(r.hold, mostFetched))
	}
	errs := make(chan error, len(restores))
	var all sync.WaitGroup
	for p, r := range restores {
		all.Go(func() {
			s.reached(atBounds, 0, 0, p)
			position, err := r.run(ctx)
			if err != nil {
				s.reached(atOffsets, 0, 0, p) // they are asked for again
				errs <- err
				cancel() // the others: their pieces are kept
				return
			}
			s.reached(atSources, 0, 0, p)
			if err = s.begin(ctx, &position, p); err == nil {
				err = s.open(p, position)
			}
			if err != nil {
				errs <- err
				cancel()
				return
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			positions[p] = position
		})
	}
	all.Wait()
	close(errs)
	if err := <-errs; err != nil {
		return nil, err
	}
	for topic, partitions := range offsets {
		for number := range partitions {
			in, known := positions[s.taskOf(number)].In(topic, number)
			if !known {
				return nil, fmt.Errorf("%s has more partitions than when this member joined, such as %d: it joins again", topic, number)
			}
			partitions[number] = kgo.NewOffset().At(in.Next)
		}
	}
	return offsets, nil
}

// open makes the folder of a restored task.
func (s *session) open(p int32, position state.Position) error {
	folder, err := s.c.Open(p, position)
	if err != nil {
		return &refusal{fmt.Errorf("opening task %d: %w", p, err)}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.mu.waits, p)
	s.mu.tasks[p] = &task{number: p, folder: folder, opened: position, paused: map[int]bool{}}
	select {
	case s.opened <- struct{}{}:
	default: // it will be asked
	}
	return nil
}

// revoked returns when the transaction in flight has ended and no later one will speak of these tasks.
func (s *session) revoked(_ context.Context, _ *kgo.Client, partitions map[string][]int32) {
	if len(partitions) == 0 || s.over.Err() != nil {
		return
	}
	s.flight.wait(s.over)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.tasksIn(partitions) {
		t, waits := s.mu.tasks[p], s.mu.waits[p] != nil
		if t != nil {
			t.release(s.client) // who gets the task back would never know that it is paused
		}
		if t != nil || waits {
			delete(s.mu.tasks, p) // with what was folded and not yet sealed
			delete(s.mu.waits, p)
			s.c.Tell(Released{p})
		}
	}
}

// lost is called before the client joins the group again: what was folded for the tasks of before must not be committed.
func (s *session) lost(context.Context, *kgo.Client, map[string][]int32) { s.end(errLost) }

// OnGroupManageError tells why, right after lost and before the driver's poll returns.
func (s *session) OnGroupManageError(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mu.group = err
}

// task is the restored task of that number, nil if there is none.
func (s *session) task(p int32) *task {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mu.tasks[p]
}
