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
	number int    // of source, in Names
}

// Code takes in an event, whose type has the number typ in Names; -1: none.
func (c *Coded) Code(e *schemas.Event, typ int, names *Names) {
	c.Event = e
	if e.Source != c.source || c.source == "" {
		c.source, c.number = e.Source, names.Number(e.Source)
	}
	c.Head = appendID(appendName(c.Head[:0], c.number, e.Source), e.ID)
	n := len(c.Head)
	c.Key = keyOf(c.Head)
	c.Head = appendName(c.Head, typ, e.Type)
	c.Mark = c.Head[:n]
}

// keyOf is the hash of a Mark. Of a UUID, which is random by itself, it takes little.
func keyOf(mark []byte) uint64 {
	if len(mark) == 2+16 && mark[1] == 0 {
		hi, lo := binary.LittleEndian.Uint64(mark[2:]), binary.LittleEndian.Uint64(mark[10:])
		key := (hi ^ bits.RotateLeft64(lo, 29) ^ uint64(mark[0])<<16) * 0x9E3779B97F4A7C15
		return key ^ key>>29
	}
	return xxhash.Sum64(mark)
}
