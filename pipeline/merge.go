package pipeline

import (
	"bytes"
	"errors"
	"io"

	"github.com/ebbstream/ebb/schemas"
)

// Source gives events one by one, and io.EOF after the last. What Data and Fields of an event point to belongs to the
// source and stays as it is until the next call.
type Source interface {
	Next(e *schemas.Event) error
}

// eventLines decodes lines of JSON. What cannot be used goes to bad, at once.
type eventLines struct {
	lines   *Lines
	decoder *schemas.JSONDecoder
	bad     func(schemas.DeadLetter)
}

// NewEventLines makes a Source of lines of the file form (SPEC section 2). A line that is no usable event goes to bad.
func NewEventLines(lines *Lines, p schemas.Projection, bad func(schemas.DeadLetter)) Source {
	return &eventLines{lines: lines, decoder: schemas.NewJSONDecoder(p), bad: bad}
}

func (s *eventLines) Next(e *schemas.Event) error {
	for {
		line, number, err := s.lines.Next()
		if tooLarge := (*TooLarge)(nil); errors.As(err, &tooLarge) {
			err = &schemas.Unusable{Reason: schemas.TooLarge, Detail: tooLarge.Error()}
		} else if err != nil {
			return err
		} else {
			err = s.decoder.Decode(line, e)
		}
		if err == nil {
			return nil
		}
		var why *schemas.Unusable
		if !errors.As(err, &why) {
			return err
		}
		s.bad(schemas.DeadLetter{
			Reason: why.Reason, Detail: why.Detail, Topic: s.lines.path, Offset: number, Bytes: bytes.Clone(line),
		})
	}
}

// inputMerge gives the head with the least time, of equal ones that of the first source. It keeps one event of each source
// and goes on in a source only when its event has been used, so that nothing has to be copied out of it.
type inputMerge struct {
	sources []Source
	heads   []*inputHead // a heap; nil before the first event
}

type inputHead struct {
	source Source
	event  schemas.Event
	place  int // among the sources
}

func (h *inputHead) before(o *inputHead) bool {
	if h.event.Time != o.event.Time {
		return h.event.Time < o.event.Time
	}
	return h.place < o.place
}

// MergeInput makes one Source of several. Each of them keeps its own order, also where its times go back.
func MergeInput(sources ...Source) Source {
	if len(sources) == 1 {
		return sources[0]
	}
	return &inputMerge{sources: sources}
}

func (m *inputMerge) Next(e *schemas.Event) error {
	advance := m.advance
	if m.heads == nil {
		advance = m.start
	}
	if err := advance(); err != nil {
		return err
	}
	*e = m.heads[0].event
	return nil
}

// start reads the first event of every source.
func (m *inputMerge) start() error {
	m.heads = make([]*inputHead, 0, len(m.sources))
	for i, s := range m.sources {
		h := &inputHead{source: s, place: i}
		switch err := s.Next(&h.event); err {
		case nil:
			m.heads = append(m.heads, h)
		case io.EOF:
		default:
			return err
		}
	}
	for i := len(m.heads) - 1; i >= 0; i-- {
		sinkHeap(m.heads, i, (*inputHead).before)
	}
	return m.end()
}

// advance goes on in the source of the event given out last.
func (m *inputMerge) advance() error {
	if len(m.heads) == 0 {
		return io.EOF
	}
	switch err := m.heads[0].source.Next(&m.heads[0].event); err {
	case nil:
	case io.EOF:
		last := len(m.heads) - 1
		m.heads[0] = m.heads[last]
		m.heads = m.heads[:last]
	default:
		return err
	}
	sinkHeap(m.heads, 0, (*inputHead).before)
	return m.end()
}

func (m *inputMerge) end() error {
	if len(m.heads) == 0 {
		return io.EOF
	}
	return nil
}
