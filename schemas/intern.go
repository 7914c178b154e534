package schemas

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

const (
	internSlots = 1024
	internBytes = 32 // longer texts are hardly ever repeated
)

// interner makes strings of bytes, and gives out the same string again where it has it: event types and categories
// repeat a million times. It is bounded: a new text takes the place of the one that had its slot. The zero interner
// remembers nothing.
type interner struct{ slots []string }

func newInterner() interner { return interner{slots: make([]string, internSlots)} }

func (t *interner) text(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if len(b) > internBytes || t.slots == nil {
		return string(b)
	}
	slot := &t.slots[internHash(b)%internSlots]
	if *slot != string(b) {
		*slot = string(b)
	}
	return *slot
}

// valid is text, unless it is no UTF-8. What is known already has been looked at before.
func (t *interner) valid(b []byte) (string, bool) {
	if len(b) == 0 {
		return "", true
	}
	if len(b) > internBytes || t.slots == nil {
		return string(b), utf8.Valid(b)
	}
	slot := &t.slots[internHash(b)%internSlots]
	if *slot != string(b) {
		if !utf8.Valid(b) {
			return "", false
		}
		*slot = string(b)
	}
	return *slot, true
}

// internHash mixes the length and the first and last eight bytes, where short names differ.
func internHash(b []byte) uint64 {
	var first, last uint64
	switch n := len(b); {
	case n >= 8:
		first, last = binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[n-8:])
	case n >= 4:
		first, last = uint64(binary.LittleEndian.Uint32(b)), uint64(binary.LittleEndian.Uint32(b[n-4:]))
	default:
		first, last = uint64(b[0])|uint64(b[n/2])<<8, uint64(b[n-1])
	}
	hi, lo := bits.Mul64(first^0x9e3779b97f4a7c15, last^0xbf58476d1ce4e5b9^uint64(len(b)))
	return hi ^ lo
}
