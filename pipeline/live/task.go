package live

import (
	"context"
	"runtime"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// A task is what a session knows of a task that it holds.
type task struct {
	number int32
	folder Folder
	opened state.Position // where its records begin, in all inputs that it has
	sealed *Batch         // in the transaction under way
	more   bool           // there is more to do at once
	paused map[int]bool   // of the inputs, by their places
}

// now is the wall clock.
func now() schemas.Instant { return schemas.Instant(time.Now().UnixMilli()) }

// A pace is how many records of a task are folded in one turn at most: before a commit gets its turn, and whatever else there is. The
// more there are, the more of them are of one profile, and so the cheaper they are; only who is behind ever has so many. It keeps a
// turn of all tasks below some tenths of a second, whatever their definitions cost.
type pace int

const (
	leastPace, firstPace, mostPace = 500, 5_000, 40_000

	briefTurn = 200 * time.Millisecond
	longTurn  = 500 * time.Millisecond
)

// next is the pace after a turn that took so long, and may have left something undone.
func (p pace) next(took time.Duration, more bool) pace {
	switch {
	case took > longTurn:
		return max(leastPace, p/2)
	case took < briefTurn && more:
		return min(mostPace, 2*p)
	}
	return p
}

// foldAll lets every task fold so many of what it has, as many tasks at once as there are cores.
func foldAll(tasks []*task, most pace) error {
	at := now()
	if len(tasks) == 1 {
		return tasks[0].fold(at, most)
	}
	var all sync.WaitGroup
	errs := make([]error, len(tasks))
	free := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, t := range tasks {
		free <- struct{}{}
		all.Go(func() {
			errs[i] = t.fold(at, most)
			<-free
		})
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *task) fold(at schemas.Instant, most pace) (err error) {
	t.more, err = t.folder.Fold(at, int(most))
	return err
}

// A task that waits for another source takes in no more than this of the others.
const (
	pauseAt  = 20_000
	resumeAt = 5_000
)

// throttle stops fetching what a task cannot fold yet, and goes on with it later.
func (t *task) throttle(client *kgo.Client) {
	for i, in := range t.opened.Inputs {
		n := t.folder.Unread(in.Topic, in.Partition)
		switch {
		case n > pauseAt && t.folder.Ready() == 0 && !t.paused[i]:
			client.PauseFetchPartitions(partitionOf(in))
			t.paused[i] = true
		case n < resumeAt && t.paused[i]:
			client.ResumeFetchPartitions(partitionOf(in))
			delete(t.paused, i)
		}
	}
}

func partitionOf(in state.Input) map[string][]int32 {
	return map[string][]int32{in.Topic: {in.Partition}}
}

// release takes back what throttle has told the client, which keeps it beyond a revocation.
func (t *task) release(client *kgo.Client) {
	for i := range t.paused {
		client.ResumeFetchPartitions(partitionOf(t.opened.Inputs[i]))
	}
}

// confirmEvery is how often the brokers are asked where the sources end.
const confirmEvery = time.Second

// An ends is the answer to where the sources ended at an instant.
type ends struct {
	at schemas.Instant
	of map[string]map[int32]int64
}

// watchEnds asks where the sources end, now and then and when a task is opened, which waits for a source until it knows that
// nothing more is there, until the session is over. An absent broker gives no answer, so nobody is idle.
func (s *session) watchEnds(ctx context.Context) {
	again := time.NewTicker(confirmEvery)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-again.C:
		case <-s.opened:
		}
		if answer, err := s.c.endsOf(ctx, s.client); err == nil {
			s.ends.Store(answer)
		}
	}
}

// confirm tells the tasks what was answered since the last time.
func (s *session) confirm(tasks []*task) {
	answer := s.ends.Swap(nil)
	if answer == nil {
		return
	}
	for _, t := range tasks {
		for _, in := range t.opened.Inputs {
			if end, found := answer.of[in.Topic][in.Partition]; found {
				t.folder.Confirm(in.Topic, in.Partition, end, answer.at)
			}
		}
	}
}
