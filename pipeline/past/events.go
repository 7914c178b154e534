package past

import (
	"errors"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/schemas"
)

// Events are the events of a partition's records that happened in a time; it is a pipeline.Source. A record that is of no use
// goes to bad, whenever it was written.
type Events struct {
	Span
	records *Partition
	decoder partition.Decoder
	bad     func(schemas.DeadLetter)
	record  schemas.Record
	ready   []schemas.Event
}

// A Span is the time from an instant up to another, which is not in it.
type Span struct{ From, To schemas.Instant }

// NewEvents makes events of a partition's records.
func NewEvents(p *Partition, d partition.Decoder, span Span, bad func(schemas.DeadLetter)) *Events {
	return &Events{Span: span, records: p, decoder: d, bad: bad}
}

// Next decodes the next event, io.EOF after the last. It is valid until the next call.
func (s *Events) Next(e *schemas.Event) error {
	for {
		if err := s.next(e); err != nil || s.From <= e.Time && e.Time < s.To {
			return err
		}
	}
}

func (s *Events) next(e *schemas.Event) error {
	for len(s.ready) == 0 {
		r, err := s.records.Next()
		if err != nil {
			return err
		}
		if r.Value == nil {
			continue // a tombstone
		}
		s.take(r)
		s.ready, err = s.decoder.Decode(&s.record)
		var why *schemas.Unusable
		if errors.As(err, &why) {
			s.ready = nil
			s.bad(schemas.DeadLetter{Reason: why.Reason, Detail: why.Detail, Topic: r.Topic, Part: r.Partition, Offset: r.Offset, Bytes: r.Value})
		} else if err != nil {
			return err
		}
	}
	*e = s.ready[0]
	s.ready = s.ready[1:]
	return nil
}

// take makes a record of Kafka's one of the decoder's.
func (s *Events) take(r *kgo.Record) {
	headers := s.record.Headers[:0]
	for _, h := range r.Headers {
		headers = append(headers, schemas.Header(h))
	}
	s.record = schemas.Record{Origin: schemas.Origin{Topic: r.Topic, Partition: r.Partition, Offset: r.Offset},
		Timestamp: schemas.Instant(r.Timestamp.UnixMilli()), Key: r.Key, Value: r.Value, Headers: headers}
}
