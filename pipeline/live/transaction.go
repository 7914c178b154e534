package live

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/ebbstream/ebb/state"
)

// A kafkaTransaction is of the session's one producer.
type kafkaTransaction struct {
	client   *kgo.Client
	early    *kgo.Client     // of what is published at once; nil: nothing is
	atOnce   map[string]bool // its topics
	group    string
	id       string
	instance string
	member   string // the group's name for this member, from its first assignment on
	topics   map[string]topic
	limits   map[string]int32 // of topics that are written: bytes that each takes at once
	producer int64            // the id and epoch under which the transaction was begun
	epoch    int16
	implicit bool // the offsets join the transaction by themselves (transaction.version 2)
}

// begin notes the producer's epoch: each end of a transaction raises it, and so does the client when it has to ask for a new one.
func (t *kafkaTransaction) begin(ctx context.Context) (err error) {
	if err := t.client.BeginTransaction(); err != nil {
		return err
	}
	t.producer, t.epoch, err = t.client.ProducerID(ctx)
	return err
}

var errEpoch = errors.New("the producer's epoch was raised within the transaction, which aborted what it had produced")

// produce waits for every record, or until ctx is done: the client would wait for brokers that do not answer. EndTransaction
// would send nothing if nothing had been produced, but each layer has a position.
func (t *kafkaTransaction) produce(ctx context.Context, records []*kgo.Record) error {
	results := make(chan error, len(records)) // so that late ones find a place, when nobody waits any more
	for _, r := range records {
		producer := t.client
		if t.atOnce[r.Topic] {
			producer = t.early
		}
		producer.Produce(ctx, r, func(r *kgo.Record, err error) { results <- tooLarge(r, err) })
	}
	for range records {
		select {
		case err := <-results:
			if err != nil {
				return err
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// publishAtOnce has some topics written by a producer of their own, which knows of no transaction: but nothing is committed
// before it has been told that they are there.
//
// The state stays in the transaction: at least once is a promise about what comes out. A changelog without transactions could
// not keep it whole, as compaction may take what was committed away for what never was, and nobody would keep a member that
// was thought dead from writing into it.
func (t *kafkaTransaction) publishAtOnce(c *Config) (err error) {
	t.atOnce = map[string]bool{}
	for _, topic := range c.AtOnce {
		t.atOnce[topic] = true
	}
	t.early, err = kgo.NewClient(append([]kgo.Opt{kgo.RecordPartitioner(c.partitioner()), kgo.ProducerLinger(0), batches(t.limits)}, c.Client...)...)
	if err != nil {
		return &refusal{fmt.Errorf("making a client: %w", err)}
	}
	return nil
}

// of tells whether a member id is the session's; the first one is. A member that learns only from the answer to its request to
// join that the group has dropped it is joined once more by the client, under another id, without a call of lost.
func (t *kafkaTransaction) of(member string) bool {
	if t.member == "" {
		t.member = member
	}
	return t.member == member
}

// offsets adds the offsets to the transaction, under the membership of this moment. It is the one under which the tasks
// were given, or a later generation that still has them: a revocation waits for this transaction, a loss cancels ctx before
// the client can join again, and who was dropped has another member id. So a generation that went by between the reading and
// the arrival is read again, and not an error.
func (t *kafkaTransaction) offsets(ctx context.Context, next []state.Input) error {
	for {
		err := t.addOffsets(ctx, next)
		if !errors.Is(err, kerr.IllegalGeneration) && !errors.Is(err, kerr.RebalanceInProgress) {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(context.Cause(ctx), err)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func (t *kafkaTransaction) addOffsets(ctx context.Context, next []state.Input) error {
	member, generation := t.client.GroupMetadata()
	if err := context.Cause(ctx); err != nil {
		return err // the membership just read may be a new one, which never had the tasks
	}
	if member != t.member {
		return errLost
	}
	producer, epoch, err := t.client.ProducerID(ctx)
	if err != nil {
		return err
	}
	if producer != t.producer || epoch != t.epoch {
		return errEpoch // else the offsets would be a transaction of their own
	}
	if !t.implicit {
		if err := t.addGroup(ctx, producer, epoch); err != nil {
			return err
		}
	}
	req := kmsg.NewPtrTxnOffsetCommitRequest()
	req.TransactionalID, req.ProducerID, req.ProducerEpoch = t.id, producer, epoch
	req.Group, req.MemberID, req.Generation, req.InstanceID = t.group, member, generation, &t.instance
	of := map[string]int{}
	for _, in := range next {
		i, found := of[in.Topic]
		if !found {
			i = len(req.Topics)
			of[in.Topic] = i
			r := kmsg.NewTxnOffsetCommitRequestTopic()
			r.Topic, r.TopicID = in.Topic, t.topics[in.Topic].id
			req.Topics = append(req.Topics, r)
		}
		p := kmsg.NewTxnOffsetCommitRequestTopicPartition()
		p.Partition, p.Offset = in.Partition, in.Next
		req.Topics[i].Partitions = append(req.Topics[i].Partitions, p)
	}
	resp, err := req.RequestWith(ctx, t.client)
	if err != nil {
		return err
	}
	for _, r := range resp.Topics {
		for _, p := range r.Partitions {
			if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
				return fmt.Errorf("partition %d of %s: %w", p.Partition, r.Topic, err)
			}
		}
	}
	return nil
}

// addGroup tells brokers of before transaction.version 2 that the group's offsets are part of the transaction.
func (t *kafkaTransaction) addGroup(ctx context.Context, producer int64, epoch int16) error {
	req := kmsg.NewPtrAddOffsetsToTxnRequest()
	req.TransactionalID, req.ProducerID, req.ProducerEpoch, req.Group = t.id, producer, epoch, t.group
	resp, err := req.RequestWith(ctx, t.client)
	if err != nil {
		return err
	}
	return kerr.ErrorForCode(resp.ErrorCode)
}

func (t *kafkaTransaction) end(ctx context.Context) error {
	return t.client.EndTransaction(ctx, kgo.TryCommit)
}

// settle asks for the producer id, which ends whatever an earlier holder of the transactional id has left open. The other
// producer asks for its own here, too: should it have none when a commit is given up, it would ask without a pause.
func (t *kafkaTransaction) settle(ctx context.Context) error {
	_, _, err := t.client.ProducerID(ctx)
	if err == nil && t.early != nil {
		_, _, err = t.early.ProducerID(ctx)
	}
	return err
}

// abort frees those who wait for this transaction to end. It may fail: the next holder of the id, or the broker's timeout,
// does the same.
func (t *kafkaTransaction) abort(ctx context.Context) error {
	if err := t.client.AbortBufferedRecords(ctx); err != nil {
		return err
	}
	return t.client.EndTransaction(ctx, kgo.TryAbort)
}

// implicitOffsets tells whether the cluster runs transaction.version 2 or later.
func implicitOffsets(ctx context.Context, client *kgo.Client) (bool, error) {
	resp, err := kmsg.NewPtrApiVersionsRequest().RequestWith(ctx, client)
	if err != nil {
		return false, fmt.Errorf("asking the brokers what they can do: %w", err)
	}
	for _, f := range resp.FinalizedFeatures {
		if f.Name == "transaction.version" {
			return f.MaxVersionLevel >= 2, nil
		}
	}
	return false, nil
}
