package partition

import (
	"fmt"

	"github.com/ebbstream/ebb/pipeline/live"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// profiles are the partition's profiles: those that changed since the last Batch, and some others, decoded, in front of the
// rows of the Batch that is being committed, in front of the store.
type profiles struct {
	p       *Partition
	rows    Rows
	decoded map[string]*held
	dirty   []*held
	sealed  []*held           // those of the Batch last sealed, until it is in the store
	own     map[string][]byte // ebb's own rows of that Batch
	layouts map[uint64]*state.Translation
	secret  []byte // the key of the hashes of erased ids; nil: nobody was erased here
	asked   bool   // for the secret
	fresh   bool   // the layout's row must be written
	changed bool   // it was another when the partition was opened
	buffer  []byte
	room    room // of rows
	known   known
}

type held struct {
	*state.Profile
	dirty  bool
	used   bool            // since it was last passed over, see trim
	unseen bool            // there is no row of it yet
	erased bool            // since the last Batch
	sealed bool            // its row is in the Batch last sealed, and not yet in the store
	wake   schemas.Instant // of the row it has, sealed or in the store
}

func newProfiles(p *Partition) profiles {
	return profiles{p: p, rows: p.store, decoded: map[string]*held{}, own: map[string][]byte{}, layouts: map[uint64]*state.Translation{}}
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
	if h := s.decoded[id]; h != nil {
		h.used = true
		return h, nil
	}
	h := &held{wake: schemas.Never}
	row, err := s.find(id)
	if err != nil {
		return nil, err
	}
	if h.unseen = row == nil; h.unseen {
		h.Profile = s.p.chain.Layout().New(id)
	} else if h.Profile, err = s.decode(id, row); err != nil {
		return nil, fmt.Errorf("reading profile %q: %w", id, err)
	}
	h.wake = state.RowWake(row)
	s.decoded[id] = h
	return h, nil
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

func (s *profiles) touch(h *held) {
	if !h.dirty {
		h.dirty = true
		s.dirty = append(s.dirty, h)
	}
}

func (s *profiles) decode(id string, row []byte) (*state.Profile, error) {
	value := state.RowState(row)
	hash, err := state.LayoutHash(value)
	if err != nil {
		return nil, err
	}
	layout := s.p.chain.Layout()
	if hash == layout.Hash {
		return layout.Decode(id, value, nil)
	}
	t := s.layouts[hash]
	if t == nil {
		old, err := s.row(state.LayoutKey(hash))
		if err != nil {
			return nil, err
		}
		if old == nil {
			return nil, fmt.Errorf("its layout %016x is not known", hash)
		}
		if t, err = layout.Translate(state.RowState(old)); err != nil {
			return nil, err
		}
		s.layouts[hash] = t
	}
	return layout.Decode(id, value, t)
}

// seal begins the next Batch. What is in this one is kept until it is in the store: the profiles decoded, the other rows as
// they are.
func (s *profiles) seal(b *live.Batch) {
	for _, h := range s.dirty {
		h.sealed = true
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
	}
	s.sealed = s.sealed[:0]
	clear(s.own)
	s.trim()
}

// trim drops decoded profiles that did not change and were not used of late, if there are too many, and a quarter more, so that
// it is not done at every Batch. It is the clock algorithm over a map, whose order is none: who was used is passed over once.
func (s *profiles) trim() {
	over := len(s.decoded) - s.p.c.Profiled
	if over <= 0 {
		return
	}
	over += s.p.c.Profiled / 4
	for range 2 {
		for id, h := range s.decoded {
			switch {
			case over == 0:
				return
			case h.dirty:
			case h.used:
				h.used = false
			default:
				delete(s.decoded, id)
				over--
			}
		}
	}
}
