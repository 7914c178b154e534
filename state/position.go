package state

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/ebbstream/ebb/schemas"
)

// A Position is where one task stands: everything it needs to go on as if it had never stopped. It
// is stored with the profiles it belongs to, in one write, and at the end of each transaction.
type Position struct {
	Inputs    []Input         // every input partition the task reads
	Changelog int64           // the next offset of its changelog partition
	Watermark schemas.Instant // how far its event time has come; Earliest: nowhere
}

// An Input is where a task stands in one input partition.
type Input struct {
	Topic     string
	Partition int32
	Next      int64           // the next offset to read
	Folded    int64           // how many events of the record there are folded: a record may hold several
	Clock     schemas.Instant // the greatest event time met; Earliest: none
}

// positionV1 is the first byte of a Position: version 1. Then, all as varints: the count of inputs,
// and for each its topic's length, topic, partition, next offset, events folded there and clock; the changelog offset; the watermark.
const positionV1 = 1

// AppendBinary appends the bytes of p, which do not depend on the order of its inputs.
func (p Position) AppendBinary(b []byte) []byte {
	inputs := p.Inputs
	if !slices.IsSortedFunc(inputs, Input.compare) {
		inputs = slices.SortedFunc(slices.Values(inputs), Input.compare)
	}
	b = append(b, positionV1)
	b = binary.AppendUvarint(b, uint64(len(inputs)))
	for _, in := range inputs {
		b = binary.AppendUvarint(b, uint64(len(in.Topic)))
		b = append(b, in.Topic...)
		b = binary.AppendVarint(b, int64(in.Partition))
		b = binary.AppendVarint(b, in.Next)
		b = binary.AppendVarint(b, in.Folded)
		b = binary.AppendVarint(b, int64(in.Clock))
	}
	b = binary.AppendVarint(b, p.Changelog)
	return binary.AppendVarint(b, int64(p.Watermark))
}

// In is where a position stands in an input partition, if it says so.
func (p Position) In(topic string, partition int32) (in Input, found bool) {
	i := slices.IndexFunc(p.Inputs, func(in Input) bool { return in.Topic == topic && in.Partition == partition })
	if i < 0 {
		return Input{}, false
	}
	return p.Inputs[i], true
}

func (in Input) compare(other Input) int {
	return cmp.Or(cmp.Compare(in.Topic, other.Topic), cmp.Compare(in.Partition, other.Partition))
}

// DecodePosition reads the bytes of AppendBinary, and accepts no others: a position that is not
// exactly what was written must not decide where to go on.
func DecodePosition(b []byte) (Position, error) {
	if len(b) == 0 {
		return Position{}, errors.New("decoding position: no bytes")
	}
	if b[0] != positionV1 {
		return Position{}, fmt.Errorf("decoding position: version %d is not known", b[0])
	}
	r := positionReader{rest: b[1:]}
	var p Position
	for n := r.uvarint(); n > 0 && !r.truncated; n-- {
		p.Inputs = append(p.Inputs, Input{Topic: r.string(), Partition: int32(r.varint()), Next: r.varint(), Folded: r.varint(), Clock: schemas.Instant(r.varint())})
	}
	p.Changelog = r.varint()
	p.Watermark = schemas.Instant(r.varint())
	switch {
	case r.truncated:
		return Position{}, errors.New("decoding position: truncated")
	case len(r.rest) > 0:
		return Position{}, fmt.Errorf("decoding position: %d bytes left over", len(r.rest))
	case !p.distinct():
		return Position{}, errors.New("decoding position: an input occurs twice")
	case !bytes.Equal(p.AppendBinary(make([]byte, 0, len(b))), b):
		return Position{}, errors.New("decoding position: not in canonical form")
	}
	return p, nil
}

// distinct tells whether every input of p, in sorted order, differs from the one before it.
func (p Position) distinct() bool {
	for i := 1; i < len(p.Inputs); i++ {
		if p.Inputs[i-1].compare(p.Inputs[i]) == 0 {
			return false
		}
	}
	return true
}

// A positionReader takes fields off the front of rest; once truncated, it yields zeros.
type positionReader struct {
	rest      []byte
	truncated bool
}

func (r *positionReader) uvarint() uint64 {
	v, n := binary.Uvarint(r.rest)
	r.skip(n)
	return v
}

func (r *positionReader) varint() int64 {
	v, n := binary.Varint(r.rest)
	r.skip(n)
	return v
}

func (r *positionReader) string() string {
	n := r.uvarint()
	if n > uint64(len(r.rest)) {
		r.truncated = true
		return ""
	}
	s := string(r.rest[:n])
	r.rest = r.rest[n:]
	return s
}

func (r *positionReader) skip(n int) {
	if n <= 0 {
		r.truncated, r.rest = true, nil
		return
	}
	r.rest = r.rest[n:]
}
