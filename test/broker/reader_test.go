//go:build linux

package broker

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"github.com/twmb/franz-go/pkg/kgo"
)

// A reader reads the committed changes while members are killed: of each profile and segment they come in their order, none
// left out, and none that is gone afterwards.
type reader struct {
	g    *group
	stop func()
	seen []string // by place and id
	last map[string][2]int
}

func (g *group) startReader(c *cluster) *reader {
	client := c.client(g.t, kgo.ConsumeTopics(g.name+".segment-changes"), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	ctx, cancel := context.WithCancel(context.Background())
	r := &reader{g: g, last: map[string][2]int{}}
	var all sync.WaitGroup
	all.Go(func() {
		for ctx.Err() == nil {
			client.PollFetches(ctx).EachRecord(r.read) // errors are of brokers that are away, or of a topic not made yet
		}
	})
	r.stop = func() {
		cancel()
		all.Wait()
	}
	g.t.Cleanup(r.stop)
	return r
}

func (r *reader) read(record *kgo.Record) {
	var change struct {
		Segment, Profile string
		Epoch, Seq       int
	}
	if err := json.Unmarshal(record.Value, &change); err != nil {
		r.g.t.Errorf("%s is no change: %v", record.Value, err)
		return
	}
	at := change.Segment + "/" + change.Profile
	if last := r.last[at]; change.Epoch != last[0] || change.Seq != last[1]+1 { // nobody is erased
		r.g.t.Errorf("%s: after (epoch, seq) %v came (%d, %d), at offset %d of partition %d", at, last, change.Epoch, change.Seq, record.Offset, record.Partition)
	}
	r.last[at] = [2]int{change.Epoch, change.Seq}
	r.seen = append(r.seen, placeOf(record))
}

func placeOf(r *kgo.Record) string {
	return fmt.Sprintf("%d/%d %s", r.Partition, r.Offset, header(r, "ce_id"))
}

// verify looks whether all that was read is still there.
func (r *reader) verify(c *cluster) {
	r.stop()
	there := map[string]bool{}
	for _, record := range c.readAll(r.g.t, r.g.name+".segment-changes") {
		there[placeOf(record)] = true
	}
	if i := slices.IndexFunc(r.seen, func(place string) bool { return !there[place] }); i >= 0 {
		r.g.t.Errorf("%s was read, and was never committed", r.seen[i])
	}
	if len(r.seen) == 0 {
		r.g.t.Error("nothing was read while the members were attacked")
	}
}
