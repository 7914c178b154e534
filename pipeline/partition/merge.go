package partition

import (
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/schemas"
)

// pick is the next event: of the heads of all sources the one with the least time, ties in the order of the configuration
// (SPEC section 2). A source that has more, but not here yet, is waited for; nil: there is nothing to fold now. What is loose
// goes first, and waits for nobody: among its own, too, the least time comes first, so that of several partitions that lie here
// none is far ahead of the others when their events come back.
func (p *Partition) pick(now schemas.Instant) (*input, *schemas.Event, error) {
	var from *input
	var first *schemas.Event
	waiting := false
	for _, in := range p.inputs {
		e, err := in.head(p.bad)
		if err != nil {
			return nil, nil, err
		}
		switch {
		case e == nil && in.loose:
		case e == nil:
			waiting = in.behind(now, p.c.MergeWait) || waiting
		case first == nil || in.loose && !from.loose || in.loose == from.loose && e.Time < first.Time:
			from, first = in, e
		}
	}
	if first == nil || waiting && !from.loose {
		return nil, nil, nil
	}
	return from, first, nil
}

// behind is whether the others wait for a source of which nothing is here that can be read, and not yet in vain.
func (in *input) behind(now schemas.Instant, wait schemas.Duration) bool {
	if in.atEnd() && !in.stuck {
		in.await = schemas.Never
		return false
	}
	if in.await == schemas.Never {
		in.await = now
	}
	return now.Sub(in.await) < wait
}

// dead publishes a record that cannot be used.
func (p *Partition) dead(r *kgo.Record, why *schemas.Unusable) {
	p.told.Dead[why.Reason]++
	p.outputs = append(p.outputs, p.deadLetter(r, why))
	p.records++
}
