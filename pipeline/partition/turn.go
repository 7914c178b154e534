package partition

import (
	"runtime"
	"slices"

	"github.com/ebbstream/ebb/schemas"
)

// A turn are the events of one Fold, by profile: each profile is read once, told all of its events, and written again, while it is in
// the processor's cache. What comes out for a profile does not depend on the events of others in between, as each event has with
// it how far the watermark had come.
type turn struct {
	events []turned
	fields []schemas.Value // of all events
	held   []*held         // whose events they are, in the order of their first ones
}

// turned is an event on its way.
type turned struct {
	schemas.Event
	watermark schemas.Instant
	next      int32 // event of the same profile; 0: none, as the first event of all is nobody's next
}

// yieldEvery is after how many events others have their turn: on a single core a commit under way waits for this goroutine at each
// answer from the network.
const yieldEvery = 512

// add puts an event at the end.
func (t *turn) add(h *held, e *schemas.Event, watermark schemas.Instant) {
	i := int32(len(t.events))
	t.events = append(t.events, turned{Event: *e, watermark: watermark})
	if h.turns {
		t.events[h.lastTurn].next = i
	} else {
		h.turns, h.firstTurn = true, i
		t.held = append(t.held, h)
	}
	h.lastTurn = i
	if len(e.Fields) > 0 {
		from := len(t.fields)
		t.fields = append(t.fields, e.Fields...)
		t.events[i].Fields = slices.Clip(t.fields[from:])
	}
}

// over empties it: what its events point to is nobody's any more.
func (t *turn) over() {
	clear(t.events)
	clear(t.fields)
	for _, h := range t.held {
		h.turns = false
	}
	clear(t.held)
	t.events, t.fields, t.held = t.events[:0], t.fields[:0], t.held[:0]
}

// turn folds the events that were gathered.
func (p *Partition) foldTurn() error {
	t := &p.turn
	defer t.over()
	folded := 0
	for _, h := range t.held {
		profile, err := p.profiles.open(h)
		if err != nil {
			return err
		}
		was := profile.Alive
		for i := h.firstTurn; ; {
			e := &t.events[i]
			p.chain.Fold(profile, &e.Event, e.watermark, p.emitter)
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
