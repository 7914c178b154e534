package schemas

import (
	"encoding/binary"
	"math/bits"
	"strings"
	"unicode/utf8"
)

// str steps over a string and is its content, with escapes if escaped.
func (s *jsonScanner) str() (content []byte, escaped bool) {
	if s.peek() != '"' {
		s.fail()
		return nil, false
	}
	t, i := s.text, s.pos+1
	for {
		if i+8 <= len(t) {
			stops := stopBytes(binary.LittleEndian.Uint64(t[i:]))
			if stops == 0 {
				i += 8
				continue
			}
			i += bits.TrailingZeros64(stops) / 8
		}
		if i == len(t) {
			break
		}
		size := 0
		switch c := t[i]; {
		case c == '"':
			content, s.pos = t[s.pos+1:i], i+1
			return content, escaped
		case c == '\\':
			escaped = true
			size = escape(t[i:])
		case ' ' <= c && c < utf8.RuneSelf:
			size = 1
		case c >= utf8.RuneSelf:
			if r, n := utf8.DecodeRune(t[i:]); r != utf8.RuneError || n > 1 {
				size = n
			}
		}
		if size == 0 {
			break
		}
		i += size
	}
	s.fail()
	return nil, false
}

// stopBytes has the high bit set of the first byte in x, from its low end, that is a quote, a backslash, a control or no
// ASCII. Bits behind that one mean nothing: a subtraction may have borrowed from them.
func stopBytes(x uint64) uint64 {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	return ((x - ones*' ') | ((x ^ ones*'"') - ones) | ((x ^ ones*'\\') - ones) | x) & high
}

// escape is the length of the escape sequence t begins with, 0 if it is none.
func escape(t []byte) int {
	if len(t) < 2 {
		return 0
	}
	if t[1] != 'u' {
		if strings.IndexByte(`"\/bfnrt`, t[1]) < 0 {
			return 0
		}
		return 2
	}
	switch unit := hex4(t); {
	case unit < 0 || unit >= 0xDC00 && unit < 0xE000:
		return 0
	case unit < 0xD800 || unit >= 0xE000:
		return 6
	}
	if low := hex4(t[6:]); low < 0xDC00 || low >= 0xE000 {
		return 0
	}
	return 12
}

// hex4 is the number of a \uXXXX, -1 if t begins with none.
func hex4(t []byte) (unit int) {
	if len(t) < 6 || t[0] != '\\' || t[1] != 'u' {
		return -1
	}
	for _, c := range t[2:6] {
		switch {
		case c-'0' <= 9:
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return -1
		}
		unit = unit<<4 | int(c)
	}
	return unit
}
