package partition

import (
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/schemas"
)

// room is where the bytes of records to publish lie, many behind each other. What it gave stays as it is; a piece of it is
// freed with the last record in it.
type room struct {
	bytes   []byte
	records []kgo.Record
	heads   []kgo.RecordHeader
}

const (
	roomBytes   = 64 << 10
	roomRecords = 64
)

// begin is where the next bytes go.
func (r *room) begin() int {
	if cap(r.bytes)-len(r.bytes) < 1<<10 {
		r.bytes = make([]byte, 0, roomBytes)
	}
	return len(r.bytes)
}

// since is what was appended from a place on.
func (r *room) since(at int) []byte { return r.bytes[at:len(r.bytes):len(r.bytes)] }

func (r *room) text(s string) []byte {
	at := r.begin()
	r.bytes = append(r.bytes, s...)
	return r.since(at)
}

// data is a message's data; nil if it has none.
func (r *room) data(values values, name string, m schemas.Message) []byte {
	at := r.begin()
	r.bytes = values.Append(r.bytes, name, m)
	if len(r.bytes) == at {
		return nil
	}
	return r.since(at)
}

func (r *room) id(name string, m schemas.Message) []byte {
	at := r.begin()
	r.bytes = schemas.AppendMessageID(r.bytes, name, m)
	return r.since(at)
}

func (r *room) instant(i schemas.Instant) []byte {
	at := r.begin()
	r.bytes, _ = i.AppendText(r.bytes) // it has no errors
	return r.since(at)
}

func (r *room) record(topic string) *kgo.Record {
	if len(r.records) == cap(r.records) {
		r.records = make([]kgo.Record, 0, roomRecords)
	}
	r.records = append(r.records, kgo.Record{Topic: topic})
	return &r.records[len(r.records)-1]
}

// headers is room for so many headers.
func (r *room) headers(n int) []kgo.RecordHeader {
	if cap(r.heads)-len(r.heads) < n {
		r.heads = make([]kgo.RecordHeader, 0, roomRecords*n)
	}
	at := len(r.heads)
	r.heads = r.heads[:at+n]
	return r.heads[at : at : at+n]
}
