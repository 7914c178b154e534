package state

import (
	"github.com/cespare/xxhash/v2"

	"github.com/ebbstream/ebb/schemas"
)

// Coded is an event with what the bytes of a profile say of it, found once for all that remember it.
type Coded struct {
	*schemas.Event
	Key    uint64 // a hash of its source and id: see Recent.Has
	Head   []byte // its source, id and type as the bytes have them
	source string // of the last event: most have the same
	number int    // of source, in Names
	hash   uint64 // of source
}

// Code takes in an event, whose type has the number typ in Names; -1: none.
func (c *Coded) Code(e *schemas.Event, typ int, names *Names) {
	c.Event = e
	if e.Source != c.source || c.hash == 0 {
		c.source, c.number, c.hash = e.Source, names.Number(e.Source), xxhash.Sum64String(e.Source)
	}
	c.Head = appendName(c.Head[:0], c.number, e.Source)
	at := len(c.Head)
	c.Head = appendID(c.Head, e.ID)
	c.Key = key(c.Head[at:], c.hash)
	c.Head = appendName(c.Head, typ, e.Type)
}

// key is the hash by which a repetition is recognised: of 64 bits, so that two of a profile's remembered events meet by
// chance once in 10^11 profiles of 10,000.
func key(id []byte, source uint64) uint64 {
	h := xxhash.Sum64(id)
	return (h^source)*0x9E3779B97F4A7C15 ^ h>>32
}

// key is the key of a source and an id that stand behind each other.
func (r *Reader) key() uint64 {
	source := xxhash.Sum64String(r.name())
	id := r.rest
	r.skipID()
	return key(id[:len(id)-len(r.rest)], source)
}
