package live

import (
	"context"
	"errors"
	"strconv"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// LargestRecord is how large a record may be, in bytes, that ebb's own topics are made for (max.message.bytes): a profile with all
// that is remembered of it, or a record of a source that could not be used, as it was.
const LargestRecord = 32 << 20

const (
	largestBatch = 64 << 20  // that is sent, whatever a topic takes: a request has at most 100 MiB
	leastBatch   = 512       // that the client can be told
	usualBatch   = 1_000_012 // that a topic takes of which nothing is known, as the client has it
)

// findLimits asks how much the topics that are written take at once. Of one whose settings this user may not see nothing is known.
func (c *Config) findLimits(ctx context.Context, client *kgo.Client) (map[string]int32, error) {
	written := append([]string{c.changelog(), c.commits()}, c.Outputs...)
	described, err := kadm.NewClient(client).DescribeTopicConfigs(ctx, written...)
	if err != nil {
		return nil, err
	}
	limits := map[string]int32{}
	for _, topic := range described {
		limit, found := int64(largestBatch), false
		for _, setting := range topic.Configs {
			if setting.Key != "max.message.bytes" && setting.Key != "segment.bytes" {
				continue
			}
			if n, err := strconv.ParseInt(setting.MaybeValue(), 10, 64); err == nil {
				limit, found = min(limit, n), true
			}
		}
		if found {
			limits[topic.Name] = int32(max(limit, leastBatch))
		}
	}
	return limits, nil
}

// batches lets a batch be as large as its topic takes: a record must fit into one.
func batches(limits map[string]int32) kgo.Opt {
	return kgo.ProducerBatchMaxBytesFn(func(topic string) int32 {
		if n, found := limits[topic]; found {
			return n
		}
		return usualBatch
	})
}

// tooLarge makes a refusal of the answer that a record is too large: the next try would be told the same.
func tooLarge(r *kgo.Record, err error) error {
	if !errors.Is(err, kerr.MessageTooLarge) && !errors.Is(err, kerr.RecordListTooLarge) {
		return err
	}
	return refuse("a record of %d bytes is more than topic %s takes: raise its max.message.bytes (ebb topics --apply makes it %d), or its segment.bytes if they are less",
		len(r.Key)+len(r.Value), r.Topic, LargestRecord)
}
