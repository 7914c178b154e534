package state

import (
	"bytes"
	"slices"

	"github.com/ebbstream/ebb/schemas"
)

// Visit is an event on its way into a session.
type Visit struct {
	*Coded
	Kept schemas.Value // what is kept of its data, or Missing
}

// append writes all but the time, which is the start or the end of the session.
func (v *Visit) append(b []byte) []byte {
	b = append(b, v.Head...)
	if v.Kept.Kind() == schemas.Missing {
		return append(b, byte(schemas.Missing))
	}
	return appendValue(b, v.Kept)
}

// ends are the first and the last event of a session as Visit.append writes them, behind each other; of a session of one event
// once. They are bytes as nobody reads them before the session is over, unless another event has the same time; mostly they
// are so few that they have room beside the rest of it.
type ends struct {
	long  []byte // nil: they are in room
	size  int32  // in room
	entry int32  // the length of the first
	room  [80]byte
}

func (s *ends) text() []byte {
	if s.long != nil {
		return s.long
	}
	return s.room[:s.size]
}

func (s *ends) first() []byte { return s.text()[:s.entry] }

func (s *ends) last() []byte {
	text := s.text()
	if len(text) == int(s.entry) {
		return text
	}
	return text[s.entry:]
}

// keep takes in what was appended to text.
func (s *ends) keep(b []byte) {
	if s.long != nil || len(b) > len(s.room) {
		s.long = b
		return
	}
	s.size = int32(len(b)) // in its place
}

func (s *ends) begin(v *Visit) {
	s.long = nil
	b := v.append(s.room[:0])
	s.keep(b)
	s.entry = int32(len(b))
}

func (s *ends) setLast(v *Visit) { s.keep(v.append(s.text()[:s.entry])) }

// set takes copies of both, which may lie in s itself.
func (s *ends) set(first, last []byte) {
	if bytes.Equal(first, last) {
		last = nil
	}
	s.entry, s.size, s.long = int32(len(first)), int32(len(first)+len(last)), nil
	if int(s.size) > len(s.room) {
		s.long = slices.Concat(first, last)
		return
	}
	var room [80]byte
	copy(room[copy(room[:], first):], last)
	s.room = room
}

// mark is the source and the id of an end.
func (n *Names) mark(end []byte, t schemas.Instant) Mark {
	r := Reader{rest: end, names: n.List}
	return Mark{t, r.name(), r.id()}
}

// Ends are the first and the last event of an open session.
func (c *Sessions) Ends(s *Session) (entry, exit schemas.SessionEvent) {
	first, last := Reader{rest: s.ends.first(), names: c.Names.List}, Reader{rest: s.ends.last(), names: c.Names.List}
	first.skipName()
	last.skipName()
	var room [2 * uuidLen]byte
	both := first.appendIDText(room[:0])
	n := len(both)
	ids := string(last.appendIDText(both)) // in one piece of memory
	entry = schemas.SessionEvent{ID: ids[:n], Type: s.typeOf(&first), Time: s.Start, Data: first.value(0)}
	exit = schemas.SessionEvent{ID: ids[n:], Type: s.typeOf(&last), Time: s.End, Data: last.value(0)}
	return entry, exit
}

// typeOf reads a type, which the session has counted.
func (s *Session) typeOf(r *Reader) string {
	i := r.uint()
	if i > 0 {
		return r.names[i-1]
	}
	text := r.bytes()
	for _, c := range s.Counts {
		if c.Type == string(text) {
			return c.Type
		}
	}
	return string(text)
}

// append writes both.
func (s *ends) append(b []byte) []byte {
	text := s.text()
	b = append(appendUint(b, uint64(s.entry)), text[:s.entry]...)
	b = appendUint(b, uint64(len(text)-int(s.entry)))
	return append(b, text[s.entry:]...)
}

// ends reads what append wrote.
func (r *Reader) ends(names *Names) (s ends) {
	first := r.visit(r.bytes(), names)
	last := r.bytes()
	if len(last) > 0 {
		last = r.visit(last, names)
	} else {
		last = first
	}
	s.set(first, last)
	return s
}

// visit checks what Visit.append wrote; what was written under other names is written anew.
func (r *Reader) visit(b []byte, names *Names) []byte {
	one := Reader{rest: b, names: r.names}
	if r.to == nil {
		one.skipName()
		one.skipID()
		one.skipName()
		one.value(0)
	} else {
		b = appendID(names.append(nil, one.name()), one.id())
		b = appendValue(names.append(b, one.name()), one.value(0))
	}
	r.bad = r.bad || one.bad || len(one.rest) > 0
	return b
}
