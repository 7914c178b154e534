package simulate

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/ebbstream/ebb/pipeline/live"
	"github.com/ebbstream/ebb/state"
)

// TestTaken: of two processes with one instance name the first stops, and says why; the other goes on.
func TestTaken(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, end := newSimulation(t, 1, counting{})
		defer end()
		one, two := newMemory(), newMemory()
		c := s.config
		c.Instance = "m0"
		c.Tell = func(e live.Event) { s.say("%v", e) }
		first := s.machine(c, one, fault{})
		s.produce(c.Sources)
		time.Sleep(time.Second)
		second := s.machine(c, two, fault{})
		<-first.ended
		if !errors.Is(first.err, live.ErrTaken) {
			t.Errorf("the first ended with %v", first.err)
		}
		s.produce(c.Sources)
		time.Sleep(time.Second)
		second.stop()
		<-second.ended
		if second.err != nil {
			t.Errorf("the second ended with %v", second.err)
		}
		s.settle()
		s.verify()
	})
}

// TestPartitionCounts: topics that cannot be tasks together are refused at the start.
func TestPartitionCounts(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, end := newSimulation(t, 1, counting{}, kfake.SeedTopics(simTasks+1, "carts"))
		defer end()
		c := s.config
		c.Instance, c.Sources, c.Tell = "m0", append(c.Sources, "carts"), func(live.Event) {}
		m := s.machine(c, newMemory(), fault{})
		<-m.ended
		if m.err == nil || !strings.Contains(m.err.Error(), "carts has 5 partitions") {
			t.Errorf("ended with %v", m.err)
		}
	})
}

// TestChangelogEndsBeforeState: a folder that has followed more than the brokers have is not believed, nor thrown away.
func TestChangelogEndsBeforeState(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, end := newSimulation(t, 1, counting{})
		defer end()
		store := newMemory()
		if err := store.Apply(2, nil, state.Position{Changelog: 7}); err != nil {
			t.Fatal(err)
		}
		c := s.config
		c.Instance, c.Tell = "m0", func(live.Event) {}
		m := s.machine(c, store, fault{})
		m.endsWithin(time.Hour)
		if m.err == nil || !strings.Contains(m.err.Error(), "shop.changelog partition 2 ends at offset 0") {
			t.Errorf("ended with %v", m.err)
		}
	})
}

// endsWithin waits for the machine's own end; after that long it is stopped.
func (m *machine) endsWithin(long time.Duration) {
	defer time.AfterFunc(long, m.stop).Stop()
	<-m.ended
}

// TestOffsetsBeyondChangelog: if the group's offsets say that more was folded than the changelog knows of, brokers have lost data or
// somebody has moved the offsets. Folding on would skip what lies between.
func TestOffsetsBeyondChangelog(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, end := newSimulation(t, 1, counting{})
		defer end()
		for range 5 {
			s.produce(s.config.Sources)
		}
		moved := kadm.Offsets{}
		moved.AddOffset("clicks", 1, 1, -1)
		if err := kadm.NewClient(s.client).CommitAllOffsets(context.Background(), "shop", moved); err != nil {
			t.Fatal(err)
		}
		c := s.config
		c.Instance, c.Tell = "m0", func(live.Event) {}
		m := s.machine(c, newMemory(), fault{})
		m.endsWithin(time.Hour)
		if m.err == nil || !strings.Contains(m.err.Error(), "shop.changelog partition 1") || !strings.Contains(m.err.Error(), "does not come up to the offsets that its group has committed") {
			t.Errorf("ended with %v", m.err)
		}
	})
}

// TestStateBehindChangelog: what the changelog no longer tells may have been deletions, so the task is restored anew.
func TestStateBehindChangelog(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, end := newSimulation(t, 1, counting{})
		defer end()
		for range 5 { // some of each task, whatever is aborted
			s.produce(s.config.Sources)
		}
		s.settle()
		store := newMemory()
		for task := range int32(simTasks) {
			if err := store.Apply(task, []state.Row{state.OwnRow("erased", []byte("1"))}, state.Position{Changelog: 1}); err != nil {
				t.Fatal(err)
			}
		}
		gone := kadm.Offsets{}
		for task := range int32(simTasks) {
			gone.AddOffset("shop.changelog", task, 2, -1)
		}
		if _, err := kadm.NewClient(s.client).DeleteRecords(context.Background(), gone); err != nil {
			t.Fatal(err)
		}
		c := s.config
		c.Instance, c.Tell = "m0", func(e live.Event) { s.say("%v", e) }
		m := s.machine(c, store, fault{})
		time.Sleep(5 * time.Second)
		m.stop()
		<-m.ended
		if m.err != nil {
			t.Errorf("ended with %v", m.err)
		}
		for task := range int32(simTasks) {
			if value, _ := store.Get(task, "erased"); value != nil {
				t.Errorf("task %d still has what was deleted", task)
			}
		}
	})
}

// TestSourceBeginsAfterPosition: what a source deletes before it is read is told, and does not stop the rest.
func TestSourceBeginsAfterPosition(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, end := newSimulation(t, 1, counting{})
		defer end()
		for range 5 {
			s.produce(s.config.Sources)
		}
		s.settle()
		for range 5 {
			s.produce(s.config.Sources)
		}
		gone := kadm.Offsets{}
		for at, end := range s.ends(context.Background(), []string{"clicks"}) {
			gone.AddOffset(at.topic, at.partition, end, -1)
		}
		if _, err := kadm.NewClient(s.client).DeleteRecords(context.Background(), gone); err != nil {
			t.Fatal(err)
		}
		if !s.finish() {
			t.Error("what is left was not committed")
		}
		s.stopAll()
		told := 0
		for _, line := range s.told.lines {
			if strings.Contains(line, " of clicks partition ") && strings.Contains(line, "are lost") {
				told++
			}
		}
		if told < simTasks {
			t.Errorf("%d tasks told that records are lost", told)
		}
	})
}
