package state

import (
	"slices"

	"github.com/ebbstream/ebb/schemas"
)

// Recent are the applied events that are not yet older than `accept`: what a repetition is recognised by, and what
// stays of a profile when an erasure comes that is older than they are. Each is kept as far as the plan reads it.
type Recent struct {
	Keep  int
	all   []recent // by time
	blob  []byte   // the events, one after the other, in the order of arrival
	live  int      // bytes of blob that belong to one of all
	index keySet   // of all, once they are many
}

type recent struct {
	time   schemas.Instant
	key    uint64 // hash of source and id
	at, to int32  // its place in blob
}

const indexedFrom = 48 // events beyond which a map finds a repetition faster than looking through all

// Has is whether an event of that key is remembered, as of the horizon.
func (c *Recent) Has(key uint64, horizon schemas.Instant) bool {
	if len(c.all) >= indexedFrom {
		if c.index.table == nil {
			for i := range c.all {
				c.index.add(c.all[i].key)
			}
		}
		if !c.index.has(key) {
			return false
		}
	}
	for i := range c.all {
		if c.all[i].key == key && c.all[i].time >= horizon {
			return true
		}
	}
	return false
}

// Add remembers an event: fields are the numbers, in Names, of the paths of its Fields. It reports whether the limit pushed
// one out that an event could still repeat.
func (c *Recent) Add(e *Coded, late bool, fields []int, edge Edge) (limited bool) {
	c.makeRoom(edge.Horizon)
	at := len(c.blob)
	c.blob = appendRecent(c.blob, e, late, fields)
	c.insert(recent{e.Time, e.Key, int32(at), int32(len(c.blob))})
	c.live += len(c.blob) - at
	if c.index.table != nil {
		c.index.add(e.Key)
	}
	if len(c.all) > c.Keep || c.live > maxRecentBytes {
		c.forget(edge.Horizon)
		for len(c.all) > c.Keep || c.live > maxRecentBytes && len(c.all) > 1 {
			c.drop(1)
			limited = true
		}
	}
	return limited
}

// makeRoom forgets what is over before memory would have to grow, so that in the long run none is taken: of a profile
// that is seen every day as much is forgotten as comes.
func (c *Recent) makeRoom(horizon schemas.Instant) {
	if c.blob == nil {
		c.all, c.blob = make([]recent, 0, 4), make([]byte, 0, 192)
		return
	}
	room := 64
	if n := len(c.all); n > 0 {
		room = max(room, 2*int(c.all[n-1].to-c.all[n-1].at)) // the next is about as long
	}
	if len(c.all) < cap(c.all) && cap(c.blob)-len(c.blob) >= room {
		return
	}
	c.forget(horizon)
	if 2*c.live <= len(c.blob) {
		c.compact()
	}
}

// maxRecentBytes bounds what one profile's recent events may take, whatever their fields hold.
const maxRecentBytes = 64 << 20

// insert puts an event in its place by time.
func (c *Recent) insert(v recent) {
	i := len(c.all)
	for i > 0 && c.all[i-1].after(v) {
		i--
	}
	if i == len(c.all) {
		c.all = append(c.all, v)
		return
	}
	c.all = slices.Insert(c.all, i, v)
}

func (v recent) after(o recent) bool {
	return v.time > o.time || v.time == o.time && v.key > o.key
}

// forget drops the events before the horizon.
func (c *Recent) forget(horizon schemas.Instant) {
	old := 0
	for old < len(c.all) && c.all[old].time < horizon {
		old++
	}
	if old > 0 {
		c.drop(old)
	}
}

// drop drops the n oldest events. Their bytes go when there are enough of them.
func (c *Recent) drop(n int) {
	for _, v := range c.all[:n] {
		c.live -= int(v.to - v.at)
	}
	c.all = c.all[:copy(c.all, c.all[n:])]
}

// compact moves the bytes of the events that are left together, in memory of the size they need.
func (c *Recent) compact() {
	kept := make([]byte, 0, c.live)
	for i := range c.all {
		v := &c.all[i]
		at := int32(len(kept))
		kept = append(kept, c.blob[v.at:v.to]...)
		v.at, v.to = at, int32(len(kept))
	}
	if cap(c.blob) > 4*len(kept)+1024 {
		c.blob, c.all = slices.Grow(kept, len(kept)+64), slices.Clone(c.all)
	} else {
		c.blob = append(c.blob[:0], kept...)
	}
	c.index = keySet{}
}

// After gives the remembered events later than t, in order, with whether each was late when it came. fields is the
// number of Event.Fields, slot gives the place of a path by its name.
func (c *Recent) After(t schemas.Instant, fields int, slot func(path string) int, names *Names, yield func(e *schemas.Event, late bool)) error {
	var events []*schemas.Event
	late := map[*schemas.Event]bool{}
	for _, v := range c.all {
		if v.time <= t {
			continue
		}
		r := Reader{rest: c.blob[v.at:v.to], names: names.List}
		e := &schemas.Event{Time: v.time, Fields: make([]schemas.Value, fields)}
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

func appendRecent(b []byte, e *Coded, late bool, fields []int) []byte {
	if late {
		b = append(b, 1)
	} else {
		b = append(b, 0)
	}
	b = append(b, e.Head...)
	at, known := len(b), 0
	b = append(b, 0) // room for how many are known
	for i := range e.Fields {
		if e.Fields[i].Kind() != schemas.Missing {
			b = appendValue(appendUint(b, uint64(fields[i])+1), e.Fields[i])
			known++
		}
	}
	b = setUint(b, at, uint64(known))
	return appendValue(b, e.Payload)
}

func (r *Reader) recent(e *schemas.Event, slot func(path string) int) (late bool) {
	late = r.byte() == 1
	e.Source, e.ID, e.Type = r.name(), r.id(), r.name()
	for range r.count(2) {
		path, v := r.name(), r.value(0)
		if i := slot(path); i >= 0 {
			e.Fields[i] = v
		}
	}
	e.Payload = r.value(0)
	return late
}

// append writes the events that are not yet older than the horizon, by time.
func (c *Recent) append(b []byte, edge Edge) []byte {
	c.forget(edge.Horizon)
	b = appendUint(b, uint64(len(c.all)))
	last := schemas.Instant(0)
	for _, v := range c.all {
		b = appendInt(b, int64(v.time-last))
		b = append(appendUint(b, uint64(v.to-v.at)), c.blob[v.at:v.to]...)
		last = v.time
	}
	return b
}

// decode reads them. Events written under other names are written anew under names.
func (c *Recent) decode(r *Reader, names *Names) {
	n := r.count(8)
	if n == 0 {
		return
	}
	c.all, c.blob = make([]recent, 0, n+2), make([]byte, 0, c.size(*r, n)+64)
	last := schemas.Instant(0)
	for range n {
		last += schemas.Instant(r.int())
		one := Reader{rest: r.bytes(), names: r.names}
		at := len(c.blob)
		c.blob = append(c.blob, one.rest...)
		peek := one
		peek.byte()
		key := peek.key()
		if names != nil {
			c.blob = one.rename(c.blob[:at], names)
		}
		r.bad = r.bad || peek.bad || one.bad
		c.insert(recent{last, key, int32(at), int32(len(c.blob))})
		c.live += len(c.blob) - at
	}
}

// size is how many bytes the next n events take.
func (c *Recent) size(r Reader, n int) (size int) {
	for range n {
		r.int()
		size += len(r.bytes())
	}
	return size
}

// rename writes one event again with the numbers of other names.
func (r *Reader) rename(b []byte, names *Names) []byte {
	b = append(b, r.byte())
	b = names.append(b, r.name())
	b = appendID(b, r.id())
	b = names.append(b, r.name())
	n := r.count(2)
	b = appendUint(b, uint64(n))
	for range n {
		b = names.append(b, r.name())
		b = appendValue(b, r.value(0))
	}
	return appendValue(b, r.value(0))
}

// keySet is a set of keys, in a table of a power of two places, of which at most half are taken: a place is looked for
// from the key's own on.
type keySet struct {
	table []uint64
	n     int
	zero  bool
}

func (s *keySet) add(key uint64) {
	if key == 0 {
		s.zero = true
		return
	}
	if 2*(s.n+1) > len(s.table) {
		old := s.table
		s.table, s.n = make([]uint64, max(256, 2*len(old))), 0
		for _, k := range old {
			if k != 0 {
				s.add(k)
			}
		}
	}
	if i, found := s.find(key); !found {
		s.table[i] = key
		s.n++
	}
}

func (s *keySet) find(key uint64) (place int, found bool) {
	mask := len(s.table) - 1
	for i := int(key>>7) & mask; ; i = (i + 1) & mask {
		if s.table[i] == key || s.table[i] == 0 {
			return i, s.table[i] == key
		}
	}
}

func (s *keySet) has(key uint64) bool {
	if key == 0 {
		return s.zero
	}
	_, found := s.find(key)
	return found
}
