package live

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// Start is where a task without a position begins: at the first record, after the last, or at the first one whose
// timestamp is At or later.
type Start struct {
	Latest bool
	At     schemas.Instant // 0: not by time
}

// offsets are where a task begins in the topics given.
func (s Start) offsets(ctx context.Context, client *kgo.Client, topics ...string) (kadm.ListedOffsets, error) {
	admin := kadm.NewClient(client)
	switch {
	case s.Latest:
		return admin.ListCommittedOffsets(ctx, topics...)
	case s.At != 0:
		return admin.ListOffsetsAfterMilli(ctx, int64(s.At), topics...)
	}
	return admin.ListStartOffsets(ctx, topics...)
}

// begin has a position speak of all inputs of its task, and of no others. In those of which it says nothing a task begins as a
// new one does. Where the records after it are deleted, it goes on after those: nobody can bring them back, and the group's
// offsets cannot move it.
func (s *session) begin(ctx context.Context, position *state.Position, p int32) error {
	var inputs []state.Input
	for _, topic := range s.c.inputs() {
		listed := map[Start]kadm.ListedOffsets{}
		for number := range int32(s.txn.topics[topic].partitions) {
			if s.taskOf(number) != p {
				continue
			}
			in, known := position.In(topic, number)
			begin := s.c.Start
			if known {
				begin = Start{}
			}
			if listed[begin] == nil {
				var err error
				if listed[begin], err = begin.offsets(ctx, s.client, topic); err != nil {
					return fmt.Errorf("looking up where to begin in %s: %w", topic, err)
				}
			}
			o, found := listed[begin].Lookup(topic, number)
			if !found || o.Err != nil {
				return fmt.Errorf("looking up where to begin in %s partition %d: %w", topic, number, errors.Join(o.Err, ctx.Err()))
			}
			if !known {
				in = state.Input{Topic: topic, Partition: number, Next: o.Offset, Clock: schemas.Earliest}
			} else if in.Next < o.Offset {
				s.c.Tell(Gone{Task: p, Topic: topic, Partition: number, Position: in.Next, Start: o.Offset})
				in.Next, in.Folded = o.Offset, 0
			}
			inputs = append(inputs, in)
		}
	}
	position.Inputs = inputs
	return nil
}

// endsOf are the ends of what is committed in the sources.
func (c *Config) endsOf(ctx context.Context, client *kgo.Client) (*ends, error) {
	at := now()
	listed, err := kadm.NewClient(client).ListCommittedOffsets(ctx, c.inputs()...)
	if err != nil {
		return nil, fmt.Errorf("looking up the ends of the sources: %w", err)
	}
	out := &ends{at: at, of: map[string]map[int32]int64{}}
	listed.Each(func(o kadm.ListedOffset) {
		if o.Err == nil {
			if out.of[o.Topic] == nil {
				out.of[o.Topic] = map[int32]int64{}
			}
			out.of[o.Topic][o.Partition] = o.Offset
		}
	})
	return out, nil
}
