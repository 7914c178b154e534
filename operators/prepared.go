package operators

import (
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// Prepared is what a Chain finds of an event by its id, source and type. Who folds events later than they come has it found while
// these are in the processor's cache.
type Prepared struct {
	key        uint64
	typ        *EventType
	head, mark uint8 // how much of text; head 0: it is too long, and is found when the event is folded
	text       [38]byte
}

// Prepare finds it.
func (c *Chain) Prepare(e *schemas.Event, into *Prepared) {
	c.code(e)
	into.key, into.typ, into.head, into.mark = c.coded.Key, c.typ, 0, 0
	if len(c.coded.Head) <= len(into.text) {
		into.head, into.mark = uint8(copy(into.text[:], c.coded.Head)), uint8(len(c.coded.Mark))
	}
}

// FoldPrepared is Fold of a prepared event.
func (c *Chain) FoldPrepared(p *state.Profile, e *schemas.Event, found *Prepared, watermark schemas.Instant, emit Emit) {
	if found.head == 0 {
		c.Fold(p, e, watermark, emit)
		return
	}
	c.typ, c.coded = found.typ, &c.prepared
	c.prepared.Event, c.prepared.Head, c.prepared.Mark, c.prepared.Key = e, found.text[:found.head], found.text[:found.mark], found.key
	c.fold(p, e, watermark, emit)
}

// Rest lets go of the event that was folded last, and of what lies beside it in memory.
func (c *Chain) Rest() {
	c.coded, c.coder.Event, c.prepared, c.in.Event, c.in.Coded, c.at.Event = nil, nil, state.Coded{}, nil, nil, nil
}
