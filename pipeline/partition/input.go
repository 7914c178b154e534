package partition

import (
	"errors"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// Decoder makes events of a source's records; see expr.Mapper. What it returns is valid until the next call, Data of the events as
// long as the record is.
type Decoder interface {
	Decode(r *schemas.Record) ([]schemas.Event, error)
}

// input is a partition of one source: records that came and were not folded yet.
type input struct {
	topic   string
	number  int32 // of the partition: the task's own, unless it is loose
	own     bool  // <name>.events: it holds no watermark back until it is used for the first time
	loose   bool  // its events are keyed anew, not folded
	decoder Decoder
	pending []*kgo.Record
	record  schemas.Record
	events  []schemas.Event // of the record at the head; those before `at` are folded
	at      int
	opened  bool        // the record at the head was looked at
	stuck   bool        // the record at the head cannot be read yet: its schema is awaited
	next    int64       // the offset after the last record that was taken off
	resume  state.Input // where a former owner stood; its record there may be folded in part
	until   state.Input // in a record of which a part is folded: where to stop for now; see Partition.Until
	empty   int         // records passed over since the last Batch, which move the position alone

	clock schemas.Instant // the greatest event time met; Earliest: none
	end   int64           // where the topic is known to end; -1: not known
	asked schemas.Instant // when the end was last confirmed
	since schemas.Instant // since when it was confirmed again and again that all is read; Never: it is not
	await schemas.Instant // since when the others wait for it; Never: they do not

	tombstones int64 // since the last Batch
}

// push takes records in.
func (in *input) push(records []*kgo.Record) {
	in.pending = append(in.pending, records...)
	in.since = schemas.Never
	if !in.stuck {
		in.await = schemas.Never
	}
	if last := records[len(records)-1].Offset + 1; in.end < last {
		in.end = last
	}
}

// read is the offset after the last record that came.
func (in *input) read() int64 {
	if n := len(in.pending); n > 0 {
		return in.pending[n-1].Offset + 1
	}
	return in.next
}

// confirm says that the topic ends at an offset.
func (in *input) confirm(end int64, now schemas.Instant) {
	in.end, in.asked = end, now
	if in.read() < end || len(in.pending) > 0 {
		in.since = schemas.Never
	} else if in.since == schemas.Never {
		in.since = now
	}
}

// atEnd is whether nothing more is known to be there.
func (in *input) atEnd() bool { return in.end >= 0 && in.read() >= in.end }

// idle is whether the end was confirmed for that long.
func (in *input) idle(after schemas.Duration) bool {
	return in.since != schemas.Never && in.asked.Sub(in.since) >= after
}

// head is the next event; nil if no record is left, or the next cannot be read yet. Records without events are passed over, and those of no use told to bad.
func (in *input) head(bad func(r *kgo.Record, why *schemas.Unusable)) (*schemas.Event, error) {
	for {
		if in.opened {
			if in.until.Folded > 0 && in.pending[0].Offset == in.until.Next && in.at >= int(in.until.Folded) {
				return nil, nil
			}
			if in.at < len(in.events) {
				return &in.events[in.at], nil
			}
			in.next = in.pending[0].Offset + 1
			if len(in.events) == 0 {
				in.empty++
			}
			in.pending[0] = nil
			in.pending, in.opened = in.pending[1:], false
		}
		if len(in.pending) == 0 {
			return nil, nil
		}
		r := in.pending[0]
		in.events, in.at, in.opened = nil, 0, true
		if r.Attrs.IsControl() {
			continue // the end of a transaction
		}
		if r.Value == nil {
			in.tombstones++
			continue
		}
		in.take(r)
		events, err := in.decoder.Decode(&in.record)
		if errors.Is(err, schemas.ErrAwaited) {
			in.opened, in.stuck = false, true
			return nil, nil
		}
		if in.stuck {
			in.stuck, in.await = false, schemas.Never
		}
		if err != nil {
			var why *schemas.Unusable
			if !errors.As(err, &why) {
				in.opened = false
				return nil, err
			}
			bad(r, why)
			continue
		}
		in.events = events
		if r.Offset == in.resume.Next {
			in.at = min(int(in.resume.Folded), len(events))
		}
	}
}

// position is up to where all is folded.
func (in *input) position() (next, folded int64) {
	switch {
	case !in.opened && in.next == in.resume.Next:
		return in.next, in.resume.Folded // nothing has come since
	case !in.opened:
		return in.next, 0
	case in.at < len(in.events):
		return in.pending[0].Offset, int64(in.at)
	}
	return in.pending[0].Offset + 1, 0
}

// take makes a record of Kafka's one of the decoders'.
func (in *input) take(r *kgo.Record) {
	headers := in.record.Headers[:0]
	for _, h := range r.Headers {
		headers = append(headers, schemas.Header(h))
	}
	in.record = schemas.Record{Origin: schemas.Origin{Topic: r.Topic, Partition: r.Partition, Offset: r.Offset},
		Timestamp: schemas.Instant(r.Timestamp.UnixMilli()), Key: r.Key, Value: r.Value, Headers: headers}
}
