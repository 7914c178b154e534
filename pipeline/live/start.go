package live

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/schemas"
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
