package simulate

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/ebbstream/ebb/pipeline/behind"
	"github.com/ebbstream/ebb/pipeline/live"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// TestOpenedOnce: the group meets again while a member still restores one of its tasks, so that it is asked for all of them once
// more. A task that it has opened, and whose timers are in a commit under way, it does not open again, or they would fire again.
func TestOpenedOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, end := newSimulation(t, 1, counting{})
		defer end()
		former := s.machineOf("m1", func(live.Event) {})
		time.Sleep(5 * time.Second)
		stranger := s.newClient(kgo.TransactionalID("stranger"), kgo.TransactionTimeout(14*time.Minute), kgo.RecordPartitioner(kgo.ManualPartitioner()))
		defer stranger.Close()
		s.slow(kmsg.Produce, 7*time.Second, ofM0)
		held, restored := false, 0
		m := s.machineOf("m0", func(e live.Event) {
			switch e := e.(type) {
			case live.Assigned:
				if len(e.Tasks) > 1 && !held {
					held = true
					hold(t, stranger, e.Tasks[0])
				}
			case live.Restored:
				if restored++; restored == 1 {
					time.AfterFunc(time.Second, former.stop)
					time.AfterFunc(3*time.Second, func() { abort(t, stranger) })
				}
			}
		})
		time.Sleep(time.Minute)
		m.stop()
		<-m.ended
		<-former.ended
		times := map[string]int{}
		for _, r := range s.read("shop.counts") {
			times[string(r.Value)]++
		}
		for _, by := range []string{"m1", "m0"} {
			for task := range simTasks {
				if what := fired(int32(task), by); times[what] != 1 {
					t.Errorf("%q came out %d times", what, times[what])
				}
			}
		}
		if t.Failed() {
			for _, line := range s.told.lines {
				t.Log(line)
			}
		}
	})
}

// hold leaves a transaction open in a task's changelog.
func hold(t *testing.T, client *kgo.Client, task int32) {
	if err := client.BeginTransaction(); err != nil {
		t.Error(err)
	}
	if err := client.ProduceSync(context.Background(), &kgo.Record{Topic: "shop.changelog", Partition: task, Key: []byte("\x01x"), Value: []byte("1")}).FirstErr(); err != nil {
		t.Error(err)
	}
}

func abort(t *testing.T, client *kgo.Client) {
	if err := client.EndTransaction(context.Background(), kgo.TryAbort); err != nil {
		t.Error(err)
	}
}

// machineOf starts a member that leaves the group when it is stopped, and whose work is a timer in each task.
func (s *simulation) machineOf(instance string, tell func(live.Event)) *machine {
	c := s.config
	c.Instance, c.Leave = instance, true
	c.Tell = func(e live.Event) {
		s.say("%s: %v", instance, e)
		tell(e)
	}
	store := newMemory()
	rows := behind.New(store)
	c.Open = func(task int32, position state.Position) (live.Folder, error) {
		row, err := rows.Get(task, "fired")
		return &timer{task: task, by: instance, position: position, due: string(state.RowState(row)) != fired(task, instance)}, err
	}
	return startMachine(c, store, rows, fault{}, s.fork(), s.dial)
}

func fired(task int32, by string) string { return fmt.Sprintf("task %d of %s", task, by) }

// A timer fires once in each task that a member opens, unless the task's state says that it did.
type timer struct {
	task     int32
	by       string
	position state.Position
	due      bool
}

func (*timer) Push([]*kgo.Record) error                         { return nil }
func (*timer) Confirm(string, int32, int64, schemas.Instant)    {}
func (*timer) Fold(schemas.Instant, int) (more bool, err error) { return false, nil }
func (*timer) Unread(string, int32) int                         { return 0 }
func (*timer) Ready() int                                       { return 0 }
func (*timer) Landed()                                          {}
func (f *timer) Changed() int {
	if f.due {
		return 1
	}
	return 0
}

func (f *timer) Seal() (*live.Batch, error) {
	f.due = false
	what := []byte(fired(f.task, f.by))
	return &live.Batch{Position: f.position, Rows: []state.Row{state.OwnRow("fired", what)},
		Outputs: []*kgo.Record{{Topic: "shop.counts", Key: []byte("timer"), Value: what}}}, nil
}
