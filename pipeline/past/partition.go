package past

import (
	"context"
	"io"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/pipeline/live"
)

// A Partition gives the committed records of one partition, in order.
type Partition struct {
	Topic     string
	Number    int32
	From, End int64 // offsets: the first, and the one after the last

	id      [16]byte
	begin   func() // at the first Next: what nobody asks for is not fetched
	fetched chan []*kgo.Record
	ready   []*kgo.Record
	err     error // why there are no more; set before fetched is closed
}

// follow fetches until the end, or until ctx is done.
func (p *Partition) follow(ctx context.Context, client *kgo.Client) {
	defer close(p.fetched)
	p.err = live.ReadTopic(ctx, client, p.Topic, p.id, p.Number, p.From, p.End, func(records []*kgo.Record) error {
		select {
		case p.fetched <- records:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	})
}

// Next is the next record, io.EOF after the last.
func (p *Partition) Next() (*kgo.Record, error) {
	if p.begin != nil {
		p.begin()
		p.begin = nil
	}
	for len(p.ready) == 0 {
		records, more := <-p.fetched
		if !more && p.err != nil {
			return nil, p.err
		}
		if !more {
			return nil, io.EOF
		}
		p.ready = records
	}
	r := p.ready[0]
	p.ready[0] = nil
	p.ready = p.ready[1:]
	return r, nil
}
