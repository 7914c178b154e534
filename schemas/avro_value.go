package schemas

import (
	"encoding/binary"
	"math"
	"math/big"
	"slices"
	"strconv"
	"unicode/utf8"
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

// intValue is what an int or a long means. Finer digits than a millisecond are cut.
func (t *avroType) intValue(n int64) Value {
	switch t.logical {
	case logicalDate:
		return TimeValue(Instant(n * int64(Day)))
	case logicalTimeMillis:
		return SpanValue(Duration(n))
	case logicalTimeMicros:
		return SpanValue(Duration(n / 1000))
	case logicalMillis:
		return TimeValue(Instant(n))
	case logicalMicros:
		return TimeValue(Instant(n / 1000))
	case logicalNanos:
		return TimeValue(Instant(n / 1_000_000))
	case toDouble:
		return DoubleValue(float64(n))
	}
	return IntValue(n)
}

// bytesValue is what bytes mean. Those without a meaning become a text of a character a byte, as in Avro's own JSON.
func (t *avroType) bytesValue(b []byte) Value {
	switch t.logical {
	case logicalDecimal:
		return decimalValue(b, t.scale)
	case logicalUUID:
		return StringValue(uuidText(b))
	case logicalDuration:
		part := func(i int) Value { return IntValue(int64(binary.LittleEndian.Uint32(b[i:]))) }
		return MapValue([]string{"days", "milliseconds", "months"}, []Value{part(4), part(8), part(0)})
	}
	return StringValue(latin1(b))
}

const maxDecimalBytes = 512

// decimalValue is the double nearest to a big-endian two's complement integer divided by 10^scale.
func decimalValue(b []byte, scale int) Value {
	if len(b) > maxDecimalBytes {
		return Error
	}
	if len(b) <= 6 && scale <= 22 { // both exact as doubles, so one division rounds once
		var n int64
		for i, c := range b {
			if i == 0 {
				n = int64(int8(c))
				continue
			}
			n = n<<8 | int64(c)
		}
		return DoubleValue(float64(n) / pow10[scale])
	}
	n := new(big.Int).SetBytes(b)
	if len(b) > 0 && b[0] >= 0x80 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	d, _ := strconv.ParseFloat(n.String()+"e-"+strconv.Itoa(scale), 64)
	if math.IsInf(d, 0) {
		return Error
	}
	return DoubleValue(d)
}

var pow10 = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

func uuidText(b []byte) string {
	const digits = "0123456789abcdef"
	out := make([]byte, 0, 36)
	for i, c := range b {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			out = append(out, '-')
		}
		out = append(out, digits[c>>4], digits[c&15])
	}
	return string(out)
}

func latin1(b []byte) string {
	out := make([]byte, 0, len(b))
	for _, c := range b {
		out = utf8.AppendRune(out, rune(c))
	}
	return string(out)
}

func fromLatin1(s string) []byte {
	var out []byte
	for _, r := range s {
		out = append(out, byte(r))
	}
	return out
}

// prepare sorts the names of all records below t, once: a type may be shared by several goroutines then.
func (t *avroType) prepare() {
	if t.sorted {
		return
	}
	t.sorted = true
	for _, of := range t.of {
		of.prepare()
	}
	all := slices.Concat(t.fields, t.defaults)
	for _, f := range all {
		if f.name != "" {
			t.keys = append(t.keys, f.name)
		}
		if f.of != nil {
			f.of.prepare()
		}
	}
	slices.Sort(t.keys)
	for _, f := range all {
		i, found := slices.BinarySearch(t.keys, f.name)
		if !found {
			i = -1
		}
		t.order = append(t.order, i)
	}
}
