package schemas

// skip steps over a value without building it.
func (in *avroInput) skip(t *avroType, pos int) int {
	b := in.b
	switch t.kind {
	case avroNull:
		return pos
	case avroBoolean:
		return fixed(b, pos, 1)
	case avroInt, avroEnum:
		_, pos = varint(b, pos)
		return pos
	case avroFloat:
		return fixed(b, pos, 4)
	case avroDouble:
		return fixed(b, pos, 8)
	case avroString, avroBytes:
		_, end := span(b, pos)
		return end
	case avroFixed:
		return fixed(b, pos, t.size)
	}
	if in.depth++; in.depth > maxAvroNesting {
		return in.fail("values lie within each other too deep")
	}
	switch t.kind {
	case avroUnion:
		n, next := varint(b, pos)
		if pos = next; pos == failed {
			return failed
		}
		if uint64(n) >= uint64(len(t.of)) {
			return in.fail(badBranch)
		}
		pos = in.skip(t.of[n], pos)
	case avroRecord:
		for i := range t.fields {
			if pos = in.skip(t.fields[i].of, pos); pos == failed {
				break
			}
		}
	case avroArray, avroMap:
		pos = in.skipBlocks(t, pos)
	default:
		pos = in.skip(t.of[0], pos)
	}
	in.depth--
	return pos
}

func fixed(b []byte, pos, size int) int {
	if pos += size; pos > len(b) {
		return failed
	}
	return pos
}

// skipBlocks steps over an array or a map; a block that says its size is passed in one step.
func (in *avroInput) skipBlocks(t *avroType, pos int) int {
	b := in.b
	of := t.of[0]
	texts := of.kind == avroString || of.kind == avroBytes
	for {
		n, next := varint(b, pos)
		pos = next
		if n < 0 {
			size, next := varint(b, pos)
			if pos = next + int(size); -n < 0 || size < 0 || pos > len(b) || pos < next {
				return failed
			}
			continue
		}
		if n == 0 || pos == failed {
			return pos
		}
		if t.kind == avroArray && of.empty(0) {
			continue // as many as it likes: they take no bytes
		}
		if texts {
			if t.kind == avroMap {
				if n *= 2; n < 0 {
					return failed
				}
			}
			if pos = skipTexts(b, pos, n); pos == failed {
				return failed
			}
			continue
		}
		for range n {
			if t.kind == avroMap {
				_, pos = span(b, pos)
			}
			if pos = in.skip(of, pos); pos > len(b) {
				return failed
			}
		}
	}
}

// skipTexts steps over n strings, of which most are short.
func skipTexts(b []byte, pos int, n int64) int {
	for ; n > 0; n-- {
		if uint(pos) >= uint(len(b)) {
			return failed
		}
		if c := b[pos]; c&0x81 == 0 { // one byte of length, not negative
			pos += 1 + int(c>>1)
			continue
		}
		_, pos = span(b, pos)
	}
	return pos
}

// empty is whether a value of the type takes no bytes.
func (t *avroType) empty(depth int) bool {
	switch t.kind {
	case avroNull:
		return true
	case avroFixed:
		return t.size == 0
	case avroRecord:
		for _, f := range t.fields {
			if depth > maxAvroDepth || !f.of.empty(depth+1) {
				return false
			}
		}
		return true
	case avroNever:
		return t.of[0].empty(depth + 1)
	}
	return false
}
