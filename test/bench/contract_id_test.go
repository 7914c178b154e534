package bench

import "encoding/binary"

// packed is a UUID in its usual small letters as a number of 128 bits; ok is false for any other text.
func packed(id string) (hi, lo uint64, ok bool) {
	if len(id) != 36 || id[8] != '-' || id[13] != '-' || id[18] != '-' || id[23] != '-' {
		return 0, 0, false
	}
	a, ok1 := digits(eight(id))
	b, ok2 := digits(four(id[9:])<<32 | four(id[14:]))
	c, ok3 := digits(four(id[19:])<<32 | four(id[24:]))
	d, ok4 := digits(eight(id[28:]))
	return a<<32 | b, c<<32 | d, ok1 && ok2 && ok3 && ok4
}

func four(s string) uint64 {
	_ = s[3]
	return uint64(s[0])<<24 | uint64(s[1])<<16 | uint64(s[2])<<8 | uint64(s[3])
}

func eight(s string) uint64 { return four(s)<<32 | four(s[4:]) }

// digits are eight hexadecimal digits in small letters, all at once.
func digits(x uint64) (n uint64, ok bool) {
	const each = 0x0101010101010101
	n = x&(0x0F*each) + 9*(x>>6&each)
	letters := (n + 6*each) >> 4 & each
	ok = n&(0xF0*each) == 0 && n+0x30*each+39*letters == x
	n = (n | n>>4) & 0x00FF00FF00FF00FF
	n = (n | n>>8) & 0x0000FFFF0000FFFF
	return (n | n>>16) & 0xFFFFFFFF, ok
}

// idOf is the id as it was.
func (p *shopper) idOf(s *seen) string {
	if s.text {
		return p.texts[s.hi]
	}
	var text [36]byte
	s.write(text[:])
	return string(text[:])
}

// idsOf are the ids of two events, UUIDs in one text: one allocation costs less than two.
func (p *shopper) idsOf(a, b *seen) (first, second string) {
	if a.text || b.text {
		return p.idOf(a), p.idOf(b)
	}
	if a.hi == b.hi && a.lo == b.lo {
		first = p.idOf(a)
		return first, first
	}
	var text [72]byte
	a.write(text[:36])
	b.write(text[36:])
	both := string(text[:])
	return both[:36], both[36:]
}

// write writes a UUID.
func (s *seen) write(text []byte) {
	_ = text[35]
	spell(text[0:], s.hi>>32)
	spell(text[28:], s.lo)
	var middle [16]byte
	spell(middle[:], s.hi)
	spell(middle[8:], s.lo>>32)
	copy(text[9:], middle[0:4])
	copy(text[14:], middle[4:8])
	copy(text[19:], middle[8:12])
	copy(text[24:], middle[12:16])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
}

// spell writes 32 bits as eight digits.
func spell(text []byte, n uint64) {
	const each = 0x0101010101010101
	n &= 0xFFFFFFFF
	n = (n | n<<16) & 0x0000FFFF0000FFFF
	n = (n | n<<8) & 0x00FF00FF00FF00FF
	n = (n | n<<4) & (0x0F * each)
	letters := (n + 6*each) >> 4 & each
	binary.BigEndian.PutUint64(text, n+0x30*each+39*letters)
}
