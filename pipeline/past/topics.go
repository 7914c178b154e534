package past

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Topics are all partitions of some topics, to be read.
type Topics struct {
	Partitions []*Partition // in the order of the topics asked for, then by number

	stop context.CancelFunc
	all  sync.WaitGroup
}

// Read looks up topics, which must be there, and what is committed in them now. Close ends the reading.
func Read(ctx context.Context, client *kgo.Client, names ...string) (*Topics, error) {
	admin := kadm.NewClient(client)
	found, err := admin.ListTopics(ctx, names...)
	if err == nil {
		err = found.Error()
	}
	if err != nil {
		return nil, fmt.Errorf("looking up topics: %w", err)
	}
	starts, err := admin.ListStartOffsets(ctx, names...)
	if err = errors.Join(err, starts.Error()); err != nil {
		return nil, fmt.Errorf("looking up where topics begin: %w", err)
	}
	ends, err := admin.ListCommittedOffsets(ctx, names...)
	if err = errors.Join(err, ends.Error()); err != nil {
		return nil, fmt.Errorf("looking up where topics end: %w", err)
	}
	ctx, stop := context.WithCancel(ctx)
	t := &Topics{stop: stop}
	for _, name := range names {
		for _, detail := range found[name].Partitions.Sorted() {
			start, _ := starts.Lookup(name, detail.Partition)
			end, _ := ends.Lookup(name, detail.Partition)
			p := &Partition{Topic: name, Number: detail.Partition, From: start.Offset, End: end.Offset, id: found[name].ID, fetched: make(chan []*kgo.Record)}
			t.Partitions = append(t.Partitions, p)
			p.begin = func() { t.all.Go(func() { p.follow(ctx, client) }) }
		}
	}
	return t, nil
}

// Close ends the reading, and returns when nothing is fetched any more.
func (t *Topics) Close() {
	t.stop()
	t.all.Wait()
}
