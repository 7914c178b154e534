package state

const uuidLen = 36 // 8-4-4-4-12 hexadecimal digits

// appendID writes the id of an event: a UUID in its usual small letters as 0 and its 16 bytes, any other text as 1 + its
// length and itself. Ids are most of what is remembered of recent events.
func appendID(b []byte, id string) []byte {
	if len(id) == uuidLen {
		if packed, ok := packUUID(id); ok {
			return append(append(b, 0), packed[:]...)
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

// digits gives the value of a small hexadecimal digit, 255 for any other byte.
var digits = func() (d [256]byte) {
	for i := range d {
		d[i] = 255
	}
	for i := range byte(10) {
		d['0'+i] = i
	}
	for i := range byte(6) {
		d['a'+i] = 10 + i
	}
	return d
}()

// places are where the 16 bytes of a UUID begin in its text.
var places = [16]int{0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34}

func packUUID(id string) (packed [16]byte, ok bool) {
	if id[8] != '-' || id[13] != '-' || id[18] != '-' || id[23] != '-' {
		return packed, false
	}
	for i, at := range places {
		hi, lo := digits[id[at]], digits[id[at+1]]
		if hi|lo > 15 {
			return packed, false
		}
		packed[i] = hi<<4 | lo
	}
	return packed, true
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
