package partition

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ebbstream/ebb/pipeline/live"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// profiles are the partition's profiles, as rows: those in use, which are those that changed since the last Batch and those of the
// Batch that is being committed, and others that were of use of late, in front of the store. One at a time is open, decoded.
type profiles struct {
	p       *Partition
	rows    Rows
	held    map[string]*held
	cache   cache
	memory  *state.Profile // of the one that is open, if it is not large
	dirty   []*held
	sealed  []*held           // those of the Batch last sealed, until it is in the store
	own     map[string][]byte // ebb's own rows of that Batch
	layouts map[uint64]*state.Translation
	secret  []byte // the key of the hashes of erased ids; nil: nobody was erased here
	asked   bool   // for the secret
	fresh   bool   // the layout's row must be written
	changed bool   // it was another when the partition was opened
	buffer  []byte
	known   known
}

// held is one that is in use.
type held struct {
	id                  string
	row                 []byte          // nil: there is none
	own                 bool            // the row was written here
	whole               *state.Profile  // of a large profile that is dirty: itself, as reading and writing it takes long
	wake                schemas.Instant // as of the row, or of whole
	was                 schemas.Instant // of the row that is sealed, or in the store
	epoch               int64
	alive               bool
	unseen              bool // there is no row of it that is sealed, or in the store
	dirty               bool // it changed since the last Batch
	erased              bool // it was erased since then
	sealed              bool // its row is in the Batch last sealed, and not yet in the store
	turns               bool // it has events in the present turn
	firstTurn, lastTurn int32
}

// wholeFrom is how long the row of a profile is that stays decoded from one turn to the next.
const wholeFrom = 16 << 10

func newProfiles(p *Partition) profiles {
	return profiles{p: p, rows: p.store, held: map[string]*held{}, own: map[string][]byte{}, layouts: map[uint64]*state.Translation{},
		memory: p.chain.Layout().New(""), cache: cache{most: p.c.Rows}}
}

// row is what is remembered under a key: nil if nothing.
func (s *profiles) row(key string) ([]byte, error) {
	if row, found := s.own[key]; found {
		return row, nil
	}
	return s.rows.Get(s.p.number, key)
}

// get is the profile of an id, an empty one if there is none.
func (s *profiles) get(id string) (*held, error) {
	if h := s.held[id]; h != nil {
		return h, nil
	}
	h := &held{}
	if r := s.cache.get(id); r != nil {
		h.id, h.row, h.own = r.id, r.row, r.own
	} else {
		row, err := s.find(id)
		if err != nil {
			return nil, err
		}
		h.id, h.row, h.unseen = strings.Clone(id), row, row == nil // not with the event that it is part of
	}
	h.wake = state.RowWake(h.row)
	h.was = h.wake
	s.held[h.id] = h
	return h, nil
}

// open decodes a profile, into the memory of the one that was open before; a large one into memory of its own, as those that come
// after it would have to clear it.
func (s *profiles) open(h *held) (p *state.Profile, err error) {
	if h.whole != nil {
		return h.whole, nil
	}
	memory := s.memory
	if len(h.row) >= wholeFrom {
		memory = s.p.chain.Layout().New("")
	}
	switch {
	case h.row == nil:
		p = s.p.chain.Layout().Again(memory, h.id)
	case h.own:
		p, err = s.p.chain.Layout().Reopen(memory, h.id, state.RowState(h.row))
	default:
		p, err = s.decode(memory, h.id, h.row)
	}
	if err != nil {
		return nil, fmt.Errorf("reading profile %q: %w", h.id, err)
	}
	h.alive, h.epoch = p.Alive, p.Epoch
	return p, nil
}

// close has a profile that was changed fire what is due, and written.
func (s *profiles) close(h *held, p *state.Profile) {
	s.p.chain.Pass(p, s.p.watermark, s.p.emitter)
	if !h.dirty {
		h.dirty = true
		s.dirty = append(s.dirty, h)
	}
	h.erased = h.erased || p.Epoch != h.epoch
	h.alive, h.epoch, h.wake = p.Alive, p.Epoch, s.p.chain.Wake(p)
	if h.whole != nil {
		return
	}
	if len(h.row) >= wholeFrom {
		h.whole = p
		return
	}
	if s.write(h, p); len(h.row) >= wholeFrom {
		s.memory = s.p.chain.Layout().New("")
	}
}

// write makes the row of a profile. One that was told of nothing that was applied has none.
func (s *profiles) write(h *held, p *state.Profile) {
	if !p.Alive && p.Epoch == 0 {
		return
	}
	s.buffer = s.p.chain.Layout().Encode(state.AppendRow(s.buffer[:0], h.wake), p, s.p.chain.Horizon(p))
	h.row, h.own = slices.Clone(s.buffer), true
	if len(s.buffer) >= wholeFrom {
		s.buffer = nil
	}
}

// find is the row of an id, or what stays of one that was erased.
func (s *profiles) find(id string) ([]byte, error) {
	if !s.known.maybe(id) {
		return nil, nil
	}
	row, err := s.row(state.ProfileKey(id))
	if row != nil || err != nil {
		return row, err
	}
	secret, err := s.eraseKey(false)
	if secret == nil || err != nil {
		return nil, err
	}
	return s.row(state.ErasedKey(secret, id))
}

// decode reads a row, into the memory of a profile that nobody uses any more; nil: into new memory.
func (s *profiles) decode(used *state.Profile, id string, row []byte) (*state.Profile, error) {
	value := state.RowState(row)
	hash, err := state.LayoutHash(value)
	if err != nil {
		return nil, err
	}
	layout := s.p.chain.Layout()
	var t *state.Translation
	if hash != layout.Hash {
		if t, err = s.translation(hash); err != nil {
			return nil, err
		}
	}
	if used == nil {
		return layout.Decode(id, value, t)
	}
	return layout.DecodeInto(used, id, value, t)
}

// translation reads what was written under another layout.
func (s *profiles) translation(hash uint64) (*state.Translation, error) {
	if t := s.layouts[hash]; t != nil {
		return t, nil
	}
	old, err := s.row(state.LayoutKey(hash))
	if err != nil {
		return nil, err
	}
	if old == nil {
		return nil, fmt.Errorf("its layout %016x is not known", hash)
	}
	t, err := s.p.chain.Layout().Translate(state.RowState(old))
	if err == nil {
		s.layouts[hash] = t
	}
	return t, err
}

// seal begins the next Batch. What is in this one is kept until it is in the store.
func (s *profiles) seal(b *live.Batch) {
	for _, h := range s.dirty {
		h.dirty, h.sealed = false, true
	}
	s.sealed, s.dirty = s.dirty, s.sealed[:0]
	for _, row := range b.Rows {
		if state.Own(row.Key) {
			s.own[row.Key] = row.Value
		}
	}
}

func (s *profiles) landed() {
	for i, h := range s.sealed {
		h.sealed, s.sealed[i] = false, nil
		s.cache.put(h.id, h.row, h.own)
		s.rest(h)
	}
	s.sealed = s.sealed[:0]
	clear(s.own)
	s.cache.trim()
}

// rest has a profile held no longer, if its row is in the store.
func (s *profiles) rest(h *held) {
	if !h.dirty && !h.sealed {
		delete(s.held, h.id)
	}
}
