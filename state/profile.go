package state

import (
	"encoding/binary"
	"slices"

	"github.com/cespare/xxhash/v2"

	"github.com/ebbstream/ebb/schemas"
)

// Profile is all that is remembered of one person (or whatever the subject of events is).
type Profile struct {
	ID string

	Epoch  int64           // how often it was erased
	Erased schemas.Instant // the latest erasure; Earliest: never

	// Of the present life; Alive is false before its first event, and then the rest is zero.
	Alive       bool
	First       schemas.Instant // the least time of an applied event
	Clock       schemas.Instant // the greatest
	Now         schemas.Instant // the greatest of Clock and the latest timer that fired
	Limited     bool            // a limit has made something inexact
	Stale       bool            // it was written when segments meant something else, and not judged since
	Recent      Recent
	Cells       []Cell // by the numbers of the Layout; nil: was told nothing
	Memberships Memberships
	idle        []Cell // of another profile that had this memory before, by the same numbers: Decode uses their memory again
}

// Spec is one cell that a plan keeps: its canonical key, and its zero form.
type Spec struct {
	Key    string
	New    func() Cell
	Anew   bool             // it begins when it is configured: no history is missing before that
	Window schemas.Duration // how far back it reaches, if that may change while the key stays; else 0
}

// Layout says what the bytes of a profile mean: the keys of its cells and the texts it shortens, each by number. It is
// stored once, under its hash, so that bytes written under another plan can still be read.
type Layout struct {
	Specs    []Spec
	Names    *Names   // the segments first
	Segments int      // how many of Names may be segments: the first ones
	Meanings []string // what the segments mean, as hashes: a profile written under others must be judged anew
	Keep     int      // events remembered a profile at most
	Hash     uint64
}

// NewLayout numbers specs and names.
func NewLayout(specs []Spec, names *Names, keep int) *Layout {
	l := &Layout{Specs: specs, Names: names, Segments: len(names.List), Keep: keep}
	l.Hash = xxhash.Sum64(l.Append(nil))
	return l
}

// Append writes the layout's bytes: what DecodeLayout reads.
func (l *Layout) Append(b []byte) []byte {
	b = appendUint(append(b, 1), uint64(len(l.Specs)))
	for _, s := range l.Specs {
		b = appendText(b, s.Key)
	}
	b = appendUint(b, uint64(len(l.Names.List)))
	for _, text := range l.Names.List {
		b = appendText(b, text)
	}
	b = appendUint(b, uint64(len(l.Meanings)))
	for _, text := range l.Meanings {
		b = appendText(b, text)
	}
	for i, s := range l.Specs {
		if s.Window > 0 {
			b = appendInt(appendUint(b, uint64(i)), int64(s.Window))
		}
	}
	return b
}

// Mean says what the segments mean.
func (l *Layout) Mean(meanings []string) {
	l.Meanings = meanings
	l.Hash = xxhash.Sum64(l.Append(nil))
}

// Translation reads profiles that were written under another layout.
type Translation struct {
	cells []int // new number of each old cell, -1: not kept any more
	names []string
	to    []int // new number of each old name
}

// Translate makes the translation from a stored layout to l.
func (l *Layout) Translate(old []byte) (*Translation, error) {
	r := Reader{rest: old}
	if r.byte() != 1 {
		return nil, ErrCorrupt
	}
	byKey := make(map[string]int, len(l.Specs))
	for i, s := range l.Specs {
		byKey[s.Key] = i
	}
	t := &Translation{}
	for range r.count(1) {
		i, found := byKey[r.text()]
		if !found {
			i = -1
		}
		t.cells = append(t.cells, i)
	}
	for range r.count(1) {
		text := r.text()
		t.names, t.to = append(t.names, text), append(t.to, l.Names.Number(text))
	}
	return t, r.Err()
}

// Missing are the keys of l's cells that a stored layout does not have, or whose windows were shorter there: what l would
// have to be told anew. A layout that was stored before it said how long windows are is taken to have them as long.
func (l *Layout) Missing(old []byte) ([]string, error) {
	r := Reader{rest: old}
	if r.byte() != 1 {
		return nil, ErrCorrupt
	}
	known := map[string]schemas.Duration{} // their windows; 0: of no length, or of one that is not known
	keys := make([]string, r.count(1))
	for i := range keys {
		keys[i] = r.text()
		known[keys[i]] = 0
	}
	for range 2 { // names and meanings
		for range r.count(1) {
			r.bytes()
		}
	}
	for len(r.rest) > 0 {
		i, window := r.uint(), schemas.Duration(r.int())
		if i >= uint64(len(keys)) {
			return nil, ErrCorrupt
		}
		known[keys[i]] = window
	}
	var missing []string
	for _, s := range l.Specs {
		window, found := known[s.Key]
		if !found && !s.Anew || window > 0 && window < s.Window {
			missing = append(missing, s.Key)
		}
	}
	return missing, r.Err()
}

// number turns a stored number of Names into today's; -1: not known any more.
func (r *Reader) number(i int) int {
	switch {
	case i < 0 || i >= len(r.names):
		r.fail()
		return -1
	case r.to == nil:
		return i
	}
	return r.to[i]
}

// New is an empty profile.
func (l *Layout) New(id string) *Profile {
	if n := len(l.Specs); n <= few {
		p := &struct {
			Profile
			cells [few]Cell
		}{Profile: Profile{ID: id, Erased: schemas.Earliest, Recent: Recent{Keep: l.Keep}}}
		p.Cells = p.cells[:n]
		return &p.Profile
	}
	return &Profile{ID: id, Erased: schemas.Earliest, Recent: Recent{Keep: l.Keep}, Cells: make([]Cell, len(l.Specs))}
}

// A profile of so many cells at most has them beside it in memory.
const few = 12

// Cell is the cell of that number, made if the profile has none yet.
func (p *Profile) Cell(l *Layout, number int) Cell {
	if p.Cells[number] == nil {
		p.Cells[number] = l.Specs[number].New()
	}
	return p.Cells[number]
}

// The first byte of a profile.
const (
	version1 = 1

	flagAlive   = 1
	flagErased  = 2
	flagLimited = 4
)

// Encode writes a profile (without its id) as of the horizon: clock - accept.
func (l *Layout) Encode(b []byte, p *Profile, horizon schemas.Instant) []byte {
	b = append(b, version1)
	b = binary.LittleEndian.AppendUint64(b, l.Hash)
	flags := byte(0)
	if p.Alive {
		flags |= flagAlive
	}
	if p.Erased != schemas.Earliest {
		flags |= flagErased
	}
	if p.Limited {
		flags |= flagLimited
	}
	b = append(b, flags)
	if flags&flagErased != 0 {
		b = appendInt(appendUint(b, uint64(p.Epoch)), int64(p.Erased))
	}
	if !p.Alive {
		return b
	}
	e := Edge{p.Now, horizon, l.Names}
	b = appendUint(appendInt(b, int64(p.First)), uint64(p.Clock-p.First))
	b = appendUint(b, uint64(p.Now-p.Clock))
	b = p.Recent.append(b, e)
	b = p.Memberships.Append(b, e)
	last := -1
	for i, c := range p.Cells {
		if c == nil {
			continue
		}
		b = appendUint(b, uint64(i-last))
		last = i
		at := len(b)
		b = c.Append(append(b, 0), e)
		b = setUint(b, at, uint64(len(b)-at-1))
	}
	return b
}

// LayoutHash is the hash of the layout that a profile's bytes were written under.
func LayoutHash(b []byte) (uint64, error) {
	if len(b) < 10 || b[0] != version1 {
		return 0, ErrCorrupt
	}
	return binary.LittleEndian.Uint64(b[1:]), nil
}

// Again makes an empty profile of one of l that nobody uses any more.
func (l *Layout) Again(p *Profile, id string) *Profile {
	if p.idle == nil {
		p.idle = make([]Cell, len(p.Cells))
	}
	for i, c := range p.Cells {
		if c != nil {
			p.idle[i], p.Cells[i] = c, nil
		}
	}
	by := p.Memberships.By[:0]
	*p = Profile{ID: id, Erased: schemas.Earliest, Recent: p.Recent.again(), Cells: p.Cells, idle: p.idle}
	p.Memberships.By = by
	return p
}

// idleCell is the cell of that number, as it is to be read from bytes.
func (p *Profile) idleCell(l *Layout, number int) Cell {
	if p.idle != nil && p.idle[number] != nil {
		c := p.idle[number]
		p.idle[number] = nil
		return c
	}
	return l.Specs[number].New()
}

// Decode reads a profile that was written under l (t nil), or under another layout (t from Translate).
func (l *Layout) Decode(id string, b []byte, t *Translation) (*Profile, error) {
	return l.decode(l.New(id), b, t, false)
}

// DecodeInto is Decode into the memory of a profile of l that nobody uses any more.
func (l *Layout) DecodeInto(used *Profile, id string, b []byte, t *Translation) (*Profile, error) {
	return l.decode(l.Again(used, id), b, t, false)
}

// Reopen is DecodeInto of what Encode wrote under l itself, in this very process: not all of it is checked again.
func (l *Layout) Reopen(used *Profile, id string, b []byte) (*Profile, error) {
	return l.decode(l.Again(used, id), b, nil, true)
}

func (l *Layout) decode(p *Profile, b []byte, t *Translation, trusted bool) (*Profile, error) {
	if _, err := LayoutHash(b); err != nil {
		return nil, err
	}
	r := &Reader{rest: b[9:], names: l.Names.List, trusted: trusted}
	var rename *Names
	if t != nil {
		r.names, r.to, rename = t.names, t.to, l.Names
	}
	flags := r.byte()
	p.Alive, p.Limited, p.Stale = flags&flagAlive != 0, flags&flagLimited != 0, t != nil
	if flags&flagErased != 0 {
		p.Epoch, p.Erased = int64(r.uint()), schemas.Instant(r.int())
	}
	if !p.Alive {
		return p, r.Err()
	}
	p.First = schemas.Instant(r.int())
	p.Clock = p.First + schemas.Instant(r.uint())
	p.Now = p.Clock + schemas.Instant(r.uint())
	p.Recent.decode(r, rename)
	p.Memberships.Decode(r)
	p.Memberships.By = slices.DeleteFunc(p.Memberships.By, func(m Membership) bool { return m.Segment >= l.Segments })
	for i := -1; len(r.rest) > 0; {
		i += int(r.uint())
		body := Reader{rest: r.bytes(), names: r.names, to: r.to, trusted: trusted}
		number := i
		if t != nil {
			if number = -1; i >= 0 && i < len(t.cells) {
				number = t.cells[i]
			}
		}
		switch {
		case r.bad || i < 0 || t == nil && i >= len(l.Specs):
			return nil, ErrCorrupt
		case number < 0:
			continue // no longer kept
		}
		c := p.idleCell(l, number)
		c.Decode(&body)
		if body.bad || len(body.rest) > 0 {
			return nil, ErrCorrupt
		}
		p.Cells[number] = c
	}
	return p, r.Err()
}
