package schemas

import (
	"bytes"
	"encoding/base64"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// AppendMessage writes m as one line, without its end: structured-mode CloudEvents JSON (SPEC section 6). name is the
// application's.
func AppendMessage(b []byte, name string, m Message) []byte {
	b = append(b, `{"specversion":"1.0","id":`...)
	late, isLate := m.(*Late)
	if isLate {
		b = appendText(b, late.ID)
		b = appendMember(b, `,"source":`, late.Source)
	} else {
		b = append(b, '"')
		b = AppendMessageID(b, name, m)
		b = append(b, '"')
		b = appendMember(b, `,"source":`, Source(name))
	}
	b = appendMember(b, `,"type":`, MessageType(m))
	if subject := MessageSubject(m); subject != "" {
		b = appendMember(b, `,"subject":`, subject)
	}
	if at := MessageTime(m); at != Never {
		b = appendInstant(append(b, `,"time":`...), at)
	}
	if isLate {
		b = appendMember(b, `,"ebbreason":`, late.Reason)
		if late.Data == nil {
			return append(b, '}')
		}
	}
	b = append(b, `,"data":`...)
	b = AppendData(b, name, m)
	return append(b, '}')
}

// AppendData writes what stands under "data" in AppendMessage, or alone in a Kafka record's value. Of a late event
// without content it writes nothing.
func AppendData(b []byte, name string, m Message) []byte {
	switch m := m.(type) {
	case *SegmentChange:
		return appendChange(b, m)
	case *SessionEnded:
		return appendSession(b, name, m)
	case *Decision:
		return appendDecision(b, name, m)
	case *Profile:
		return appendProfile(b, m)
	case *Late:
		return appendRaw(b, m.Data)
	case *DeadLetter:
		return appendDeadLetter(b, m)
	}
	return b
}

// appendRaw writes a JSON text as it came, on one line.
func appendRaw(b, text []byte) []byte {
	if bytes.IndexByte(text, '\n') < 0 && bytes.IndexByte(text, '\r') < 0 {
		return append(b, text...)
	}
	// It was valid when it was decoded, so there is no error.
	b, _ = jsontext.AppendFormat(b, text, jsontext.AllowDuplicateNames(true), jsontext.PreserveRawStrings(true))
	return b
}

// AppendDeadLetterReason writes what is wrong with a record, without the record: what goes beside its own bytes on Kafka.
func AppendDeadLetterReason(b []byte, d *DeadLetter) []byte {
	return append(appendReason(b, d), '}')
}

func appendReason(b []byte, d *DeadLetter) []byte {
	b = appendMember(b, `{"reason":`, d.Reason)
	b = appendMember(b, `,"detail":`, d.Detail)
	b = appendMember(b, `,"topic":`, d.Topic)
	b = strconv.AppendInt(append(b, `,"partition":`...), int64(d.Part), 10)
	return strconv.AppendInt(append(b, `,"offset":`...), d.Offset, 10)
}

func appendDeadLetter(b []byte, d *DeadLetter) []byte {
	b = appendReason(b, d)
	if utf8.Valid(d.Bytes) {
		b = appendMember(b, `,"payload":`, string(d.Bytes))
	} else {
		b = base64.StdEncoding.AppendEncode(append(b, `,"payload_base64":"`...), d.Bytes)
		b = append(b, '"')
	}
	return append(b, '}')
}

// appendMember writes lead, which ends with the member's name and a colon, and a text.
func appendMember(b []byte, lead, text string) []byte {
	return appendText(append(b, lead...), text)
}
