package schemas

// Record is one Kafka record, as far as decoders look at it. What it points to must stay as it is until its events have
// been used.
type Record struct {
	Origin
	Timestamp  Instant
	Key, Value []byte // nil: null
	Headers    []Header
}

// Header is one header of a record; keys may repeat, and the last one counts.
type Header struct {
	Key   string
	Value []byte
}

// Header is the value of the last header with this key.
func (r *Record) Header(key string) (value []byte, found bool) {
	for i := len(r.Headers) - 1; i >= 0; i-- {
		if r.Headers[i].Key == key {
			return r.Headers[i].Value, true
		}
	}
	return nil, false
}

// MaxRecord is the longest value, in bytes, that is decoded; a longer one is a dead letter.
const MaxRecord = 16 << 20

// Reader decodes the messages of one source's records, which a mapping calls msg: of each, the values at the paths of
// the Reading it was made for, and no more. It belongs to one goroutine. Errors are of type *Unusable.
type Reader interface {
	// Open begins a record and says how many messages it holds; most formats have one in each.
	Open(r *Record) (messages int, err error)
	// Read sets values to those of message i, in the order of the paths. Each is as Value.Path finds it in the whole message.
	Read(i int, values []Value) error
	// Body is message i as bytes, and the Form that reads them, nil for JSON.
	Body(i int) ([]byte, Form)
}

// Reading is what is read of each message.
type Reading struct {
	Paths Projection
	Modes []Mode // as many as Paths
}

// Mode is how a value is read.
type Mode uint8

// The modes.
const (
	Kept  Mode = iota // whole; texts are interned, as those of categories repeat
	Lent              // a text may point into the record, and is valid as long as it is: for ids, which do not repeat
	Shape             // only its kind matters
)

// Add makes the Reading read a path more, and gives its number.
func (r *Reading) Add(path []string, mode Mode) int {
	r.Paths, r.Modes = append(r.Paths, path), append(r.Modes, mode)
	return len(r.Paths) - 1
}

// Attributes says where in a message a format itself has the parts of an event; nil: nowhere.
type Attributes struct{ ID, Source, Subject, Time, Type, Data []string }

// eventAttributes are those of the event of SPEC section 2.
var eventAttributes = Attributes{
	ID: []string{"id"}, Source: []string{"source"}, Subject: []string{"subject"}, Time: []string{"time"}, Type: []string{"type"}, Data: []string{"data"},
}
