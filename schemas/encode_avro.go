package schemas

import (
	_ "embed" // the schemas
	"encoding/binary"
	"math"
	"unicode/utf8"
)

// The schemas of what ebb publishes, one a kind of message. A value that may be anything, such as a feature or a payload's,
// is a union: a scalar, a list of scalars, or the record Json, which has the JSON text of what is nested deeper. A duration is
// a double of seconds, a timestamp in such a place RFC 3339, as in JSON; what JSON cannot say is null.
//
// What is added to a schema needs a default, and nothing may be taken away: registries check both.
var (
	//go:embed avsc/segment_change.avsc
	changeSchema string
	//go:embed avsc/session_ended.avsc
	sessionSchema string
	//go:embed avsc/decision.avsc
	decisionSchema string
	//go:embed avsc/profile.avsc
	profileSchema string
	//go:embed avsc/late.avsc
	lateSchema string
)

// OutputSchema is the Avro schema of what is published on a topic, by its name without the application's; "" where it
// stays in bytes of its own, as that of dead letters.
func OutputSchema(topic string) string {
	switch topic {
	case "segment-changes", "memberships":
		return changeSchema
	case "sessions":
		return sessionSchema
	case "actions":
		return decisionSchema
	case "profiles":
		return profileSchema
	case "late":
		return lateSchema
	}
	return ""
}

// AvroFramed writes messages in Confluent's wire format: a zero, the id that the registry gave the schema, 4 bytes
// big-endian, and the body (https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/#wire-format).
type AvroFramed struct{ ID int32 }

// ContentType is that of Avro.
func (AvroFramed) ContentType() string { return "application/avro" }

// Append writes a message with its frame.
func (f AvroFramed) Append(b []byte, name string, m Message) []byte {
	if late, ok := m.(*Late); ok && late.Data == nil {
		return b
	}
	return appendAvroMessage(binary.BigEndian.AppendUint32(append(b, 0), uint32(f.ID)), name, m)
}

// The forms below are those of Avro 1.12 (https://avro.apache.org/docs/1.12.0/specification/#binary-encoding).

// appendAvroLong writes a long or an int, zig-zag.
func appendAvroLong(b []byte, n int64) []byte { return binary.AppendVarint(b, n) }

func appendAvroDouble(b []byte, d float64) []byte {
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(d))
}

// appendAvroText writes a string; bytes that are no UTF-8 become U+FFFD, since Avro has no others either.
func appendAvroText(b []byte, s string) []byte {
	if !utf8.ValidString(s) {
		s = string([]rune(s))
	}
	return append(appendAvroLong(b, int64(len(s))), s...)
}

func appendAvroInstant(b []byte, i Instant) []byte { return appendAvroLong(b, int64(i)) }

// appendAvroItems writes an array or a map: one block, and the empty one that ends it.
func appendAvroItems(b []byte, n int, item func(b []byte, i int) []byte) []byte {
	if n > 0 {
		b = appendAvroLong(b, int64(n))
		for i := range n {
			b = item(b, i)
		}
	}
	return appendAvroLong(b, 0)
}

// The branches of the union that a dynamic value is.
const (
	branchNull = iota
	branchBool
	branchLong
	branchDouble
	branchText
	branchList
	branchJSON     // where a value may be a list
	itemJSON   = 5 // of an item, which may not
)

// appendAvroValue writes a value that may be anything.
func appendAvroValue(b []byte, v Value) []byte {
	if v.Kind() == List {
		items := v.Items()
		return appendAvroItems(appendAvroLong(b, branchList), len(items), func(b []byte, i int) []byte { return appendAvroScalar(b, items[i], itemJSON) })
	}
	return appendAvroScalar(b, v, branchJSON)
}

// appendAvroScalar writes a value that is no list; others under the branch of Json.
func appendAvroScalar(b []byte, v Value, json int64) []byte {
	switch v.Kind() {
	case Bool:
		if v.Truth() {
			return append(appendAvroLong(b, branchBool), 1)
		}
		return append(appendAvroLong(b, branchBool), 0)
	case Int:
		return appendAvroLong(appendAvroLong(b, branchLong), v.Int())
	case Double:
		if d, _ := v.Number(); !math.IsNaN(d) && !math.IsInf(d, 0) {
			return appendAvroDouble(appendAvroLong(b, branchDouble), d)
		}
	case String:
		return appendAvroText(appendAvroLong(b, branchText), v.Text())
	case Span:
		if d := v.Span(); d != Forever && d != -Forever {
			return appendAvroDouble(appendAvroLong(b, branchDouble), d.Seconds())
		}
	case Time:
		if at := v.Instant(); at >= minWritable && at <= maxWritable {
			return appendAvroText(appendAvroLong(b, branchText), at.String())
		}
	case List, Map:
		return appendAvroText(appendAvroLong(b, json), string(v.AppendJSON(nil)))
	}
	return appendAvroLong(b, branchNull)
}
