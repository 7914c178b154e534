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

// A task is what a session knows of a partition number.
type task struct {
	number int32
	folder Folder
	opened state.Position // where its records begin
	sealed *Batch         // in the transaction under way
	more   bool           // there is more to do at once
	paused map[string]bool
}

// now is the wall clock.
func now() schemas.Instant { return schemas.Instant(time.Now().UnixMilli()) }

// slice is how many records of a task are folded before others get their turn, and a commit its.
const slice = 5_000

// foldAll lets every task fold what it has, as many at once as there are cores.
func foldAll(tasks []*task) error {
	at := now()
	if len(tasks) == 1 {
		return tasks[0].fold(at)
	}
	var all sync.WaitGroup
	errs := make([]error, len(tasks))
	free := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, t := range tasks {
		free <- struct{}{}
		all.Go(func() {
			errs[i] = t.fold(at)
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

func (t *task) fold(at schemas.Instant) (err error) {
	t.more, err = t.folder.Fold(at, slice)
	return err
}

// A task that waits for another source takes in no more than this of the others.
const (
	pauseAt  = 4 * slice
	resumeAt = slice
)

// throttle stops fetching what a task cannot fold yet, and goes on with it later.
func (t *task) throttle(client *kgo.Client, topics []string) {
	for _, topic := range topics {
		n := t.folder.Unread(topic)
		part := map[string][]int32{topic: {t.number}}
		switch {
		case n > pauseAt && !t.paused[topic]:
			client.PauseFetchPartitions(part)
			t.paused[topic] = true
		case n < resumeAt && t.paused[topic]:
			client.ResumeFetchPartitions(part)
			delete(t.paused, topic)
		}
	}
}

// release takes back what throttle has told the client, which keeps it beyond a revocation.
func (t *task) release(client *kgo.Client) {
	for topic := range t.paused {
		client.ResumeFetchPartitions(map[string][]int32{topic: {t.number}})
	}
}

// confirmEvery is how often the brokers are asked where the sources end.
const confirmEvery = time.Second

// An ends is the answer to where the sources ended at an instant.
type ends struct {
	at schemas.Instant
	of map[string]map[int32]int64
}

// watchEnds asks where the sources end, until the session is over. An absent broker gives no answer, so nobody is idle.
func (s *session) watchEnds(ctx context.Context) {
	for pause(ctx, confirmEvery) == nil {
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
		for topic, partitions := range answer.of {
			if end, found := partitions[t.number]; found {
				t.folder.Confirm(topic, end, answer.at)
			}
		}
	}
}
