package state

import (
	"bytes"
	"encoding/binary"
	"slices"
	"sort"

	"github.com/cespare/xxhash/v2"

	"github.com/ebbstream/ebb/schemas"
)

// Recent are the applied events that are not yet older than `accept`: what a repetition is recognised by, and what
// stays of a profile when an erasure comes that is older than they are. Each is kept as far as the plan reads it, as the
// bytes that are written of it: its size, its time (6 bytes, little-endian, from timeBase on), and what appendRecent says.
type Recent struct {
	Keep     int
	bytes    []byte // the events by time, those of one time by source and id as bytes
	from     int    // where they begin: what is before is forgotten
	n        int
	last     int             // the place of the last
	lastTime schemas.Instant // of the last
	asked    int             // how often all were looked through, while they are not noted
	noted    bool            // they are in the filter, or in the index; some that are forgotten, too
	filter   [4]uint64       // two bits of each by its key, while they are few: most new events show here
	index    *keySet         // of each, once they are many
	marks    []int           // the places of some events, ascending, from where others are looked for
	since    int             // events added behind the last mark
	gone     int             // events noted and forgotten
	spare    *keySet         // an index that is not in use
}

const (
	notedAfter  = 16 // times that all are looked through before noting them is worth it: a profile may be read for one event alone
	indexedFrom = 40 // events beyond which the filter says little
)

// Has is whether an event of that source and id is remembered, as of the horizon.
func (c *Recent) Has(e *Coded, horizon schemas.Instant) bool {
	if !c.noted {
		if c.asked++; c.asked > notedAfter {
			c.noteAll()
		}
	}
	if c.noted {
		if !c.maybe(e.Key) {
			return false
		}
		same := c.from // where those of its time are, as most repetitions have the time of the first
		if i := c.markedBefore(func(one remembered) bool { return one.time() < e.Time }); i > 0 {
			same = c.marks[i-1]
		}
		if c.among(same, e.Time, e, horizon) {
			return true
		}
	}
	return c.among(c.from, schemas.Never, e, horizon)
}

// among is whether an event is one of those from a place on to an instant, included.
func (c *Recent) among(at int, until schemas.Instant, e *Coded, horizon schemas.Instant) bool {
	behind, tail := timeSize+len(e.Mark), uint64(0) // most have another end of the id
	if len(e.Mark) >= 8 {
		tail = binary.LittleEndian.Uint64(e.Mark[len(e.Mark)-8:])
	}
	for at < len(c.bytes) {
		var one remembered
		one, at = c.one(at)
		switch {
		case until != schemas.Never && one.time() > until:
			return false
		case len(one) < behind || len(e.Mark) >= 8 && binary.LittleEndian.Uint64(one[behind-8:]) != tail:
		case bytes.HasPrefix(one.said(), e.Mark) && one.time() >= horizon:
			return true
		}
	}
	return false
}

// markedBefore is how many marks, the first ones, are of events of which that is true.
func (c *Recent) markedBefore(is func(one remembered) bool) int {
	before := func(mark int) bool {
		one, _ := c.one(mark)
		return is(one)
	}
	if n := len(c.marks); n == 0 || before(c.marks[n-1]) {
		return n // as mostly
	}
	return sort.Search(len(c.marks), func(i int) bool { return !before(c.marks[i]) })
}

// maybe is whether an event of that key may be there, also if it is forgotten.
func (c *Recent) maybe(key uint64) bool {
	if c.index != nil {
		return c.index.has(key)
	}
	a, b := uint8(key), uint8(key>>8)
	return c.filter[a>>6]>>(a&63)&(c.filter[b>>6]>>(b&63))&1 != 0
}

// note lets an event be found, if they are noted.
func (c *Recent) note(key uint64) {
	switch {
	case !c.noted:
	case c.index != nil:
		c.index.add(key)
	case c.n > indexedFrom:
		c.noteAll()
	default:
		a, b := uint8(key), uint8(key>>8)
		c.filter[a>>6] |= 1 << (a & 63)
		c.filter[b>>6] |= 1 << (b & 63)
	}
}

// noteAll notes those that are there, and no others.
func (c *Recent) noteAll() {
	c.gone, c.noted, c.filter = 0, true, [4]uint64{}
	switch {
	case c.n <= indexedFrom:
		c.index = nil
	case c.index == nil && c.spare == nil:
		c.index = &keySet{}
	case c.index == nil:
		c.index, c.spare = c.spare, nil
	}
	if c.index != nil {
		c.index.clear(c.n)
	}
	for at := c.from; at < len(c.bytes); {
		var one remembered
		one, at = c.one(at)
		c.note(one.key())
	}
}

// remembered is one event, without its size.
type remembered []byte

// one is the event at a place, and the place of the next.
func (c *Recent) one(at int) (one remembered, next int) {
	if size := int(c.bytes[at]); size < 0x80 {
		return c.bytes[at+1 : at+1+size], at + 1 + size
	}
	size, n := binary.Uvarint(c.bytes[at:])
	next = at + n + int(size)
	return c.bytes[at+n : next], next
}

const (
	timeSize = 6
	timeBase = -1 << 44 // with which 6 bytes of milliseconds reach from the year 1412 to beyond 9999
)

func (v remembered) time() schemas.Instant {
	return schemas.Instant(binary.LittleEndian.Uint64(v)&(1<<(8*timeSize)-1)) + timeBase
}

// said is what appendRecent wrote: source and id come first.
func (v remembered) said() []byte { return v[timeSize:] }

// key is the Coded.Key of the event.
func (v remembered) key() uint64 {
	said := v.said()
	r := Reader{rest: said}
	r.skipText()
	source := len(said) - len(r.rest)
	r.skipID()
	return keyOf(xxhash.Sum64(said[:source]), said[source:len(said)-len(r.rest)])
}

func (v remembered) after(o remembered) bool {
	if t, u := v.time(), o.time(); t != u {
		return t > u
	}
	return bytes.Compare(v.said(), o.said()) > 0
}

// Add remembers an event: fields are the numbers, in Names, of the paths of its Fields. It reports whether the limit pushed
// one out that an event could still repeat.
func (c *Recent) Add(e *Coded, late bool, fields []int, edge Edge) (limited bool) {
	c.makeRoom(edge.Horizon)
	c.place(c.write(e, late, fields))
	c.note(e.Key)
	if c.n > c.Keep || c.size() > maxRecentBytes {
		c.forget(edge.Horizon)
		for c.n > c.Keep || c.size() > maxRecentBytes && c.n > 1 {
			c.drop()
			limited = true
		}
	}
	return limited
}

// write writes an event behind the others, at the place that it gives.
func (c *Recent) write(e *Coded, late bool, fields []int) (at int) {
	at = len(c.bytes)
	c.bytes = binary.LittleEndian.AppendUint64(append(c.bytes, 0), uint64(e.Time-timeBase))
	c.bytes = appendRecent(c.bytes[:at+1+timeSize], e, late, fields)
	c.bytes = setUint(c.bytes, at, uint64(len(c.bytes)-at-1))
	return at
}

func (c *Recent) size() int { return len(c.bytes) - c.from }

// makeRoom forgets what is over before memory would have to grow, so that in the long run none is taken: of a profile
// that is seen every day as much is forgotten as comes.
func (c *Recent) makeRoom(horizon schemas.Instant) {
	if c.bytes == nil {
		c.bytes = make([]byte, 0, 192)
		return
	}
	room := 64
	if c.n > 0 {
		room = max(room, c.size()/c.n*5/4) // the next is about as long
	}
	if cap(c.bytes)-len(c.bytes) >= room {
		return
	}
	c.forget(horizon)
	c.move(room)
}

// move moves the events to the beginning of memory that has room for more, and is not far larger than they are.
func (c *Recent) move(room int) {
	into := c.bytes[:0]
	if size := c.size(); 3*size+3*room > 2*cap(c.bytes) || c.spacious() {
		into = make([]byte, 0, size+size/2+2*room)
	}
	for i := range c.marks {
		c.marks[i] -= c.from
	}
	c.last -= c.from
	c.bytes, c.from = append(into, c.bytes[c.from:]...), 0
	if c.noted && c.gone > c.n {
		c.noteAll()
	}
}

// spacious is whether the events take so little of their memory that it is better given back: one of them was large, or
// they were many.
func (c *Recent) spacious() bool { return 4*c.size()+smallRecent < cap(c.bytes) }

// smallRecent is how much memory is not given back.
const smallRecent = 8 << 10

// maxRecentBytes bounds what one profile's recent events may take, whatever their fields hold.
const maxRecentBytes = 16 << 20

// stretch is how many events are between two marks, about.
const stretch = 16

// place puts the last event, which is at that place and was not counted yet, in its place by time. It passed so many others on
// the way.
func (c *Recent) place(at int) (passed int) {
	added, _ := c.one(at)
	c.n++
	c.since++
	if c.n == 1 || added.time() > c.lastTime {
		if c.last, c.lastTime = at, added.time(); c.since >= stretch {
			c.marks, c.since = append(c.marks, at), 0
		}
		return 0
	}
	to := c.from
	mark := c.markedBefore(added.after)
	if mark > 0 {
		to = c.marks[mark-1]
	}
	first := to
	for to < at {
		one, next := c.one(to)
		if one.after(added) {
			break
		}
		to = next
		passed++
	}
	if passed >= 2*stretch { // many came in between, or together: those that come next here find half as many
		middle := first
		for range passed / 2 {
			_, middle = c.one(middle)
		}
		c.marks = slices.Insert(c.marks, mark, middle)
		mark++
	}
	if to == at {
		c.last = at
		return passed
	}
	var room [128]byte
	text := append(room[:0], c.bytes[at:]...)
	copy(c.bytes[to+len(text):], c.bytes[to:at])
	copy(c.bytes[to:], text)
	for i := mark; i < len(c.marks); i++ {
		c.marks[i] += len(text)
	}
	c.last += len(text)
	return passed
}

// forget drops the events before the horizon.
func (c *Recent) forget(horizon schemas.Instant) {
	for c.from < len(c.bytes) {
		if one, _ := c.one(c.from); one.time() >= horizon {
			break
		}
		c.drop()
	}
	if c.spacious() {
		c.move(64)
	}
}

// drop drops the oldest.
func (c *Recent) drop() {
	if len(c.marks) > 0 && c.marks[0] == c.from {
		c.marks = slices.Delete(c.marks, 0, 1)
	}
	_, c.from = c.one(c.from)
	c.n--
	if c.gone++; c.n == 0 {
		c.bytes, c.from = c.bytes[:0], 0
		c.marks, c.since = c.marks[:0], 0
		c.noteAll()
	}
}

// After gives the remembered events later than t, in order, with whether each was late when it came. fields is the
// number of Event.Fields, slot gives the place of a path by its name.
func (c *Recent) After(t schemas.Instant, fields int, slot func(path string) int, names *Names, yield func(e *schemas.Event, late bool)) error {
	var events []*schemas.Event
	late := map[*schemas.Event]bool{}
	for at := c.from; at < len(c.bytes); {
		var one remembered
		if one, at = c.one(at); one.time() <= t {
			continue
		}
		r := Reader{rest: one.said(), names: names.List}
		e := &schemas.Event{Time: one.time(), Fields: make([]schemas.Value, fields)}
		if late[e] = r.recent(e, slot); r.bad {
			return ErrCorrupt
		}
		events = append(events, e)
	}
	slices.SortFunc(events, func(a, b *schemas.Event) int {
		switch {
		case a.Before(b):
			return -1
		case b.Before(a):
			return 1
		}
		return 0
	})
	for _, e := range events {
		yield(e, late[e])
	}
	return nil
}
