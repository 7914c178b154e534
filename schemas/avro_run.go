package schemas

import (
	"encoding/binary"
	"math"
	"slices"
	"unicode/utf8"
	"unsafe"
)

// run does the steps and is where they end. A position beyond the bytes is a fault that shows at the next step, or at
// the end.
func (in *avroInput) run(steps []avroStep, pos int, values []Value) int {
	b := in.b
	for i := range steps {
		s := &steps[i]
		if s.maybe {
			if uint(pos) >= uint(len(b)) {
				return failed
			}
			branch := b[pos]
			if pos++; branch >= 0x80 { // a number of one byte, written with more
				var n int64
				if n, pos = longVarint(b, pos-1); n == 0 || n == 1 {
					branch = byte(2 * n)
				}
			}
			if branch == s.null {
				if s.slot >= 0 {
					values[s.slot] = NullValue
				}
				continue
			}
			if branch|2 != 2 {
				return in.fail(badBranch)
			}
		}
		if s.code > lendText {
			if pos = in.step(s, pos, values); pos > len(b) {
				return failed
			}
			continue
		}
		var n int64
		if uint(pos) < uint(len(b)) && b[pos] < 0x80 {
			n = int64(b[pos]>>1) ^ -int64(b[pos]&1)
			pos++
		} else if n, pos = longVarint(b, pos); pos == failed {
			return failed
		}
		if s.code <= readInt {
			if s.code == readInt {
				setInt(&values[s.slot], s.typ, n)
			}
			continue
		}
		end := pos + int(n)
		if uint64(n) > uint64(len(b)) || end > len(b) {
			return failed
		}
		switch s.code {
		case readText:
			text, ok := in.texts.valid(b[pos:end])
			if !ok {
				return in.fail(noText)
			}
			values[s.slot] = Value{kind: String, text: text}
		case lendText:
			text := unsafe.String(unsafe.SliceData(b[pos:end]), end-pos)
			if !utf8.ValidString(text) {
				return in.fail(noText)
			}
			values[s.slot] = Value{kind: String, text: text}
		}
		pos = end
	}
	return pos
}

const (
	badBranch = "a union has a branch that its schema does not know"
	noText    = "a string is no UTF-8"
)

func setInt(v *Value, t *avroType, n int64) {
	if t.logical == noLogical {
		*v = Value{kind: Int, bits: uint64(n)}
		return
	}
	*v = t.intValue(n)
}

// step does one that is less frequent.
func (in *avroInput) step(s *avroStep, pos int, values []Value) int {
	b := in.b
	switch s.code {
	case skipDouble:
		return pos + 8
	case readDouble:
		if pos > len(b)-8 {
			return failed
		}
		values[s.slot] = DoubleValue(math.Float64frombits(binary.LittleEndian.Uint64(b[pos:])))
		return pos + 8
	case readValue:
		v, pos := in.value(s.typ, pos)
		if s.slot >= 0 {
			values[s.slot] = v
		} else {
			s.node.assign(v, values)
		}
		return pos
	case setValue:
		values[s.slot] = *s.value
		return pos
	case readUnion:
		n, pos := varint(b, pos)
		if pos == failed {
			return failed
		}
		if uint64(n) >= uint64(len(s.branches)) {
			return in.fail(badBranch)
		}
		return in.run(s.branches[n], pos, values)
	case readMap:
		return in.entries(s, pos, values)
	case readNever:
		return in.fail("a value does not fit the reader's schema")
	}
	return in.skip(s.typ, pos)
}

// entries reads those values of a map that are asked for.
func (in *avroInput) entries(s *avroStep, pos int, values []Value) int {
	return in.blocks(pos, func(pos int) int {
		from, end := span(in.b, pos)
		if end == failed {
			return failed
		}
		child := s.node.find(in.b[from:end])
		if child == nil {
			return in.skip(s.typ.of[0], end)
		}
		return in.run(s.branches[slices.Index(s.node.next, child)], end, values)
	})
}
