package bench

import (
	"slices"

	"github.com/ebbstream/ebb/schemas"
)

// seen is which event it was: 24 bytes without a pointer.
type seen struct {
	hi, lo                uint64 // the UUID; of an id that is none its hash
	category, typ, source uint16 // numbers; of the category one more, 0: none
	late, text            bool   // text: the id is no UUID
}

func (s *seen) reserved() bool { return s.typ >= ownTypes && int(s.typ) < int(ownTypes)+len(reserved) }

// remembered is an event of the last 24 hours: all that the job reads of it.
type remembered struct {
	seen
	time   schemas.Instant
	amount float64
}

// memory is the events of the last 24 hours, in the order of arrival, and a few older ones.
type memory struct {
	all    []remembered
	filter uint64 // a bit for each of all, by its id: while they are few most new events show here, without a look at all
	// Once they are many, a table of a power of two places finds one: 1 + its place in all, and 16 bits of its id above
	// that. What all does not hold any more stays in the table until it is made anew.
	table []uint32
	used  int
}

const (
	fewEvents = 12     // up to so many are looked through
	limit     = 10_000 // events remembered of a profile at most
)

// has is whether the event was there before.
func (m *memory) has(r *remembered, horizon schemas.Instant) bool {
	if m.table == nil {
		if m.filter&r.bit() == 0 {
			return false
		}
		for i := range m.all {
			if o := &m.all[i]; o.lo == r.lo && o.same(r, horizon) {
				return true
			}
		}
		return false
	}
	mask := len(m.table) - 1
	for at := r.place() & mask; m.table[at] != 0; at = (at + 1) & mask {
		if entry := m.table[at]; entry>>16 == r.print() && m.all[entry&0xFFFF-1].same(r, horizon) {
			return true
		}
	}
	return false
}

func (r *remembered) same(o *remembered, horizon schemas.Instant) bool {
	return r.lo == o.lo && r.hi == o.hi && r.source == o.source && r.text == o.text && r.time >= horizon
}

func (r *remembered) bit() uint64   { return 1 << ((r.lo ^ r.hi) & 63) }
func (r *remembered) place() int    { return int((r.hi ^ r.lo*0x9E3779B97F4A7C15) >> 32) }
func (r *remembered) print() uint32 { return uint32(r.lo^r.hi) & 0xFFFF }

// add remembers an event. At the limit the oldest is forgotten for it.
func (m *memory) add(p *shopper, r *remembered, horizon schemas.Instant) {
	at := len(m.all)
	switch {
	case at == limit:
		if m.purge(p, r, horizon); len(m.all) < limit {
			at = len(m.all)
			break
		}
		if len(p.texts) > 2*limit {
			p.forgetTexts(r)
		}
		for i := range m.all {
			if at == limit || m.all[i].time < m.all[at].time {
				at = i
			}
		}
		if r.time <= m.all[at].time {
			return
		}
	case at == cap(m.all):
		m.purge(p, r, horizon)
		if at = len(m.all); at > cap(m.all)*3/4 || at == 0 {
			m.all = slices.Grow(m.all, min(max(4, at), limit-at))
		}
	}
	if at == len(m.all) {
		m.all = m.all[:at+1]
	}
	m.all[at] = *r
	m.filter |= r.bit()
	switch {
	case m.table != nil:
		m.index(at)
	case len(m.all) > fewEvents:
		m.reindex()
	}
}

// purge forgets what is older than the horizon, for an event that comes.
func (m *memory) purge(p *shopper, r *remembered, horizon schemas.Instant) {
	kept := 0
	m.filter = 0
	for i := range m.all {
		if m.all[i].time >= horizon {
			m.all[kept] = m.all[i]
			m.filter |= m.all[i].bit()
			kept++
		}
	}
	if kept == len(m.all) {
		return
	}
	m.all = m.all[:kept]
	if p.texts != nil {
		p.forgetTexts(r)
	}
	if m.table != nil {
		m.reindex()
	}
}

func (m *memory) index(at int) {
	if m.used++; 3*m.used > len(m.table) {
		m.reindex()
		return
	}
	m.put(at)
}

func (m *memory) put(at int) {
	r := &m.all[at]
	mask := len(m.table) - 1
	place := r.place() & mask
	for m.table[place] != 0 {
		place = (place + 1) & mask
	}
	m.table[place] = r.print()<<16 | uint32(at+1)
}

// reindex makes the table anew: none if they are few, else with room for twice as many.
func (m *memory) reindex() {
	m.used = len(m.all)
	size := 64
	for size < 6*m.used {
		size *= 2
	}
	switch {
	case m.used <= fewEvents:
		m.table = nil
		return
	case size == len(m.table):
		clear(m.table)
	default:
		m.table = make([]uint32, size)
	}
	for at := range m.all {
		m.put(at)
	}
}
