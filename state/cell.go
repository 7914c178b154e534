package state

import "github.com/ebbstream/ebb/schemas"

// Cell is one thing remembered of a profile under one canonical key. Its zero form, as made by its Spec, is what an
// empty profile has, and is never stored.
type Cell interface {
	// Append writes the cell's bytes, without what can matter no more at e.
	Append(b []byte, e Edge) []byte
	// Decode reads what Append wrote. What the cell held is replaced, and its memory used again.
	Decode(r *Reader)
	// Merge adds what another cell of the same Spec was told.
	Merge(other Cell)
}

// Edge says what can still matter to a profile: nothing is asked before Now, no event before Horizon is accepted. Names
// shortens the texts that many profiles share.
type Edge struct {
	Now, Horizon schemas.Instant
	Names        *Names
}

// Mark names an event for ties: events are ordered by time, then source, then id, bytewise. Once no event of the same
// time can arrive any more, source and id are dropped from the bytes.
type Mark struct {
	Time       schemas.Instant
	Source, ID string
}

// Before is the order of events.
func (m Mark) Before(o Mark) bool {
	if m.Time != o.Time {
		return m.Time < o.Time
	}
	if m.Source != o.Source {
		return m.Source < o.Source
	}
	return m.ID < o.ID
}

// MarkOf names an event.
func MarkOf(e *schemas.Event) Mark { return Mark{e.Time, e.Source, e.ID} }

func (m Mark) append(b []byte, e Edge) []byte {
	b = appendInt(b, int64(m.Time))
	if m.Time < e.Horizon {
		return append(b, 0, 0, 1) // two empty texts, as Names and appendID write them
	}
	return appendID(e.Names.append(b, m.Source), m.ID)
}

func (r *Reader) mark() Mark {
	return Mark{schemas.Instant(r.int()), r.name(), r.id()}
}
