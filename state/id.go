package state

import "encoding/binary"

const uuidLen = 36 // 8-4-4-4-12 hexadecimal digits

// appendID writes the id of an event: a UUID in its usual small letters as 0 and its 16 bytes, any other text as 1 + its
// length and itself. Ids are most of what is remembered of recent events.
func appendID(b []byte, id string) []byte {
	if len(id) == uuidLen {
		if hi, lo, ok := packUUID(id); ok {
			return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(append(b, 0), hi), lo)
		}
	}
	return append(appendUint(b, uint64(len(id))+1), id...)
}

// id reads what appendID wrote.
func (r *Reader) id() string {
	n := r.uint()
	if n == 0 {
		n = 16 + 1
		if len(r.rest) >= 16 {
			id := unpackUUID([16]byte(r.rest))
			r.rest = r.rest[16:]
			return id
		}
	}
	if n-1 > uint64(len(r.rest)) {
		r.fail()
		return ""
	}
	id := string(r.rest[:n-1])
	r.rest = r.rest[n-1:]
	return id
}

// appendIDText reads what appendID wrote, and appends the id.
func (r *Reader) appendIDText(b []byte) []byte {
	if len(r.rest) > 16 && r.rest[0] == 0 {
		var text [uuidLen]byte
		putUUID(&text, [16]byte(r.rest[1:]))
		r.rest = r.rest[17:]
		return append(b, text[:]...)
	}
	return append(b, r.id()...)
}

func (r *Reader) skipID() {
	n := r.uint()
	if n == 0 {
		n = 16 + 1
	}
	if n-1 > uint64(len(r.rest)) {
		r.fail()
		return
	}
	r.rest = r.rest[n-1:]
}

// places are where the 16 bytes of a UUID begin in its text.
var places = [16]int{0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34}

func packUUID(id string) (hi, lo uint64, ok bool) {
	if id[8] != '-' || id[13] != '-' || id[18] != '-' || id[23] != '-' {
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

// digits are eight hexadecimal digits in small letters, a byte each, all at once.
func digits(x uint64) (n uint64, ok bool) {
	const each = 0x0101010101010101
	n = x&(0x0F*each) + 9*(x>>6&each)
	letters := (n + 6*each) >> 4 & each
	ok = n&(0xF0*each) == 0 && n+0x30*each+39*letters == x
	n = (n | n>>4) & 0x00FF00FF00FF00FF
	n = (n | n>>8) & 0x0000FFFF0000FFFF
	return (n | n>>16) & 0xFFFFFFFF, ok
}

func unpackUUID(packed [16]byte) string {
	var text [uuidLen]byte
	putUUID(&text, packed)
	return string(text[:])
}

func putUUID(text *[uuidLen]byte, packed [16]byte) {
	const hex = "0123456789abcdef"
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	for i, at := range places {
		text[at], text[at+1] = hex[packed[i]>>4], hex[packed[i]&15]
	}
}
