package simulate

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/ebbstream/ebb/pipeline/live"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// TestWaitingForOffsets: as long as a transaction of somebody may still move the group's offsets, no task is folded; who that
// is is told after a while, and again after longer ones. When it has ended, all goes on.
func TestWaitingForOffsets(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, end := newSimulation(t, 1, counting{})
		defer end()
		s.produce(s.config.Sources)
		stranger := s.newClient(kgo.TransactionalID("stranger"), kgo.TransactionTimeout(14*time.Minute))
		defer stranger.Close()
		if err := stranger.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		// Without a record the client would not end it.
		if err := stranger.ProduceSync(context.Background(), &kgo.Record{Topic: "shop.counts", Value: []byte("aborted")}).FirstErr(); err != nil {
			t.Fatal(err)
		}
		s.hold(stranger)
		m, told := s.watched("m0", fault{})
		time.Sleep(200 * time.Second)
		var after []time.Duration
		for _, w := range told() {
			if w.Task == 0 {
				after = append(after, w.For.Round(10*time.Second))
				if text := w.String(); !strings.Contains(text, "offsets of group shop") || !strings.Contains(text, "transactional id stranger, which its coordinator has as Ongoing") {
					t.Errorf("told: %s", text)
				}
			}
		}
		if len(after) != 3 || after[0] != 30*time.Second || after[1] != time.Minute || after[2] != 2*time.Minute {
			t.Errorf("told after %v", after)
		}
		if err := stranger.EndTransaction(context.Background(), kgo.TryAbort); err != nil {
			t.Fatal(err)
		}
		m.stop()
		<-m.ended
		s.settle()
		s.verify()
	})
}

// hold lets a transaction take an offset of the group along.
func (s *simulation) hold(client *kgo.Client) {
	ctx := context.Background()
	producer, epoch, err := client.ProducerID(ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	add := kmsg.NewPtrAddOffsetsToTxnRequest()
	add.TransactionalID, add.ProducerID, add.ProducerEpoch, add.Group = "stranger", producer, epoch, "shop"
	added, err := add.RequestWith(ctx, client)
	if err == nil {
		err = kerr.ErrorForCode(added.ErrorCode)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	req := kmsg.NewPtrTxnOffsetCommitRequest()
	req.TransactionalID, req.ProducerID, req.ProducerEpoch, req.Group, req.Generation = "stranger", producer, epoch, "shop", -1
	topic := kmsg.NewTxnOffsetCommitRequestTopic()
	topics, err := kadm.NewClient(client).ListTopics(ctx, "clicks")
	if err != nil {
		s.t.Fatal(err)
	}
	topic.Topic, topic.TopicID = "clicks", topics["clicks"].ID
	topic.Partitions = append(topic.Partitions, kmsg.NewTxnOffsetCommitRequestTopicPartition())
	req.Topics = append(req.Topics, topic)
	held, err := req.RequestWith(ctx, client)
	if err == nil {
		err = kerr.ErrorForCode(held.Topics[0].Partitions[0].ErrorCode)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// TestWaitingForChangelog: a changelog that cannot be read up to the group's offsets is told, with whose transaction is open
// in it, before the member gives up.
func TestWaitingForChangelog(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, end := newSimulation(t, 1, counting{})
		defer end()
		for range 5 {
			s.produce(s.config.Sources)
		}
		stranger := s.newClient(kgo.TransactionalID("stranger"), kgo.TransactionTimeout(14*time.Minute), kgo.RecordPartitioner(kgo.ManualPartitioner()))
		defer stranger.Close()
		if err := stranger.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		if err := stranger.ProduceSync(context.Background(), &kgo.Record{Topic: "shop.changelog", Partition: 2, Key: []byte("\x01x")}).FirstErr(); err != nil {
			t.Fatal(err)
		}
		var moved kadm.Offsets
		moved.AddOffset("clicks", 2, 1, -1)
		if _, err := kadm.NewClient(s.client).CommitOffsets(context.Background(), "shop", moved); err != nil {
			t.Fatal(err)
		}
		m, told := s.watched("m0", fault{})
		<-m.ended
		if m.err == nil || !strings.Contains(m.err.Error(), "does not come up to the offsets") {
			t.Errorf("ended with %v", m.err)
		}
		all := told()
		if len(all) != 1 || all[0].Task != 2 {
			t.Fatalf("told %v", all)
		}
		if text := all[0].String(); !strings.Contains(text, "offset 0 of 1") || !strings.Contains(text, "from offset 0 of shop.changelog partition 2 on, with transactional id stranger, which its coordinator has as Ongoing") {
			t.Errorf("told: %s", text)
		}
		if err := stranger.EndTransaction(context.Background(), kgo.TryAbort); err != nil {
			t.Fatal(err)
		}
	})
}

// TestSlowRestore: the time that it takes to follow the changelog is no part of how long transactions of others are waited for
// behind its end.
func TestSlowRestore(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, end := newSimulation(t, 1, counting{})
		defer end()
		for range 5 { // until there is something of the task, whatever is aborted
			s.produce(s.config.Sources)
		}
		writer := s.newClient(kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerBatchCompression(kgo.NoCompression()))
		defer writer.Close()
		write := func(key, value []byte) {
			t.Helper()
			if err := writer.ProduceSync(context.Background(), &kgo.Record{Topic: "shop.changelog", Partition: 2, Key: key, Value: value}).FirstErr(); err != nil {
				t.Fatal(err)
			}
		}
		for range 66 { // more than seven fetches bring
			write([]byte("\x01somebody"), make([]byte, 900_000))
		}
		var moved kadm.Offsets
		moved.AddOffset("clicks", 2, 1, -1)
		if _, err := kadm.NewClient(s.client).CommitOffsets(context.Background(), "shop", moved); err != nil {
			t.Fatal(err)
		}
		m, told := s.watched("m0", fault{kind: int16(kmsg.Fetch), slow: 8 * time.Second})
		time.Sleep(patience + 40*time.Second)
		position := state.Position{Inputs: []state.Input{{Topic: "clicks", Partition: 2, Next: 1, Clock: schemas.Earliest}}, Watermark: schemas.Earliest}
		write([]byte{0}, position.AppendBinary(nil))
		time.Sleep(time.Minute)
		if all := told(); !slices.ContainsFunc(all, func(w live.Waiting) bool { return w.Task == 2 && 0 < w.At && w.At < w.End }) {
			t.Errorf("it was not slow: %v", all)
		}
		m.stop()
		<-m.ended
		if m.err != nil {
			t.Errorf("ended with %v", m.err)
		}
	})
}

// watched starts a member whose waiting is told when it has ended, or is still.
func (s *simulation) watched(instance string, plan fault) (*machine, func() []live.Waiting) {
	c := s.config
	c.Instance, c.SessionTimeout = instance, 2*time.Minute // latencies end no session
	waits := make(chan live.Waiting, 100)
	c.Tell = func(e live.Event) {
		s.say("%v", e)
		if w, is := e.(live.Waiting); is {
			waits <- w
		}
	}
	return s.machine(c, newMemory(), plan), func() (all []live.Waiting) {
		for {
			select {
			case w := <-waits:
				all = append(all, w)
			default:
				return all
			}
		}
	}
}

// TestWaitingForTimers: a transaction of a former owner in which nothing but timers fired moves no offset. What it changed is
// there before anybody folds on, or it would be done once more.
func TestWaitingForTimers(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, end := newSimulation(t, 1, counting{})
		defer end()
		former := s.newClient(kgo.TransactionalID("former"), kgo.TransactionTimeout(14*time.Minute), kgo.RecordPartitioner(kgo.ManualPartitioner()))
		defer former.Close()
		if err := former.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		if err := former.ProduceSync(context.Background(), &kgo.Record{Topic: "shop.changelog", Partition: 2, Key: []byte("\x01x"), Value: []byte("7")}).FirstErr(); err != nil {
			t.Fatal(err)
		}
		m, _ := s.watched("m0", fault{})
		time.Sleep(20 * time.Second)
		if err := former.EndTransaction(context.Background(), kgo.TryCommit); err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Second)
		if row, err := m.store.Get(2, "x"); string(row) != "7" || err != nil {
			t.Errorf("the row is %q, %v: folded on without it", row, err)
		}
		m.stop()
		<-m.ended
	})
}
