package live

import (
	"context"
	"errors"
	"fmt"
	"unicode/utf16"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// groupOffsets is where the brokers keep what groups have committed.
const groupOffsets = "__consumer_offsets"

// openOffsets are the transactions that may still move a group's offsets, in words.
func openOffsets(ctx context.Context, client *kgo.Client, group string) []string {
	topics, err := kadm.NewClient(client).ListTopicsWithInternal(ctx, groupOffsets)
	n := len(topics[groupOffsets].Partitions)
	if err = errors.Join(err, topics[groupOffsets].Err); err != nil || n == 0 {
		return openAnywhere(ctx, client)
	}
	return openIn(ctx, client, groupOffsets, groupPartition(group, n))
}

// groupPartition is the partition of groupOffsets with what a group has committed: Kafka's GroupCoordinatorService takes
// Java's hash of the name for it.
func groupPartition(group string, partitions int) int32 {
	var hash int32
	for _, unit := range utf16.Encode([]rune(group)) {
		hash = 31*hash + int32(unit)
	}
	if hash == -1<<31 {
		return 0
	}
	return max(hash, -hash) % int32(partitions)
}

// openIn are the transactions that are open in a partition, in words. The partition knows its producers, and the coordinators
// to whom they belong: of a transaction that one of them has ended and the other has not, no end will come by itself.
func openIn(ctx context.Context, client *kgo.Client, topic string, partition int32) (open []string) {
	admin := kadm.NewClient(client)
	var asked kadm.TopicsSet
	asked.Add(topic, partition)
	described, err := admin.DescribeProducers(ctx, asked)
	there := described[topic].Partitions[partition]
	if err = errors.Join(err, there.Err); err != nil {
		return []string{fmt.Sprintf("not known, as %s partition %d does not tell (%v)", topic, partition, err)}
	}
	for _, producer := range there.ActiveProducers.Sorted() {
		if producer.CurrentTxnStartOffset < 0 {
			continue
		}
		whose := "of which no coordinator knows"
		listed, err := admin.ListTransactions(ctx, []int64{producer.ProducerID}, nil)
		if err != nil {
			whose = fmt.Sprintf("of which the coordinators do not tell (%v)", err)
		}
		for _, t := range listed.Sorted() {
			if t.ProducerID == producer.ProducerID {
				whose = fmt.Sprintf("with transactional id %s, which its coordinator has as %s", t.TxnID, t.State)
			}
		}
		open = append(open, fmt.Sprintf("a transaction of producer %d, from offset %d of %s partition %d on, %s",
			producer.ProducerID, producer.CurrentTxnStartOffset, topic, partition, whose))
	}
	return open
}

// mostOpen is how many transactions are named where it cannot be told which of them matter.
const mostOpen = 5

// openAnywhere are the transactions that the coordinators have as not ended.
func openAnywhere(ctx context.Context, client *kgo.Client) (open []string) {
	listed, err := kadm.NewClient(client).ListTransactions(ctx, nil, []string{"Ongoing", "PrepareCommit", "PrepareAbort"})
	if err != nil {
		return []string{fmt.Sprintf("not known, as the coordinators do not tell (%v)", err)}
	}
	for i, t := range listed.Sorted() {
		if i == mostOpen {
			return append(open, fmt.Sprintf("and %d more", len(listed)-i))
		}
		open = append(open, fmt.Sprintf("a transaction with transactional id %s, which its coordinator has as %s, perhaps elsewhere", t.TxnID, t.State))
	}
	return open
}
