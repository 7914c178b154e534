package state

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"

	"github.com/ebbstream/ebb/schemas"
)

// ErrCorrupt is what decoding gives for bytes that no profile has.
var ErrCorrupt = errors.New("corrupt profile bytes")

func appendUint(b []byte, v uint64) []byte { return binary.AppendUvarint(b, v) }

// setUint writes v where one byte was left for it, and makes room if it needs more.
func setUint(b []byte, at int, v uint64) []byte {
	if v < 0x80 {
		b[at] = byte(v)
		return b
	}
	var text [binary.MaxVarintLen64]byte
	n := binary.PutUvarint(text[:], v)
	end := len(b)
	b = append(b, text[1:n]...) // as many as it is to grow by
	copy(b[at+n:], b[at+1:end])
	copy(b[at:], text[:n])
	return b
}

func appendInt(b []byte, v int64) []byte { return binary.AppendVarint(b, v) }
func appendFloat(b []byte, v float64) []byte {
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
}
func appendText(b []byte, s string) []byte { return append(appendUint(b, uint64(len(s))), s...) }

// Reader takes encoded parts off the front of bytes. After a fault every part reads as zero and Err says so.
type Reader struct {
	rest  []byte
	names []string // of the layout the bytes were written under
	to    []int    // their numbers today; nil: the same
	bad   bool

	trusted bool // the bytes were written by this very program as it runs, so that what takes long needs not be checked
}

// Err is ErrCorrupt if anything read so far was malformed.
func (r *Reader) Err() error {
	if r.bad {
		return ErrCorrupt
	}
	return nil
}

func (r *Reader) fail() { r.bad, r.rest = true, nil }

func (r *Reader) uint() uint64 {
	if len(r.rest) > 0 && r.rest[0] < 0x80 {
		v := r.rest[0]
		r.rest = r.rest[1:]
		return uint64(v)
	}
	v, n := binary.Uvarint(r.rest)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *Reader) int() int64 {
	u := r.uint()
	return int64(u>>1) ^ -int64(u&1)
}

// count reads the number of elements that follow, each of at least size bytes, so that a corrupt number allocates nothing.
func (r *Reader) count(size int) int { return r.limit(r.uint(), size) }

// limit is a number of elements as count has it.
func (r *Reader) limit(n uint64, size int) int {
	if n > uint64(len(r.rest)/size) {
		r.fail()
		return 0
	}
	return int(n)
}

func (r *Reader) float() float64 { return math.Float64frombits(r.fixed()) }

func (r *Reader) fixed() uint64 {
	if len(r.rest) < 8 {
		r.fail()
		return 0
	}
	v := binary.LittleEndian.Uint64(r.rest)
	r.rest = r.rest[8:]
	return v
}

func (r *Reader) byte() byte {
	if len(r.rest) == 0 {
		r.fail()
		return 0
	}
	v := r.rest[0]
	r.rest = r.rest[1:]
	return v
}

func (r *Reader) bytes() []byte {
	n := r.uint()
	if n > uint64(len(r.rest)) {
		r.fail()
		return nil
	}
	v := r.rest[:n]
	r.rest = r.rest[n:]
	return v
}

func (r *Reader) text() string { return string(r.bytes()) }

// emptied is a map without entries, for n of them. One that had far more is left alone, as to clear it takes as long as it is large.
func emptied[K comparable, V any](m map[K]V, n int) map[K]V {
	if m == nil || len(m) > 4*n+16 {
		return make(map[K]V, n)
	}
	clear(m)
	return m
}

// appendInstants writes ascending instants as differences.
func appendInstants(b []byte, times []schemas.Instant) []byte {
	b = appendUint(b, uint64(len(times)))
	last := schemas.Instant(0)
	for _, t := range times {
		b = appendInt(b, int64(t-last))
		last = t
	}
	return b
}

func (r *Reader) instants(into []schemas.Instant) []schemas.Instant {
	n := r.count(1)
	into = slices.Grow(into, n)
	last := schemas.Instant(0)
	for range n {
		last += schemas.Instant(r.int())
		into = append(into, last)
	}
	return into
}

// appendValue writes a value with its kind; kinds are numbered by schemas and never renumbered.
func appendValue(b []byte, v schemas.Value) []byte {
	b = append(b, byte(v.Kind()))
	switch v.Kind() {
	case schemas.Bool:
		if v.Truth() {
			return append(b, 1)
		}
		return append(b, 0)
	case schemas.Int:
		return appendInt(b, v.Int())
	case schemas.Double:
		n, _ := v.Number()
		return appendFloat(b, n)
	case schemas.String:
		return appendText(b, v.Text())
	case schemas.Span:
		return appendInt(b, int64(v.Span()))
	case schemas.Time:
		return appendInt(b, int64(v.Instant()))
	case schemas.List, schemas.Map:
		b = appendUint(b, uint64(len(v.Items())))
		keys := v.Keys()
		for i, item := range v.Items() {
			if v.Kind() == schemas.Map {
				b = appendText(b, keys[i])
			}
			b = appendValue(b, item)
		}
	}
	return b
}

// maxDepth is how deep JSON is decoded at most; values cannot be deeper.
const maxDepth = 10_000

func (r *Reader) value(depth int) schemas.Value {
	switch kind := schemas.Kind(r.byte()); kind {
	case schemas.Missing:
		return schemas.Value{}
	case schemas.Invalid:
		return schemas.Error
	case schemas.Null:
		return schemas.NullValue
	case schemas.Bool:
		return schemas.BoolValue(r.byte() != 0)
	case schemas.Int:
		return schemas.IntValue(r.int())
	case schemas.Double:
		return schemas.DoubleValue(r.float())
	case schemas.String:
		return schemas.StringValue(r.text())
	case schemas.Span:
		return schemas.SpanValue(schemas.Duration(r.int()))
	case schemas.Time:
		return schemas.TimeValue(schemas.Instant(r.int()))
	case schemas.List, schemas.Map:
		if depth == maxDepth {
			break
		}
		n := r.count(1)
		var keys []string
		items := make([]schemas.Value, 0, n)
		for range n {
			if kind == schemas.Map {
				keys = append(keys, r.text())
			}
			items = append(items, r.value(depth+1))
		}
		if kind == schemas.List {
			return schemas.ListValue(items)
		}
		return schemas.MapValue(keys, items)
	}
	r.fail()
	return schemas.Error
}
