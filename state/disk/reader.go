package disk

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"

	"github.com/ebbstream/ebb/state"
)

// A Reader looks up many profiles as they were when it was made. If they are asked for in order, an
// absent one costs a sixth of what it costs [Store.Profile], and a present one about the same. Out of
// order an absent one costs half, and a present one half as much again: so sort the ids of a poll.
//
// It sees no later commit, and keeps the tables it reads from being removed: make one for each batch
// of look-ups. It is for one goroutine.
type Reader struct {
	s   *Store
	it  *pebble.Iterator
	key []byte
}

// Reader returns a Reader of the store as it is now.
func (s *Store) Reader() (*Reader, error) {
	it, err := s.newIter(&pebble.IterOptions{
		// Pebble's Get passes over the filters of the last level, where most profiles lie, to save
		// their memory: so it reads a block there for every absent profile.
		UseL6Filters: true,
	})
	if err != nil {
		return nil, fmt.Errorf("reading profiles: %w", err)
	}
	return &Reader{s: s, it: it}, nil
}

// Profile is [Store.Profile].
func (r *Reader) Profile(dst []byte, task int32, id string) (value []byte, found bool, err error) {
	r.key = appendProfile(r.key[:0], task, id)
	if found = r.it.SeekPrefixGE(r.key); found {
		value, err = r.it.ValueAndErr()
	} else {
		err = r.it.Error()
	}
	if err = errors.Join(r.s.fault.get(), err); err != nil {
		return dst, false, fmt.Errorf("reading profile %q of task %d: %w", id, task, err)
	}
	return append(dst, value...), found, nil
}

// Position is [Store.Position], of the same moment as the profiles.
func (r *Reader) Position(task int32) (p state.Position, found bool, err error) {
	r.key = appendTask(r.key[:0], kindPosition, uint32(task))
	if found = r.it.SeekGE(r.key) && bytes.Equal(r.it.Key(), r.key); found {
		var value []byte
		if value, err = r.it.ValueAndErr(); err == nil {
			p, err = state.DecodePosition(value)
		}
	} else {
		err = r.it.Error()
	}
	if err = errors.Join(r.s.fault.get(), err); err != nil {
		return state.Position{}, false, fmt.Errorf("reading the position of task %d: %w", task, err)
	}
	return p, found, nil
}

// Close ends the reading.
func (r *Reader) Close() error { return r.it.Close() }
