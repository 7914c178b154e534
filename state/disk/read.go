package disk

import (
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"sync"

	"github.com/cockroachdb/pebble/v2"

	"github.com/ebbstream/ebb/state"
)

// Profile appends the bytes of a profile to dst. For many look-ups there is [Store.Reader].
func (s *Store) Profile(dst []byte, task int32, id string) (value []byte, found bool, err error) {
	key := keys.Get().(*[]byte)
	*key = appendProfile((*key)[:0], task, id)
	value, found, err = s.get(dst, *key)
	keys.Put(key)
	if err != nil {
		return dst, false, fmt.Errorf("reading profile %q of task %d: %w", id, task, err)
	}
	return value, found, nil
}

// Position returns where a task stands, if anything of it was ever committed.
func (s *Store) Position(task int32) (p state.Position, found bool, err error) {
	value, found, err := s.get(nil, appendTask(nil, kindPosition, uint32(task)))
	if err == nil && found {
		p, err = state.DecodePosition(value)
	}
	if err != nil {
		return state.Position{}, false, fmt.Errorf("reading the position of task %d: %w", task, err)
	}
	return p, found, nil
}

// Layout returns the layout with a hash: what turns a profile's bytes into cells.
func (s *Store) Layout(hash uint64) (value []byte, found bool, err error) {
	value, found, err = s.get(nil, appendLayout(nil, hash))
	if err != nil {
		return nil, false, fmt.Errorf("reading layout %016x: %w", hash, err)
	}
	return value, found, nil
}

// Tasks returns the tasks that have a position, in order.
func (s *Store) Tasks() ([]int32, error) {
	var tasks []int32
	lower, upper := []byte{kindPosition}, []byte{kindPosition + 1}
	err := s.scan(lower, upper, func(key, _ []byte) (bool, error) {
		if len(key) != taskLen {
			return false, fmt.Errorf("position key %x is not %d bytes long", key, taskLen)
		}
		tasks = append(tasks, int32(binary.BigEndian.Uint32(key[1:])))
		return true, nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading tasks: %w", err)
	}
	return tasks, nil
}

// A Profile is one row met in an iteration. Its value is valid until the next one.
type Profile struct {
	ID    string
	Value []byte
}

// Profiles iterates over the profiles of a task in order of id, as they were when the iteration
// began. An error ends it and comes with an empty Profile.
func (s *Store) Profiles(task int32) iter.Seq2[Profile, error] { return s.ProfilesFrom(task, "") }

// ProfilesFrom is Profiles from an id on.
func (s *Store) ProfilesFrom(task int32, id string) iter.Seq2[Profile, error] {
	return func(yield func(Profile, error) bool) {
		_, upper := bounds(kindProfile, task)
		lower := appendProfile(nil, task, id)
		err := s.scan(lower, upper, func(key, value []byte) (bool, error) {
			return yield(Profile{ID: string(key[taskLen:]), Value: value}, nil), nil
		})
		if err != nil {
			yield(Profile{}, fmt.Errorf("reading the profiles of task %d: %w", task, err))
		}
	}
}

func (s *Store) get(dst, key []byte) (value []byte, found bool, err error) {
	if err := s.fault.get(); err != nil {
		return nil, false, err
	}
	value, closer, err := s.db.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return dst, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	dst = append(dst, value...)
	return dst, true, closer.Close()
}

// scan calls f with the rows of one snapshot in [lower, upper), until f says to stop.
func (s *Store) scan(lower, upper []byte, f func(key, value []byte) (more bool, err error)) (err error) {
	it, err := s.newIter(&pebble.IterOptions{LowerBound: lower, UpperBound: upper})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, it.Close()) }()
	for valid := it.First(); valid; valid = it.Next() {
		value, err := it.ValueAndErr()
		if err != nil {
			return err
		}
		if more, err := f(it.Key(), value); err != nil || !more {
			return err
		}
	}
	return nil
}

func (s *Store) newIter(o *pebble.IterOptions) (*pebble.Iterator, error) {
	if err := s.fault.get(); err != nil {
		return nil, err
	}
	return s.db.NewIter(o)
}

// keys are buffers for the keys of look-ups, which Pebble moves to the heap.
var keys = sync.Pool{New: func() any { return new([]byte) }}
