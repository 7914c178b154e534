package state

import (
	"encoding/binary"
	"math/bits"

	"github.com/cespare/xxhash/v2"

	"github.com/ebbstream/ebb/schemas"
)

// Coded is an event with what the bytes of a profile say of it, found once for all that remember it.
type Coded struct {
	*schemas.Event
	Head   []byte // its source, id and type as the bytes have them
	Mark   []byte // its source and id: what Head begins with, and no other Head does
	Key    uint64 // a hash of Mark
	source string // of the last event: most have the same
	coded  int    // how much of Head is source
	hash   uint64 // of that
}

// Code takes in an event, whose type has the number typ in Names; -1: none.
func (c *Coded) Code(e *schemas.Event, typ int, names *Names) {
	c.Event = e
	if e.Source != c.source || c.coded == 0 {
		c.source = e.Source
		c.Head = names.append(c.Head[:0], e.Source)
		c.coded, c.hash = len(c.Head), xxhash.Sum64(c.Head)
	}
	c.Head = appendID(c.Head[:c.coded], e.ID)
	n := len(c.Head)
	c.Key = keyOf(c.hash, c.Head[c.coded:])
	c.Head = appendName(c.Head, typ, e.Type)
	c.Mark = c.Head[:n]
}

// keyOf is the hash of a source's hash and an id. A UUID is random by itself, and takes little.
func keyOf(source uint64, id []byte) uint64 {
	if id[0] != 0 {
		return source ^ xxhash.Sum64(id)
	}
	hi, lo := binary.LittleEndian.Uint64(id[1:]), binary.LittleEndian.Uint64(id[9:])
	key := (source ^ hi ^ bits.RotateLeft64(lo, 29)) * 0x9E3779B97F4A7C15
	return key ^ key>>29
}
