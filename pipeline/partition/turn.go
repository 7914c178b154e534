package partition

import (
	"runtime"
	"slices"

	"github.com/ebbstream/ebb/operators"
	"github.com/ebbstream/ebb/operators/catalog"
	"github.com/ebbstream/ebb/schemas"
)

// A turn are the events of one Fold, by profile: each profile is read once, told all of its events, and written again, while it is in
// the processor's cache. What comes out for a profile does not depend on the events of others in between, as each event has with
// it how far the watermark had come.
type turn struct {
	events []turned
	fields []schemas.Value // of all events
	held   []*held         // whose events they are, in the order of their first ones
	left   int             // events of turns before whose memory still points to what they had
	fewer  int             // turns since, of far fewer
}

// turned is an event on its way. What folding it looks at lies together.
type turned struct {
	watermark schemas.Instant
	next      int32 // event of the same profile; 0: none, as the first event of all is nobody's next
	found     operators.Prepared
	room      [2]schemas.Value // for its fields, if they are no more
	schemas.Event
}

// yieldEvery is after how many events others have their turn: on a single core a commit under way waits for this goroutine at each
// answer from the network.
const yieldEvery = 512

// add puts an event at the end.
func (t *turn) add(h *held, e *schemas.Event, watermark schemas.Instant, chain *catalog.Chain) {
	i := int32(len(t.events))
	if len(t.events) == cap(t.events) {
		t.grow()
	}
	t.events = t.events[:i+1]
	one := &t.events[i]
	one.Event, one.watermark, one.next = *e, watermark, 0
	chain.Prepare(e, &one.found)
	if h.turns {
		t.events[h.lastTurn].next = i
	} else {
		h.turns, h.firstTurn = true, i
		t.held = append(t.held, h)
	}
	h.lastTurn = i
	if len(e.Fields) <= len(one.room) {
		one.Fields = one.room[:copy(one.room[:], e.Fields)]
	} else {
		from := len(t.fields)
		t.fields = append(t.fields, e.Fields...)
		one.Fields = slices.Clip(t.fields[from:])
	}
}

// grow makes room for more events.
func (t *turn) grow() {
	events := make([]turned, len(t.events), max(64, 2*cap(t.events)))
	copy(events, t.events)
	for i := range events {
		if one := &events[i]; len(one.Fields) <= len(one.room) {
			one.Fields = one.room[:len(one.Fields)]
		}
	}
	t.events = events
}

// over empties it. What its events point to is let go once fewer have come for a while, as clearing takes as long as there were many;
// and so is the memory of many.
func (t *turn) over(chain *catalog.Chain) {
	for _, h := range t.held {
		h.turns = false
	}
	clear(t.held)
	if t.left = max(t.left, len(t.events)); 4*len(t.events) < t.left {
		t.fewer++
	} else {
		t.fewer = 0
	}
	switch {
	case t.fewer < fewerTurns:
	case t.left > manyEvents:
		*t = turn{}
		chain.Rest()
	default:
		clear(t.events[:t.left])
		clear(t.fields[:cap(t.fields)])
		t.left, t.fewer = 0, 0
	}
	t.events, t.fields, t.held = t.events[:0], t.fields[:0], t.held[:0]
}

const (
	fewerTurns = 16      // turns of fewer events, after which nothing is kept of those of more
	manyEvents = 1 << 10 // events whose memory is kept for others
)

// foldTurn folds the events that were gathered.
func (p *Partition) foldTurn() error {
	t := &p.turn
	defer t.over(p.chain)
	folded := 0
	for _, h := range t.held {
		profile, err := p.profiles.open(h)
		if err != nil {
			return err
		}
		was := profile.Alive
		for i := h.firstTurn; ; {
			e := &t.events[i]
			p.chain.FoldPrepared(profile, &e.Event, &e.found, e.watermark, p.emitter)
			if folded++; folded%yieldEvery == 0 {
				runtime.Gosched()
			}
			if i = e.next; i == 0 {
				break
			}
		}
		p.sizes.lived(was, profile.Alive)
		p.profiles.close(h, profile)
	}
	return nil
}
