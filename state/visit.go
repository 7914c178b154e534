package state

import (
	"bytes"

	"github.com/ebbstream/ebb/schemas"
)

// Visit is an event on its way into a session.
type Visit struct {
	Event        *schemas.Event
	Kept         schemas.Value // what is kept of its data, or Missing
	Source, Type int           // the numbers of the event's source and type in Names; -1: none
}

// append writes all but the time, which is the start or the end of the session.
func (v *Visit) append(b []byte) []byte {
	b = appendID(appendName(b, v.Source, v.Event.Source), v.Event.ID)
	return appendValue(appendName(b, v.Type, v.Event.Type), v.Kept)
}

// ends are the first and the last event of a session as Visit.append writes them, behind each other; of a session of one event
// once. They are bytes as nobody reads them before the session is over, unless another event has the same time.
type ends struct {
	text  []byte
	entry int // the length of the first
}

func (s *ends) first() []byte { return s.text[:s.entry] }

func (s *ends) last() []byte {
	if len(s.text) == s.entry {
		return s.text
	}
	return s.text[s.entry:]
}

func (s *ends) begin(v *Visit) {
	s.text = v.append(make([]byte, 0, 80))
	s.entry = len(s.text)
}

func (s *ends) setLast(v *Visit) { s.text = v.append(s.text[:s.entry]) }

func (s *ends) set(first, last []byte) {
	text := append(make([]byte, 0, len(first)+len(last)+16), first...)
	s.entry = len(text)
	if !bytes.Equal(first, last) {
		text = append(text, last...)
	}
	s.text = text
}

// mark is the source and the id of an end.
func (n *Names) mark(end []byte, t schemas.Instant) Mark {
	r := Reader{rest: end, names: n.List}
	return Mark{t, r.name(), r.id()}
}

func (n *Names) visit(end []byte, t schemas.Instant) schemas.SessionEvent {
	r := Reader{rest: end, names: n.List}
	r.name()
	return schemas.SessionEvent{ID: r.id(), Type: r.name(), Time: t, Data: r.value(0)}
}

// append writes both.
func (s *ends) append(b []byte) []byte {
	b = append(appendUint(b, uint64(s.entry)), s.first()...)
	b = appendUint(b, uint64(len(s.text)-s.entry))
	return append(b, s.text[s.entry:]...)
}

// ends reads what append wrote; what was written under other names is written anew.
func (r *Reader) ends(names *Names) (s ends) {
	first, last := r.bytes(), r.bytes()
	s.text = make([]byte, 0, len(first)+len(last)+16)
	for i, end := range [][]byte{first, last} {
		if i == 1 && len(end) == 0 {
			break
		}
		one := Reader{rest: end, names: r.names}
		if r.to == nil {
			s.text = append(s.text, end...)
			one.skipVisit()
		} else {
			s.text = appendID(names.append(s.text, one.name()), one.id())
			s.text = appendValue(names.append(s.text, one.name()), one.value(0))
		}
		if r.bad = r.bad || one.bad || len(one.rest) > 0; i == 0 {
			s.entry = len(s.text)
		}
	}
	return s
}

func (r *Reader) skipVisit() {
	r.skipName()
	r.skipID()
	r.skipName()
	r.value(0)
}
