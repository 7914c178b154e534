package live

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// A changelogReader reads one partition of the changelog with requests of its own: only their answers tell that the end was
// reached where there are no records any more, but markers of transactions and the holes of compaction.
type changelogReader struct {
	client    *kgo.Client
	topic     string
	id        [16]byte
	partition int32
	most      int32 // bytes a fetch; 0: mostFetched
}

const mostFetched = 8 << 20

// ReadTopic passes on the committed data records of a partition in [from, to), where to is not after the last stable offset.
// It ends by the position, also where the last offsets are those of markers, or were compacted away.
func ReadTopic(ctx context.Context, client *kgo.Client, name string, id [16]byte, partition int32, from, to int64, each func([]*kgo.Record) error) error {
	r := &changelogReader{client: client, topic: name, id: id, partition: partition, most: 1 << 20}
	return r.read(ctx, from, to, func(records []*kgo.Record, _ int64) error {
		for len(records) > 0 && records[len(records)-1].Offset >= to {
			records = records[:len(records)-1]
		}
		return each(records)
	})
}

// bounds are the first offset that is left, the one before which all transactions have ended, and the end.
func (r *changelogReader) bounds(ctx context.Context) (start, stable, end int64, err error) {
	admin := kadm.NewClient(r.client)
	for _, list := range []struct {
		of  func(context.Context, ...string) (kadm.ListedOffsets, error)
		out *int64
	}{{admin.ListStartOffsets, &start}, {admin.ListCommittedOffsets, &stable}, {admin.ListEndOffsets, &end}} {
		offsets, err := list.of(ctx, r.topic)
		if err != nil {
			return 0, 0, 0, fmt.Errorf("looking up offsets of %s: %w", r.topic, err)
		}
		listed, found := offsets.Lookup(r.topic, r.partition)
		if !found || listed.Err != nil {
			return 0, 0, 0, fmt.Errorf("looking up offsets of %s partition %d: %w", r.topic, r.partition, errors.Join(listed.Err, ctx.Err()))
		}
		*list.out = listed.Offset
	}
	return start, stable, end, nil
}

// read passes on the committed records in [from, to), where to is stable. It ends by the position, never by a record.
func (r *changelogReader) read(ctx context.Context, from, to int64, each func(records []*kgo.Record, next int64) error) error {
	for from < to {
		leader, err := r.leader(ctx)
		if err != nil {
			return err
		}
		for from < to {
			records, next, err := r.fetch(ctx, leader, from, to)
			if retriable(err) {
				if err := pause(ctx, 100*time.Millisecond); err != nil {
					return err
				}
				break // the leader may have changed
			}
			if err != nil {
				return fmt.Errorf("reading %s partition %d from offset %d: %w", r.topic, r.partition, from, err)
			}
			if err := each(records, next); err != nil {
				return err
			}
			from = next
		}
	}
	return nil
}

func (r *changelogReader) leader(ctx context.Context) (int32, error) {
	for {
		topics, err := kadm.NewClient(r.client).ListTopics(ctx, r.topic)
		if err != nil {
			return 0, fmt.Errorf("looking for the leader of %s partition %d: %w", r.topic, r.partition, err)
		}
		if p, found := topics[r.topic].Partitions[r.partition]; found && p.Leader >= 0 {
			return p.Leader, nil
		}
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			return 0, err
		}
	}
}

// errAgain says that a response was of no use.
var errAgain = errors.New("no answer for the partition")

func (r *changelogReader) fetch(ctx context.Context, leader int32, from, to int64) ([]*kgo.Record, int64, error) {
	req := kmsg.NewPtrFetchRequest()
	req.MaxWaitMillis, req.MinBytes, req.MaxBytes = 100, 1, 16<<20
	req.IsolationLevel = 1 // committed
	req.SessionEpoch = -1  // no fetch session
	t := kmsg.NewFetchRequestTopic()
	t.Topic, t.TopicID = r.topic, r.id
	p := kmsg.NewFetchRequestTopicPartition()
	p.Partition, p.FetchOffset, p.PartitionMaxBytes = r.partition, from, cmp.Or(r.most, mostFetched)
	t.Partitions = append(t.Partitions, p)
	req.Topics = append(req.Topics, t)
	raw, err := r.client.Broker(int(leader)).RetriableRequest(ctx, req)
	if err != nil {
		return nil, 0, err
	}
	resp := raw.(*kmsg.FetchResponse)
	if err := kerr.ErrorForCode(resp.ErrorCode); err != nil {
		return nil, 0, err
	}
	if len(resp.Topics) != 1 || len(resp.Topics[0].Partitions) != 1 {
		return nil, 0, errAgain // a throttled broker answers with nothing
	}
	answer := &resp.Topics[0].Partitions[0]
	o := kgo.ProcessFetchPartitionOpts{Offset: from, IsolationLevel: kgo.ReadCommitted(), Topic: r.topic, Partition: r.partition}
	fetched, next := kgo.ProcessFetchPartition(o, answer, kgo.DefaultDecompressor(), nil)
	switch {
	case fetched.Err != nil:
		return nil, 0, fetched.Err
	case next > from:
		return fetched.Records, next, nil
	case len(answer.RecordBatches) > 0 || answer.LastStableOffset < to:
		return nil, 0, errAgain
	}
	return nil, to, nil // stable up to there, and nothing in between: compaction took it
}

func retriable(err error) bool {
	return errors.Is(err, errAgain) || kerr.IsRetriable(err) || kgo.IsRetryableBrokerErr(err)
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}
