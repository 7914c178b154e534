package pipeline

import (
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/ebbstream/ebb/operators/catalog"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
	"github.com/ebbstream/ebb/state/disk"
)

// profiles are the profiles of one task: decoded ones in memory, in front of a store. When there are too many, those
// not used since the last time are written and dropped.
type profiles struct {
	store    *disk.Store // opened when memory is full, or before
	open     func() (*disk.Store, error)
	task     int32
	chain    *catalog.Chain
	most     int // profiles in memory
	decoded  map[string]*held
	used     uint8 // the present round
	stored   bool  // whether the store holds anything
	layouts  map[uint64]*state.Translation
	buffer   []byte
	eraseKey []byte
}

type held struct {
	*state.Profile
	used  uint8
	dirty bool
	wake  schemas.Instant // as the store has it
}

// get is the profile of an id, an empty one if there is none.
func (s *profiles) get(id string) (*held, error) {
	if h := s.decoded[id]; h != nil {
		h.used = s.used
		return h, nil
	}
	if len(s.decoded) >= s.most {
		if err := s.evict(); err != nil {
			return nil, err
		}
	}
	h := &held{used: s.used, wake: schemas.Never}
	if s.stored {
		p, err := s.read(id)
		if err != nil {
			return nil, err
		}
		if p != nil {
			h.Profile, h.wake = p, s.chain.Wake(p)
		}
	}
	if h.Profile == nil {
		h.Profile = s.chain.Layout().New(id)
	}
	s.decoded[id] = h
	return h, nil
}

func (s *profiles) read(id string) (*state.Profile, error) {
	for _, key := range []string{state.ProfileKey(id), s.erasedKey(id)} {
		value, found, err := s.store.Profile(s.buffer[:0], s.task, key)
		if err != nil {
			return nil, err
		}
		s.buffer = value[:0]
		if found {
			return s.decode(id, value)
		}
	}
	return nil, nil
}

func (s *profiles) decode(id string, value []byte) (*state.Profile, error) {
	p, err := decodeProfile(s.store, s.task, s.chain.Layout(), s.layouts, id, value)
	if err != nil {
		return nil, fmt.Errorf("reading profile %q: %w", id, err)
	}
	return p, nil
}

// decodeProfile reads a profile written under today's layout or, through the stored layout, under another one.
func decodeProfile(store *disk.Store, task int32, layout *state.Layout, known map[uint64]*state.Translation, id string, row []byte) (*state.Profile, error) {
	value := state.RowState(row)
	hash, err := state.LayoutHash(value)
	if err != nil {
		return nil, err
	}
	if hash == layout.Hash {
		return layout.Decode(id, value, nil)
	}
	t := known[hash]
	if t == nil {
		old, found, err := store.Layout(hash) // of a replay
		if err == nil && !found {
			old, found, err = store.Profile(nil, task, state.LayoutKey(hash)) // of a node, where it is in the changelog, too
			old = state.RowState(old)
		}
		if err != nil {
			return nil, err
		}
		if !found {
			return nil, fmt.Errorf("its layout %016x is not in the state folder", hash)
		}
		if t, err = layout.Translate(old); err != nil {
			return nil, err
		}
		known[hash] = t
	}
	return layout.Decode(id, value, t)
}

func (s *profiles) erasedKey(id string) string { return state.ErasedKey(s.eraseKey, id) }

// evict writes the profiles that changed, and drops those not used since the last eviction; if all were, half of them.
func (s *profiles) evict() error {
	if err := s.flush(); err != nil {
		return err
	}
	before := len(s.decoded)
	maps.DeleteFunc(s.decoded, func(_ string, h *held) bool { return h.used != s.used })
	if len(s.decoded) > before*3/4 {
		i := 0
		maps.DeleteFunc(s.decoded, func(string, *held) bool { i++; return i%2 == 0 })
	}
	s.used++
	return nil
}

// A batch of the store is committed when it has grown to so many bytes.
const batchBytes = 8 << 20

// flush writes the profiles that changed, in the order of their keys.
func (s *profiles) flush() error {
	if s.store == nil {
		store, err := s.open()
		if err != nil {
			return err
		}
		s.store = store
	}
	batch := s.store.NewBatch()
	defer batch.Close()
	batch.PutLayout(s.chain.Layout().Hash, s.chain.Layout().Append(nil))
	for _, id := range slices.Sorted(maps.Keys(s.decoded)) {
		h := s.decoded[id]
		if !h.dirty {
			continue
		}
		s.put(batch, h)
		if batch.Bytes() > batchBytes {
			if err := batch.Commit(false); err != nil {
				return err
			}
		}
	}
	s.stored = true
	return batch.Commit(false)
}

// put adds a profile to a batch.
func (s *profiles) put(batch *disk.Batch, h *held) {
	h.dirty = false
	wake := s.chain.Wake(h.Profile)
	if h.Epoch > 0 || !h.Alive {
		batch.DeleteProfile(s.task, s.erasedKey(h.ID), schemas.Never)
		batch.DeleteProfile(s.task, state.ProfileKey(h.ID), h.wake)
		h.wake = schemas.Never
	}
	if !h.Alive && h.Epoch == 0 {
		return
	}
	key := state.ProfileKey(h.ID)
	if !h.Alive {
		key = s.erasedKey(h.ID)
	}
	s.buffer = s.chain.Layout().Encode(state.AppendRow(s.buffer[:0], wake), h.Profile, s.chain.Horizon(h.Profile))
	batch.PutProfile(s.task, key, s.buffer, h.wake, wake)
	h.wake = wake
}

// each visits every profile that is alive, in no particular order, and leaves the store as it is.
func (s *profiles) each(visit func(*state.Profile) error) error {
	if !s.stored {
		for _, h := range s.decoded {
			if err := visit(h.Profile); err != nil {
				return err
			}
		}
		return nil
	}
	if err := s.flush(); err != nil {
		return err
	}
	clear(s.decoded)
	for row, err := range s.store.Profiles(s.task) {
		if err != nil {
			return err
		}
		id, ok := state.ProfileID(row.ID)
		if !ok {
			continue
		}
		p, err := s.decode(id, row.Value)
		if err != nil {
			return err
		}
		if err := visit(p); err != nil {
			return err
		}
	}
	return nil
}

// newEraseKey is the secret under which the ids of erased people are hashed in one state folder.
func newEraseKey() []byte {
	key := make([]byte, 32)
	rand.Read(key) // never fails
	return key
}

// ErrNoProfile is that nothing is known of an id.
var ErrNoProfile = errors.New("no such profile")

// ReadProfile reads one profile from the folder of a stopped node or of a replay that kept its state.
func ReadProfile(dir string, c *catalog.Catalog, id string) (*state.Profile, error) {
	store, err := disk.Open(dir, disk.Options{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	defer store.Close()
	tasks, err := store.Tasks()
	if err != nil {
		return nil, err
	}
	for _, task := range tasks {
		value, found, err := store.Profile(nil, task, state.ProfileKey(id))
		if err != nil {
			return nil, err
		}
		if found {
			return decodeProfile(store, task, c.Layout, map[uint64]*state.Translation{}, id, value)
		}
	}
	return nil, ErrNoProfile
}
