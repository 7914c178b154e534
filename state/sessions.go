package state

import (
	"cmp"
	"slices"

	"github.com/ebbstream/ebb/schemas"
)

// Sessions are the sessions of a profile: those that can still change, ascending, further apart than the gap; and of
// those that are over for good, how many there were and when those of the last Window began.
type Sessions struct {
	Gap     schemas.Duration
	Window  schemas.Duration // how far back the starts of ended sessions are kept; 0: not at all
	Keep    int
	Names   *Names
	Open    []Session
	Limited bool // a start was forgotten that is still in the window
	Ended   int64
	Starts  []schemas.Instant // of ended ones, ascending
	room    [1]Session        // for Open, of which there is mostly one: beside the rest in memory
}

// Session is one of them: events whose neighbours are at most the gap apart.
type Session struct {
	Start, End schemas.Instant
	Events     int64
	Counts     []schemas.TypeCount // by type, ascending
	Firsts     []SessionFirst      // of session.first(type, field), in the order of their keys
	Given      bool                // it is over for the partition, and was published; not yet for the profile's own now
	ends       ends
}

// SessionFirst is the first value of one session.first call: Key is its canonical spelling.
type SessionFirst struct {
	Key string
	Register
}

// One is the session of one event alone.
func (c *Sessions) One(v *Visit) Session {
	var s Session
	s.begin(v)
	return s
}

// begin makes it the session of one event, in the memory of one that is over.
func (s *Session) begin(v *Visit) {
	e := v.Event
	s.Start, s.End, s.Events, s.Firsts, s.Given = e.Time, e.Time, 1, nil, false
	if s.Counts == nil {
		s.Counts = make([]schemas.TypeCount, 0, 3)
	}
	s.Counts = append(s.Counts[:0], schemas.TypeCount{Type: e.Type, Events: 1})
	s.ends.begin(v)
}

// Join puts an event into its session, opening one or bridging several. one is the session of that event alone.
func (c *Sessions) Join(one Session) *Session {
	if c.Open == nil {
		c.Open = c.room[:0]
	}
	i := len(c.Open)
	for i > 0 && c.Open[i-1].End.Add(c.Gap) >= one.Start {
		i--
	}
	j := i
	for j < len(c.Open) && c.Open[j].Start <= one.End.Add(c.Gap) {
		c.join(&one, &c.Open[j])
		j++
	}
	if j == i+1 { // the common case
		c.Open[i] = one
	} else {
		c.Open = slices.Replace(c.Open, i, j, one)
	}
	return &c.Open[i]
}

// Begin opens a session with an event that is later than all others by more than the gap, as Join would. It reports
// whether it did.
func (c *Sessions) Begin(v *Visit) (*Session, bool) {
	last := len(c.Open) - 1
	if last >= 0 && v.Time <= c.Open[last].End.Add(c.Gap) {
		return nil, false
	}
	if c.Open == nil {
		c.Open = c.room[:0]
	}
	if len(c.Open) < cap(c.Open) {
		c.Open = c.Open[:last+2]
	} else {
		c.Open = append(c.Open, Session{})
	}
	s := &c.Open[last+1]
	s.begin(v)
	return s, true
}

// Extend puts an event that belongs to the latest session only, and not before its start, into it, as Join would. It
// reports whether it did.
func (c *Sessions) Extend(v *Visit) (*Session, bool) {
	last := len(c.Open) - 1
	if last < 0 {
		return nil, false
	}
	s, e := &c.Open[last], v.Event
	if e.Time < s.Start || e.Time > s.End.Add(c.Gap) {
		return nil, false
	}
	s.Events++
	counted := false
	for i := range s.Counts {
		if s.Counts[i].Type == e.Type {
			s.Counts[i].Events++
			counted = true
			break
		}
	}
	if !counted {
		s.Counts = joinCounts(s.Counts, []schemas.TypeCount{{Type: e.Type, Events: 1}})
	}
	switch {
	case e.Time > s.End:
		s.ends.setLast(v)
		s.End = e.Time
	case e.Time == s.Start || e.Time == s.End:
		one := c.One(v)
		c.joinEnds(s, &one)
	}
	return s, true
}

func (c *Sessions) join(s, o *Session) {
	c.joinEnds(s, o)
	s.Start, s.End = min(s.Start, o.Start), max(s.End, o.End)
	s.Events += o.Events
	s.Counts = joinCounts(o.Counts, s.Counts)
	for i := range o.Firsts {
		s.TellFirst(o.Firsts[i].Key, o.Firsts[i].Mark, o.Firsts[i].Value)
	}
}

// joinEnds finds the first and the last event of two sessions.
func (c *Sessions) joinEnds(s, o *Session) {
	first, last := s.ends.first(), s.ends.last()
	if c.Names.mark(o.ends.first(), o.Start).Before(c.Names.mark(first, s.Start)) {
		first = o.ends.first()
	}
	if c.Names.mark(last, s.End).Before(c.Names.mark(o.ends.last(), o.End)) {
		last = o.ends.last()
	}
	s.ends.set(first, last)
}

// TellFirst offers a value for the session.first call of that key.
func (s *Session) TellFirst(key string, m Mark, v schemas.Value) {
	i, found := slices.BinarySearchFunc(s.Firsts, key, func(f SessionFirst, key string) int { return cmp.Compare(f.Key, key) })
	if !found {
		s.Firsts = slices.Insert(s.Firsts, i, SessionFirst{key, Register{First: true}})
	}
	s.Firsts[i].Tell(m, v)
}

// FirstOf is the value of the session.first call of that key: null if there is none.
func (s *Session) FirstOf(key string) schemas.Value {
	for i := range s.Firsts {
		if s.Firsts[i].Key == key {
			return s.Firsts[i].Value
		}
	}
	return schemas.NullValue
}

// joinCounts adds few to many, in place.
func joinCounts(many, few []schemas.TypeCount) []schemas.TypeCount {
	for _, f := range few {
		i, found := slices.BinarySearchFunc(many, f.Type, func(c schemas.TypeCount, typ string) int { return cmp.Compare(c.Type, typ) })
		if found {
			many[i].Events += f.Events
		} else {
			many = slices.Insert(many, i, f)
		}
	}
	return many
}

// Count is how many events of a type the session holds.
func (s *Session) Count(typ string) int64 {
	for i := range s.Counts {
		if s.Counts[i].Type == typ {
			return s.Counts[i].Events
		}
	}
	return 0
}

// Current is the session that is open at n, or nil.
func (c *Sessions) Current(n schemas.Instant) *Session {
	if last := len(c.Open) - 1; last >= 0 && n <= c.Open[last].End.Add(c.Gap) {
		return &c.Open[last]
	}
	return nil
}

// AnyOver is whether Over has something to do.
func (c *Sessions) AnyOver(n, now schemas.Instant) bool {
	if len(c.Open) == 0 {
		return false
	}
	s := &c.Open[0]
	return c.over(s, n) && (!s.Given || c.over(s, now))
}

// NextOver is the first n of which AnyOver is true; Never.
func (c *Sessions) NextOver() schemas.Instant {
	for i := range c.Open {
		if s := &c.Open[i]; !s.Given {
			return s.End.Add(c.Gap + 1)
		}
	}
	return schemas.Never
}

// over is whether a session ended, gap included, before n.
func (c *Sessions) over(s *Session, n schemas.Instant) bool { return s.End.Add(c.Gap) < n }

// Over gives the sessions that ended, gap included, before n, each once and for as long as the call takes, and takes off
// those that ended before now: until then an expression sees them.
func (c *Sessions) Over(n, now schemas.Instant, give func(*Session)) {
	over := 0
	for i := 0; i < len(c.Open) && c.over(&c.Open[i], n); i++ {
		s := &c.Open[i]
		if !s.Given {
			give(s)
			s.Given = true
		}
		if over == i && c.over(s, now) {
			over++
		}
	}
	if over == 0 {
		return
	}
	for i := range c.Open[:over] {
		s := &c.Open[i]
		if c.Window > 0 {
			at, _ := slices.BinarySearch(c.Starts, s.Start)
			c.Starts = slices.Insert(c.Starts, at, s.Start)
		}
	}
	for i := over; i < len(c.Open); i++ {
		c.Open[i-over], c.Open[i] = c.Open[i], c.Open[i-over] // what is over lends its memory to the next
	}
	c.Open = c.Open[:len(c.Open)-over]
	c.Ended += int64(over)
	c.drop(now)
}

func (c *Sessions) drop(now schemas.Instant) {
	gone := 0
	for gone < len(c.Starts) && (c.Starts[gone].Add(c.Window) <= now || len(c.Starts)-gone > c.Keep) {
		c.Limited = c.Limited || c.Starts[gone].Add(c.Window) > now
		gone++
	}
	c.Starts = slices.Delete(c.Starts, 0, gone)
}

// Count is how many sessions began in the window w (0: ever) at n.
func (c *Sessions) Count(n schemas.Instant, w schemas.Duration) int64 {
	if w == 0 {
		return c.Ended + int64(len(c.Open))
	}
	count, edge := int64(0), n.Add(-w)
	for i := len(c.Open) - 1; i >= 0 && c.Open[i].Start > edge; i-- {
		count++
	}
	for i := len(c.Starts) - 1; i >= 0 && c.Starts[i] > edge; i-- {
		count++
	}
	return count
}

// NextLeaving is the first instant after n at which a session's start leaves the window w.
func (c *Sessions) NextLeaving(n schemas.Instant, w schemas.Duration) schemas.Instant {
	edge := n.Add(-w)
	for _, start := range c.Starts {
		if start > edge {
			return start.Add(w)
		}
	}
	for i := range c.Open {
		if start := c.Open[i].Start; start > edge {
			return start.Add(w)
		}
	}
	return schemas.Never
}

// Append writes all sessions.
func (c *Sessions) Append(b []byte, e Edge) []byte {
	c.drop(e.Now)
	b = appendUint(b, uint64(c.Ended))
	b = appendInstants(b, c.Starts)
	b = appendUint(b, uint64(len(c.Open)))
	for i := range c.Open {
		b = c.Open[i].append(b, e)
	}
	return b
}

func (s *Session) append(b []byte, e Edge) []byte {
	given := uint64(0)
	if s.Given {
		given = 1
	}
	b = appendUint(appendInt(b, int64(s.Start)), uint64(s.End-s.Start))
	b = appendUint(b, uint64(len(s.Counts))<<1|given)
	for _, c := range s.Counts {
		b = appendUint(e.Names.append(b, c.Type), uint64(c.Events))
	}
	b = s.ends.append(b)
	b = appendUint(b, uint64(len(s.Firsts)))
	for i := range s.Firsts {
		b = s.Firsts[i].Append(e.Names.append(b, s.Firsts[i].Key), e)
	}
	return b
}

// Decode reads all sessions.
func (c *Sessions) Decode(r *Reader) {
	c.Ended, c.Limited = int64(r.uint()), false
	c.Starts = r.instants(c.Starts[:0])
	n := r.count(8)
	if c.Open == nil {
		c.Open = c.room[:0]
	}
	if n > cap(c.Open) {
		c.Open = make([]Session, n)
	}
	c.Open = c.Open[:n]
	for i := range c.Open {
		s := &c.Open[i]
		s.Start = schemas.Instant(r.int())
		s.End = s.Start + schemas.Instant(r.uint())
		counts := r.uint()
		s.Given = counts&1 != 0
		types := r.limit(counts>>1, 2)
		s.Events, s.Counts, s.Firsts = 0, slices.Grow(s.Counts[:0], max(types, 3)), nil
		for range types {
			count := schemas.TypeCount{Type: r.name(), Events: int64(r.uint())}
			s.Counts = append(s.Counts, count)
			s.Events += count.Events
		}
		s.ends = r.ends(c.Names)
		for range r.count(4) {
			first := SessionFirst{r.name(), Register{First: true}}
			first.Decode(r)
			s.Firsts = append(s.Firsts, first)
		}
	}
}

// Merge joins the sessions of both.
func (c *Sessions) Merge(other Cell) {
	o := other.(*Sessions)
	for _, s := range o.Open {
		s.Counts = slices.Clone(s.Counts)
		s.Firsts = slices.Clone(s.Firsts)
		s.ends.long = slices.Clone(s.ends.long)
		c.Join(s)
	}
	c.Ended += o.Ended
	c.Starts = append(c.Starts, o.Starts...)
	slices.Sort(c.Starts)
}
