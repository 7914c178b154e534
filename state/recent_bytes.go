package state

import (
	"slices"

	"github.com/ebbstream/ebb/schemas"
)

// appendRecent writes source, id and type; a number made of how many fields are known, whether there is a payload, and whether it
// was late; of each field its path, with whether it is null, and if not its value; and the payload.
func appendRecent(b []byte, e *Coded, late bool, fields []int) []byte {
	b = append(b, e.Head...)
	at, flags := len(b), uint64(0)
	b = append(b, 0) // room for them
	if late {
		flags |= recentLate
	}
	for i := range e.Fields {
		if e.Fields[i].Kind() == schemas.Missing {
			continue
		}
		b = appendField(b, fields[i], "", e.Fields[i])
		flags += recentField
	}
	if e.Payload.Kind() != schemas.Missing {
		flags |= recentPayload
		b = appendValue(b, e.Payload)
	}
	return setUint(b, at, flags)
}

const (
	recentLate = 1 << iota
	recentPayload
	recentField
)

func (r *Reader) recent(e *schemas.Event, slot func(path string) int) (late bool) {
	e.Source, e.ID, e.Type = r.name(), r.id(), r.name()
	flags := r.uint()
	for range r.limit(flags/recentField, 1) {
		path, v := r.field()
		if i := slot(path); i >= 0 {
			e.Fields[i] = v
		}
	}
	if flags&recentPayload != 0 {
		e.Payload = r.value(0)
	}
	return flags&recentLate != 0
}

// appendField writes a field, whose path has that number in Names, or -1: 1 + the number or 0, twice, and one more of null; the path
// that has no number; and a value that is not null.
func appendField(b []byte, number int, path string, v schemas.Value) []byte {
	is := 2 * uint64(number+1)
	if v.Kind() == schemas.Null {
		is++
	}
	if b = appendUint(b, is); number < 0 {
		b = appendText(b, path)
	}
	if is&1 != 0 {
		return b
	}
	return appendValue(b, v)
}

// field reads what appendField wrote.
func (r *Reader) field() (path string, v schemas.Value) {
	is := r.uint()
	switch i := is / 2; {
	case i == 0:
		path = r.text()
	case i <= uint64(len(r.names)):
		path = r.names[i-1]
	default:
		r.fail()
	}
	if is&1 != 0 {
		return path, schemas.NullValue
	}
	return path, r.value(0)
}

// append writes the events that are not yet older than the horizon: how many, their bytes, and how many of these are the last's.
func (c *Recent) append(b []byte, edge Edge) []byte {
	c.forget(edge.Horizon)
	b = appendUint(b, uint64(c.n))
	if c.n == 0 {
		return b
	}
	b = append(appendUint(b, uint64(c.size())), c.bytes[c.from:]...)
	return appendUint(b, uint64(len(c.bytes)-c.last))
}

// again is one that remembers nothing, in the memory of c if that is not large.
func (c *Recent) again() Recent {
	if cap(c.bytes) > smallRecent {
		return Recent{Keep: c.Keep}
	}
	index := c.index
	if index == nil {
		index = c.spare
	}
	return Recent{Keep: c.Keep, bytes: c.bytes[:0], marks: c.marks[:0], spare: index}
}

// decode reads them, where nothing is remembered. Events written under other names are written anew under names.
func (c *Recent) decode(r *Reader, names *Names) {
	n := r.count(recentSize)
	if n == 0 {
		return
	}
	all := Reader{rest: r.bytes(), names: r.names}
	c.bytes = slices.Grow(c.bytes, len(all.rest)+128)
	last := r.uint()
	if r.trusted && names == nil {
		c.bytes, c.n, c.since = append(c.bytes, all.rest...), n, n
		c.last = len(c.bytes) - int(last)
		newest, _ := c.one(c.last)
		c.lastTime = newest.time()
		return
	}
	for range n {
		lasting := uint64(len(all.rest))
		one := remembered(all.bytes())
		if len(one) < recentSize || c.n > 0 && one.time() < c.lastTime || len(all.rest) == 0 && lasting != last {
			r.fail()
			return
		}
		at := len(c.bytes)
		said := Reader{rest: one.said(), names: r.names}
		if names == nil {
			c.bytes = append(appendUint(c.bytes, uint64(len(one))), one...)
			said.skipName()
			said.skipID()
			said.skipName()
		} else {
			c.bytes = said.rename(append(append(c.bytes, 0), one[:timeSize]...), names)
			c.bytes = setUint(c.bytes, at, uint64(len(c.bytes)-at-1))
		}
		r.bad = r.bad || said.bad
		c.place(at)
	}
	r.bad = r.bad || len(all.rest) > 0
}

const recentSize = timeSize + 4 // of an event at least: a source and a type take one byte, an id and the flags, too

// rename writes one event again with the numbers of other names.
func (r *Reader) rename(b []byte, names *Names) []byte {
	b = names.append(b, r.name())
	b = appendID(b, r.id())
	b = names.append(b, r.name())
	flags := r.uint()
	b = appendUint(b, flags)
	for range r.limit(flags/recentField, 1) {
		path, v := r.field()
		b = appendField(b, names.Number(path), path, v)
	}
	if flags&recentPayload != 0 {
		b = appendValue(b, r.value(0))
	}
	return b
}
