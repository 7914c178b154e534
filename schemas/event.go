package schemas

import "strings"

// The reserved types (SPEC section 2). They move the profile's clock, make no session, and count only under their exact name.
const (
	TypeTraits   = "ebb.traits"
	TypeContext  = "ebb.context"
	TypeConsent  = "ebb.consent"
	TypeIdentify = "ebb.identify"
	TypeErase    = "ebb.erase"
	TypeFeedback = "ebb.feedback"
)

// Reserved is whether typ belongs to ebb itself.
func Reserved(typ string) bool {
	if !strings.HasPrefix(typ, "ebb.") {
		return false
	}
	switch typ {
	case TypeTraits, TypeContext, TypeConsent, TypeIdentify, TypeErase, TypeFeedback:
		return true
	}
	return false
}

// Event is one thing that happened to one profile: a CloudEvents 1.0 event, of which only what a plan reads is decoded.
//
// A decoder fills one Event again and again. ID, Source, Subject, Type and the texts inside Fields and Payload may be
// kept; the bytes of Data and the slice Fields are valid only until the next event is decoded into it.
type Event struct {
	Time    Instant
	Fields  []Value // the data fields of the Projection, in its order; absent ones are Missing or Error
	Payload Value   // the whole data of a reserved event; Missing for any other
	ID      string
	Source  string
	Type    string
	Subject string // the profile id
	Data    []byte // the JSON object, as it came; {} when there was none. With a Form, bytes that it reads
	Form    Form   // nil: Data is JSON
	Origin  Origin
}

// Form reads data that came in another encoding than JSON. Most events are never shown whole: so Data keeps its own
// encoding until it is. A Form holds no state of a record, and may be shared.
type Form interface {
	// Value is the object that data stands for.
	Value(data []byte) Value
}

// AppendData writes the data as a JSON object.
func (e *Event) AppendData(b []byte) []byte {
	if e.Form == nil {
		return append(b, e.Data...)
	}
	return e.Form.Value(e.Data).AppendJSON(b)
}

// Origin is the Kafka record an event came from. From a file Topic is empty.
type Origin struct {
	Topic     string
	Partition int32
	Offset    int64
}

// Before is the order of events: by time, then source, then id, bytewise.
func (e *Event) Before(o *Event) bool {
	if e.Time != o.Time {
		return e.Time < o.Time
	}
	if e.Source != o.Source {
		return e.Source < o.Source
	}
	return e.ID < o.ID
}

// Projection names the data fields that a plan reads, each as a path of keys: ["cart", "total"] for data.cart.total. The
// empty path is the whole object.
type Projection [][]string
