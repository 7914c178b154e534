package schemas

import (
	"encoding/binary"
	"math"
)

// avroInput is the bytes of one record on the way through a decoder.
type avroInput struct {
	b      []byte
	texts  interner
	budget int // of values that may still be built: a few bytes can say that a million nulls follow
	depth  int
	fault  string
}

// failed is a position behind every text: a fault stays one through every further step.
const failed = 1 << 62

const maxAvroNesting = 1000

func (in *avroInput) fail(why string) int {
	if in.fault == "" {
		in.fault = why
	}
	return failed
}

// varint reads a zig-zag number.
func varint(b []byte, pos int) (int64, int) {
	if uint(pos) < uint(len(b)) && b[pos] < 0x80 {
		return int64(b[pos]>>1) ^ -int64(b[pos]&1), pos + 1
	}
	return longVarint(b, pos)
}

func longVarint(b []byte, pos int) (int64, int) {
	if pos < len(b) {
		if n, size := binary.Uvarint(b[pos:]); size > 0 {
			return int64(n>>1) ^ -int64(n&1), pos + size
		}
	}
	return 0, failed
}

// span is the end of a text or of bytes that begin with their length, and where they begin.
func span(b []byte, pos int) (from, end int) {
	n, from := varint(b, pos)
	end = from + int(n)
	if n < 0 || end > len(b) || end < from {
		return failed, failed
	}
	return from, end
}

// value reads a value whole.
func (in *avroInput) value(t *avroType, pos int) (Value, int) {
	b := in.b
	if in.budget--; in.budget < 0 {
		return Error, in.fail("it holds more values than its bytes")
	}
	switch t.kind {
	case avroNull:
		return NullValue, pos
	case avroBoolean:
		if pos < len(b) && b[pos] <= 1 {
			return BoolValue(b[pos] == 1), pos + 1
		}
		return Error, failed
	case avroInt:
		n, pos := varint(b, pos)
		return t.intValue(n), pos
	case avroFloat:
		if pos > len(b)-4 {
			return Error, failed
		}
		return DoubleValue(float64(math.Float32frombits(binary.LittleEndian.Uint32(b[pos:])))), pos + 4
	case avroDouble:
		if pos > len(b)-8 {
			return Error, failed
		}
		return DoubleValue(math.Float64frombits(binary.LittleEndian.Uint64(b[pos:]))), pos + 8
	case avroString, avroBytes:
		from, end := span(b, pos)
		if end == failed {
			return Error, failed
		}
		if t.kind == avroString || t.logical == toText {
			return in.text(b[from:end], end)
		}
		return t.bytesValue(b[from:end]), end
	case avroFixed:
		end := pos + t.size
		if end > len(b) {
			return Error, failed
		}
		return t.bytesValue(b[pos:end]), end
	case avroEnum:
		n, pos := varint(b, pos)
		if pos == failed {
			return Error, failed
		}
		if uint64(n) >= uint64(len(t.symbols)) || t.symbols[n] == "" {
			return Error, in.fail("an enum has a symbol that its schema does not know")
		}
		return StringValue(t.symbols[n]), pos
	}
	if in.depth++; in.depth > maxAvroNesting {
		return Error, in.fail("values lie within each other too deep")
	}
	v, pos := in.nested(t, pos)
	in.depth--
	return v, pos
}

func (in *avroInput) text(b []byte, end int) (Value, int) {
	text, ok := in.texts.valid(b)
	if !ok {
		return Error, in.fail("a string is no UTF-8")
	}
	return StringValue(text), end
}

func (in *avroInput) nested(t *avroType, pos int) (Value, int) {
	switch t.kind {
	case avroUnion:
		n, pos := varint(in.b, pos)
		if pos == failed {
			return Error, failed
		}
		if uint64(n) >= uint64(len(t.of)) {
			return Error, in.fail(badBranch)
		}
		return in.value(t.of[n], pos)
	case avroRecord:
		items := make([]Value, len(t.keys))
		var v Value
		for i := range t.fields {
			if to := t.order[i]; to >= 0 {
				v, pos = in.value(t.fields[i].of, pos)
				items[to] = v
			} else {
				pos = in.skip(t.fields[i].of, pos)
			}
		}
		for i, d := range t.defaults {
			items[t.order[len(t.fields)+i]] = d.byDefault
		}
		return Value{kind: Map, tree: &tree{keys: t.keys, items: items}}, pos
	case avroArray:
		var items []Value
		pos = in.blocks(pos, func(pos int) int {
			v, pos := in.value(t.of[0], pos)
			items = append(items, v)
			return pos
		})
		return ListValue(items), pos
	case avroMap:
		var keys []string
		var items []Value
		pos = in.blocks(pos, func(pos int) int {
			from, end := span(in.b, pos)
			if end == failed {
				return failed
			}
			key, pos := in.text(in.b[from:end], end)
			v, pos := in.value(t.of[0], pos)
			keys, items = append(keys, key.text), append(items, v)
			return pos
		})
		return MapValue(keys, items), pos
	}
	return Error, in.fail("a value does not fit the reader's schema")
}

// blocks calls item for each item of an array or a map.
func (in *avroInput) blocks(pos int, item func(pos int) int) int {
	for {
		n, next := varint(in.b, pos)
		pos = next
		end := -1
		if n < 0 { // then the size of the block follows
			var size int64
			n = -n
			size, pos = varint(in.b, pos)
			if end = pos + int(size); n < 0 || size < 0 || end > len(in.b) || end < pos {
				return failed
			}
		}
		if n == 0 || pos == failed {
			return pos
		}
		for range n {
			if pos = item(pos); pos > len(in.b) || in.budget < 0 {
				return failed
			}
		}
		if end >= 0 && end != pos { // who steps over it goes by the size
			return in.fail("a block has another size than it says")
		}
	}
}
