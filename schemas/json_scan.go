package schemas

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// jsonScanner walks over one JSON text in place and accepts exactly what jsontext accepts: RFC 8259 with valid UTF-8, no
// lone surrogates, and at most maxDepth levels; equal keys are allowed. A fuzz test holds the two against each other.
//
// A fault is remembered and moves to the end of the text, where every further step finds nothing: so callers look at
// bad once, after the last step.
type jsonScanner struct {
	text  []byte
	pos   int
	depth int
	bad   bool
}

const maxDepth = 10_000

func (s *jsonScanner) reset(text []byte) { *s = jsonScanner{text: text} }

func (s *jsonScanner) fail() {
	s.bad = true
	s.pos = len(s.text)
}

// peek is the first byte of the next token, 0 at the end.
func (s *jsonScanner) peek() byte {
	for s.pos < len(s.text) {
		switch c := s.text[s.pos]; c {
		case ' ', '\n', '\r', '\t':
			s.pos++
		default:
			return c
		}
	}
	return 0
}

// enter goes into the object or array that begins here, which ends with last: is there a first member?
func (s *jsonScanner) enter(last byte) bool {
	s.pos++
	if s.depth++; s.depth > maxDepth {
		s.fail()
		return false
	}
	if s.peek() != last {
		return !s.bad
	}
	return s.leave()
}

// next goes to the next member of the object or array that ends with last, or leaves it.
func (s *jsonScanner) next(last byte) bool {
	switch s.peek() {
	case ',':
		s.pos++
		return true
	case last:
		return s.leave()
	}
	s.fail()
	return false
}

func (s *jsonScanner) leave() bool {
	s.pos++
	s.depth--
	return false
}

// name reads a member's name up to the value, and is its content, with escapes if escaped.
func (s *jsonScanner) name() (content []byte, escaped bool) {
	content, escaped = s.str()
	if s.peek() != ':' {
		s.fail()
		return nil, false
	}
	s.pos++
	return content, escaped
}

// skip steps over the next value and is its text.
func (s *jsonScanner) skip() []byte {
	c := s.peek()
	from := s.pos
	switch c {
	case '"':
		s.str()
	case '{':
		for ok := s.enter('}'); ok; ok = s.next('}') {
			s.name()
			s.skip()
		}
	case '[':
		for ok := s.enter(']'); ok; ok = s.next(']') {
			s.skip()
		}
	case 'n':
		s.literal("null")
	case 't':
		s.literal("true")
	case 'f':
		s.literal("false")
	default:
		s.number()
	}
	return s.text[from:s.pos]
}

func (s *jsonScanner) literal(word string) {
	if !bytes.HasPrefix(s.text[s.pos:], []byte(word)) {
		s.fail()
		return
	}
	s.pos += len(word)
}

// number steps over a number and is its text, and whether it is an integer.
func (s *jsonScanner) number() (raw []byte, integer bool) {
	t, i := s.text, s.pos
	if i < len(t) && t[i] == '-' {
		i++
	}
	end := digits(t, i)
	ok := end > i && (t[i] != '0' || end == i+1)
	integer = true
	if end < len(t) && t[end] == '.' {
		integer = false
		i = end + 1
		end = digits(t, i)
		ok = ok && end > i
	}
	if end < len(t) && t[end]|0x20 == 'e' {
		integer = false
		i = end + 1
		if i < len(t) && (t[i] == '+' || t[i] == '-') {
			i++
		}
		end = digits(t, i)
		ok = ok && end > i
	}
	if !ok {
		s.fail()
		return nil, false
	}
	raw, s.pos = t[s.pos:end], end
	return raw, integer
}

func digits(t []byte, i int) int {
	for i < len(t) && t[i]-'0' <= 9 {
		i++
	}
	return i
}

// end is nil if the whole text was one good JSON value. What is wrong otherwise is worked out anew by jsontext, which
// says where.
func (s *jsonScanner) end() error {
	if !s.bad && s.peek() == 0 && s.pos == len(s.text) {
		return nil
	}
	d := jsontext.NewDecoder(bytes.NewBuffer(s.text), jsontext.AllowDuplicateNames(true))
	if _, err := d.ReadValue(); err == io.EOF {
		return errors.New("there is no text")
	} else if err != nil {
		return errors.New(strings.TrimPrefix(err.Error(), "jsontext: "))
	}
	return fmt.Errorf("there is more after the JSON value, at byte %d", d.InputOffset())
}
