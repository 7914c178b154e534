package bench

import (
	"cmp"
	"slices"

	"github.com/ebbstream/ebb/operators"
	"github.com/ebbstream/ebb/schemas"
)

// session is events whose neighbours are at most the gap apart.
type session struct {
	start, end  schemas.Instant
	entry, exit seen
	counts      [ownTypes]uint32
	events      uint32
	given       bool              // published, but still to be seen
	others      map[uint16]uint32 // the counts of other types
}

func alone(r *remembered) session {
	s := session{start: r.time, end: r.time, entry: r.seen, exit: r.seen}
	s.count(r.typ, 1)
	return s
}

func (s *session) count(typ uint16, n uint32) {
	s.events += n
	if typ < ownTypes {
		s.counts[typ] += n
		return
	}
	if s.others == nil {
		s.others = map[uint16]uint32{}
	}
	s.others[typ] += n
}

// visit puts an event into its session, opening one or bridging several.
func (c *contract) visit(p *shopper, r *remembered) {
	last := &p.last
	switch {
	case last.events == 0:
		*last = alone(r)
	case r.time > last.end+gap:
		if len(p.earlier) == 0 && last.end+gap < p.clock-lateness {
			c.done = *last
			p.ended++
		} else {
			p.earlier = append(p.earlier, *last)
		}
		*last = alone(r)
	case r.time > last.end:
		last.count(r.typ, 1)
		last.end, last.exit = r.time, r.seen
	case r.time > last.start && r.time < last.end:
		last.count(r.typ, 1)
	default:
		c.join(p, alone(r))
	}
}

// join puts the session of one event among the others, of which it may bridge several.
func (c *contract) join(p *shopper, one session) {
	p.earlier = append(p.earlier, p.last)
	all := p.earlier
	i := len(all)
	for i > 0 && all[i-1].end+gap >= one.start {
		i--
	}
	j := i
	for ; j < len(all) && all[j].start <= one.end+gap; j++ {
		c.unite(p, &one, &all[j])
	}
	all = slices.Replace(all, i, j, one)
	p.earlier, p.last = all[:len(all)-1], all[len(all)-1]
}

func (c *contract) unite(p *shopper, s, o *session) {
	if c.compare(p, &o.entry, o.start, &s.entry, s.start) < 0 {
		s.start, s.entry = o.start, o.entry
	}
	if c.compare(p, &o.exit, o.end, &s.exit, s.end) > 0 {
		s.end, s.exit = o.end, o.exit
	}
	for typ, n := range o.counts {
		s.count(uint16(typ), n)
	}
	for typ, n := range o.others {
		s.count(typ, n)
	}
}

// over publishes the sessions that ended, gap included, before n, and takes off those that ended before now.
func (c *contract) over(p *shopper, n schemas.Instant, emit operators.Emit) {
	if c.done.events > 0 {
		c.end(p, &c.done, emit)
		c.done = session{}
	}
	if len(p.earlier) == 0 && (p.last.events == 0 || p.last.end+gap >= n) {
		return // as after most events
	}
	gone := 0
	for i := 0; i < len(p.earlier) && p.earlier[i].end+gap < n; i++ {
		s := &p.earlier[i]
		c.end(p, s, emit)
		if gone == i && s.end+gap < p.now {
			gone++
		}
	}
	p.ended += uint32(gone)
	if p.earlier = slices.Delete(p.earlier, 0, gone); p.last.end+gap >= n {
		return
	}
	if c.end(p, &p.last, emit); len(p.earlier) == 0 && p.last.end+gap < p.now {
		p.last = session{}
		p.ended++
	}
}

// end publishes a session once.
func (c *contract) end(p *shopper, s *session, emit operators.Emit) {
	if s.given || emit == nil {
		s.given = true
		return
	}
	s.given = true
	if c.off.messages {
		emit(nil)
		return
	}
	m := &struct {
		schemas.SessionEnded
		counts [3]schemas.TypeCount // mostly enough
	}{SessionEnded: schemas.SessionEnded{Profile: p.id, Epoch: p.epoch, Start: s.start, End: s.end, Events: int64(s.events)}}
	m.Counts = m.counts[:0]
	for typ, n := range s.counts {
		if n > 0 {
			m.Counts = append(m.Counts, schemas.TypeCount{Type: c.types.texts[typ], Events: int64(n)})
		}
	}
	if s.others != nil {
		for typ, n := range s.others {
			m.Counts = append(m.Counts, schemas.TypeCount{Type: c.types.texts[typ], Events: int64(n)})
		}
		slices.SortFunc(m.Counts, func(a, b schemas.TypeCount) int { return cmp.Compare(a.Type, b.Type) })
	}
	entry, exit := p.idsOf(&s.entry, &s.exit)
	m.Entry = schemas.SessionEvent{ID: entry, Type: c.types.texts[s.entry.typ], Time: s.start}
	m.Exit = schemas.SessionEvent{ID: exit, Type: c.types.texts[s.exit.typ], Time: s.end}
	emit(&m.SessionEnded)
}
