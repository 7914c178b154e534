package schemas

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// The types of what ebb publishes.
const (
	TypeSegmentEntered = "ebb.segment.entered"
	TypeSegmentExited  = "ebb.segment.exited"
	TypeSessionEnded   = "ebb.session.ended"
	TypeActionDecided  = "ebb.action.decided"
	TypeProfile        = "ebb.profile"
	TypeDeadLetter     = "ebb.dead_letter"
)

// Source is the CloudEvents source of what the application called name publishes.
func Source(name string) string { return "/ebb/" + name }

// MessageType is the CloudEvents type of m; of a late event its own.
func MessageType(m Message) string {
	switch m := m.(type) {
	case *SegmentChange:
		if m.Entered {
			return TypeSegmentEntered
		}
		return TypeSegmentExited
	case *SessionEnded:
		return TypeSessionEnded
	case *Decision:
		return TypeActionDecided
	case *Profile:
		return TypeProfile
	case *Late:
		return m.Type
	}
	return TypeDeadLetter
}

// MessageSubject is the profile m is about, "" of a dead letter.
func MessageSubject(m Message) string {
	switch m := m.(type) {
	case *SegmentChange:
		return m.Profile
	case *SessionEnded:
		return m.Profile
	case *Decision:
		return m.Profile
	case *Profile:
		return m.Profile
	case *Late:
		return m.Subject
	}
	return ""
}

// MessageTime is the event time of m, Never of a dead letter.
func MessageTime(m Message) Instant {
	switch m := m.(type) {
	case *SegmentChange:
		return m.Time
	case *SessionEnded:
		return m.End
	case *Decision:
		return m.Time
	case *Profile:
		return m.AsOf
	case *Late:
		return m.Time
	}
	return Never
}

// AppendMessageID writes the CloudEvents id of m. It is a hash of what makes m the one it is and of nothing else, so that
// whoever produces it, and however often, gives it the same; a late event keeps its own.
func AppendMessageID(b []byte, name string, m Message) []byte {
	var space [128]byte
	t := identity(space[:0])
	switch m := m.(type) {
	case *SegmentChange:
		t = t.text("segment").text(name).text(m.Profile).int(m.Epoch).text(m.Segment).int(m.Seq)
	case *SessionEnded:
		t = t.text("session.ended").text(name).text(m.Profile).int(m.Epoch).int(int64(m.Start))
	case *Decision:
		t = t.text("decision").text(name).text(m.Profile).int(m.Epoch).text(m.Channel).text(m.Trigger.On).int(int64(m.Trigger.At))
		t = t.int(m.Trigger.Seq).text(m.Trigger.Source).text(m.Trigger.ID)
	case *Profile:
		t = t.text("profile").text(name).text(m.Profile).int(int64(m.AsOf))
	case *DeadLetter:
		t = t.text("dead_letter").text(name).text(m.Topic).int(int64(m.Part)).int(m.Offset)
	case *Late:
		return append(b, m.ID...)
	}
	return t.appendHash(b)
}

// AppendSessionID writes the id of the session itself, whatever it grows to.
func AppendSessionID(b []byte, name string, s *SessionEnded) []byte {
	var space [128]byte
	return identity(space[:0]).text("session").text(name).text(s.Profile).int(s.Epoch).int(int64(s.Start)).appendHash(b)
}

// identity is a tuple in bytes. Texts carry their length, so that no two tuples of one kind are the same bytes.
type identity []byte

func (t identity) text(s string) identity {
	return append(binary.AppendUvarint(t, uint64(len(s))), s...)
}

func (t identity) int(n int64) identity { return binary.BigEndian.AppendUint64(t, uint64(n)) }

// appendHash writes the first 16 bytes of the tuple's SHA-256, in hex.
func (t identity) appendHash(b []byte) []byte {
	sum := sha256.Sum256(t)
	return hex.AppendEncode(b, sum[:16])
}
