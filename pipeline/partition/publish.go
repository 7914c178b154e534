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
		if m.Time >= p.c.MuteBefore {
			p.send("segment-changes", m.Profile, m)
		}
		if p.c.Memberships {
			p.member(m) // it is no news of the past, but how things are
		}
	case *schemas.Decision:
		p.told.Decided[m.Action]++
		if m.Time >= p.c.MuteBefore {
			p.send("actions", m.Profile, m)
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

// keyed is an event for <name>.events.
func (p *Partition) keyed(e *schemas.Event) *kgo.Record { return Keyed(p.topics["events"], e) }

// Keyed is an event as <name>.events, the topic, has it: keyed by its profile, its id in the second header.
func Keyed(topic string, e *schemas.Event) *kgo.Record {
	r := &kgo.Record{Topic: topic, Key: []byte(e.Subject), Value: e.AppendData(nil)}
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

func (p *Partition) send(kind, key string, m schemas.Message) {
	r := p.room.record(p.topics[kind])
	r.Key = p.room.text(key)
	values := p.values[kind]
	r.Value = p.room.data(values, p.c.Name, m)
	r.Headers = p.headers(values.content, r.Key, m)
	p.outputs = append(p.outputs, r)
}

var specversion = []byte("1.0")

func (p *Partition) headers(content, key []byte, m schemas.Message) []kgo.RecordHeader {
	if p.noticed.at != p.last || p.noticed.text == nil {
		p.noticed.at, p.noticed.text = p.last, []byte(p.last.String())
	}
	source, id := p.source, []byte(nil)
	late, isLate := m.(*schemas.Late)
	if isLate {
		source, id = p.room.text(late.Source), p.room.text(late.ID)
	} else {
		id = p.room.id(p.c.Name, m)
	}
	headers := append(p.room.headers(10), kgo.RecordHeader{Key: "ce_specversion", Value: specversion}, kgo.RecordHeader{Key: "ce_id", Value: id},
		kgo.RecordHeader{Key: "ce_source", Value: source}, kgo.RecordHeader{Key: "ce_type", Value: p.room.text(schemas.MessageType(m))},
		kgo.RecordHeader{Key: "ce_subject", Value: key})
	if at := schemas.MessageTime(m); at != schemas.Never {
		headers = append(headers, kgo.RecordHeader{Key: "ce_time", Value: p.room.instant(at)})
	}
	headers = append(headers, kgo.RecordHeader{Key: "ce_partitionkey", Value: key})
	if isLate {
		headers = append(headers, kgo.RecordHeader{Key: "ce_ebbreason", Value: p.room.text(late.Reason)})
	}
	return append(headers, kgo.RecordHeader{Key: "content-type", Value: content}, kgo.RecordHeader{Key: "noticed_at", Value: p.noticed.text})
}

// member keeps who is in which segment: the entry while it lasts.
func (p *Partition) member(m *schemas.SegmentChange) {
	r := &kgo.Record{Topic: p.topics["memberships"], Key: []byte(m.Segment + "/" + m.Profile)}
	if m.Entered {
		values := p.values["memberships"]
		r.Value, r.Headers = values.Append(nil, p.c.Name, m), p.headers(values.content, []byte(m.Profile), m)
	}
	p.outputs = append(p.outputs, r)
}

// deadLetter is a record as it was, with the reason in a header.
func (p *Partition) deadLetter(r *kgo.Record, why *schemas.Unusable) *kgo.Record {
	letter := &schemas.DeadLetter{Reason: why.Reason, Detail: why.Detail, Topic: r.Topic, Part: r.Partition, Offset: r.Offset}
	return &kgo.Record{Topic: p.topics["dead-letters"], Key: r.Key, Value: r.Value,
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
		s.fresh, s.known.whole = true, true
		return nil
	}
	missing, err := layout.Missing(state.RowState(row))
	if err != nil {
		return fmt.Errorf("reading the layout of partition %d: %w", s.p.number, err)
	}
	if len(missing) > 0 && !forget {
		return &NeedsHistory{missing}
	}
	s.changed = string(state.RowState(row)) != string(layout.Append(nil))
	s.fresh = s.changed
	return nil
}

// NeedsHistory says what the state lacks.
type NeedsHistory struct{ Cells []string }

func (e *NeedsHistory) Error() string {
	return fmt.Sprintf("the configuration needs history that the state lacks, such as %s: replay it into a new name, or go on without it by --forget-history", e.Cells[0])
}
