package partition

import (
	"fmt"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// emit publishes a message (SPEC section 6): in CloudEvents' binary mode, as the Kafka protocol binding of CloudEvents 1.0.2,
// section 3.2, has it.
func (p *Partition) emit(m schemas.Message) {
	switch m := m.(type) {
	case *schemas.SegmentChange:
		p.count(m)
		if m.Time < p.c.MuteBefore {
			return
		}
		p.send("segment-changes", m.Profile, m)
		if p.c.Memberships {
			p.member(m)
		}
	case *schemas.SessionEnded:
		if p.c.Sessions {
			p.send("sessions", m.Profile, m)
		}
	case *schemas.Late:
		p.told.Late[m.Reason]++
		p.send("late", m.Subject, m)
	case *schemas.Profile:
		p.send("profiles", m.Profile, m)
	}
}

// keyed is an event for <name>.events, keyed by its profile.
func (p *Partition) keyed(e *schemas.Event) *kgo.Record {
	r := &kgo.Record{Topic: p.topic("events"), Key: []byte(e.Subject), Value: e.AppendData(nil)}
	for _, h := range [][2]string{{"ce_specversion", "1.0"}, {"ce_id", e.ID}, {"ce_source", e.Source}, {"ce_type", e.Type}, {"ce_subject", e.Subject},
		{"ce_time", e.Time.String()}, {"ce_partitionkey", e.Subject}, {"content-type", "application/json"}} {
		r.Headers = append(r.Headers, kgo.RecordHeader{Key: h[0], Value: []byte(h[1])})
	}
	return r
}

func (p *Partition) count(m *schemas.SegmentChange) {
	if m.Entered {
		p.told.Entered[m.Segment]++
		p.sizes.add(m.Segment, 1)
	} else {
		p.told.Exited[m.Segment]++
		p.sizes.add(m.Segment, -1)
	}
}

func (p *Partition) topic(kind string) string { return p.c.Name + "." + kind }

func (p *Partition) send(kind, key string, m schemas.Message) {
	p.outputs = append(p.outputs, &kgo.Record{Topic: p.topic(kind), Key: []byte(key), Value: schemas.AppendData(nil, p.c.Name, m), Headers: p.headers(key, m)})
}

func (p *Partition) headers(key string, m schemas.Message) []kgo.RecordHeader {
	source, id := schemas.Source(p.c.Name), ""
	late, isLate := m.(*schemas.Late)
	if isLate {
		source, id = late.Source, late.ID
	} else {
		id = string(schemas.AppendMessageID(nil, p.c.Name, m))
	}
	headers := make([]kgo.RecordHeader, 0, 10)
	header := func(name, value string) {
		headers = append(headers, kgo.RecordHeader{Key: name, Value: []byte(value)})
	}
	header("ce_specversion", "1.0")
	header("ce_id", id)
	header("ce_source", source)
	header("ce_type", schemas.MessageType(m))
	header("ce_subject", key)
	if at := schemas.MessageTime(m); at != schemas.Never {
		header("ce_time", at.String())
	}
	header("ce_partitionkey", key)
	if isLate {
		header("ce_ebbreason", late.Reason)
	}
	header("content-type", "application/json")
	header("noticed_at", p.last.String())
	return headers
}

// member keeps who is in which segment: the entry while it lasts.
func (p *Partition) member(m *schemas.SegmentChange) {
	r := &kgo.Record{Topic: p.topic("memberships"), Key: []byte(m.Segment + "/" + m.Profile)}
	if m.Entered {
		r.Value, r.Headers = schemas.AppendData(nil, p.c.Name, m), p.headers(m.Profile, m)
	}
	p.outputs = append(p.outputs, r)
}

// deadLetter is a record as it was, with the reason in a header.
func (p *Partition) deadLetter(r *kgo.Record, why *schemas.Unusable) *kgo.Record {
	letter := &schemas.DeadLetter{Reason: why.Reason, Detail: why.Detail, Topic: r.Topic, Part: r.Partition, Offset: r.Offset}
	return &kgo.Record{Topic: p.topic("dead-letters"), Key: r.Key, Value: r.Value,
		Headers: append(append([]kgo.RecordHeader(nil), r.Headers...), kgo.RecordHeader{Key: "ebb_dead_letter", Value: schemas.AppendDeadLetterReason(nil, letter)})}
}

// checkLayout refuses to go on with a state that lacks what the configuration needs of history.
func (s *profiles) checkLayout(forget bool) error {
	row, err := s.row(state.LayoutNow)
	if err != nil {
		return err
	}
	layout := s.p.chain.Layout()
	if row == nil {
		s.fresh = true
		return nil
	}
	missing, err := layout.Missing(state.RowState(row))
	if err != nil {
		return fmt.Errorf("reading the layout of partition %d: %w", s.p.number, err)
	}
	if len(missing) > 0 && !forget {
		return &NeedsHistory{missing}
	}
	s.fresh = string(state.RowState(row)) != string(layout.Append(nil))
	return nil
}

// NeedsHistory says what the state lacks.
type NeedsHistory struct{ Cells []string }

func (e *NeedsHistory) Error() string {
	return fmt.Sprintf("the configuration needs history that the state lacks, such as %s: replay it into a new name, or go on without it by --forget-history", e.Cells[0])
}
