package schemas

import "encoding/binary"

// AppendOrderKey writes a key whose bytewise order is the order of the lines of a replay (SPEC section 8): by time and
// profile, then segment and seq for changes, the id for late events; dead letters by topic, partition and offset. What
// tells apart two messages that the contract leaves equal comes last, so that the order never hangs on who was first.
// Keys of different kinds of message are not to be compared.
func AppendOrderKey(b []byte, m Message) []byte {
	if d, ok := m.(*DeadLetter); ok {
		b = appendOrderedText(b, d.Topic)
		b = appendOrderedInt(b, int64(d.Part))
		return appendOrderedInt(b, d.Offset)
	}
	b = appendOrderedInt(b, int64(MessageTime(m)))
	b = appendOrderedText(b, MessageSubject(m))
	switch m := m.(type) {
	case *SegmentChange:
		b = appendOrderedText(b, m.Segment)
		b = appendOrderedInt(b, m.Seq)
		b = appendOrderedInt(b, m.Epoch)
	case *SessionEnded:
		b = appendOrderedInt(b, int64(m.Start))
		b = appendOrderedInt(b, m.Epoch)
	case *Late:
		b = appendOrderedText(b, m.ID)
		b = appendOrderedText(b, m.Source)
	}
	return b
}

// appendOrderedInt turns the sign bit over: negative numbers come before the others.
func appendOrderedInt(b []byte, n int64) []byte {
	return binary.BigEndian.AppendUint64(b, uint64(n)^1<<63)
}

// appendOrderedText ends the text with two zero bytes and writes a zero byte within it as 0 0xFF: "a" comes before "ab",
// whatever follows in the key.
func appendOrderedText(b []byte, s string) []byte {
	for i := range len(s) {
		if b = append(b, s[i]); s[i] == 0 {
			b = append(b, 0xFF)
		}
	}
	return append(b, 0, 0)
}
