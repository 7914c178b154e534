package partition

import (
	"github.com/ebbstream/ebb/pipeline/live"
	"github.com/ebbstream/ebb/state"
)

// redefined has profiles judged that were written when segments meant something else, and that nothing else would touch for
// long: once after a change of the configuration, in order of their keys, a few at a time. How far it has come is a row of the
// partition, committed with what it changed.
type redefined struct {
	p     *Partition
	under bool   // it is under way
	next  string // the first key that was not looked at
	moved bool   // since the last Batch
}

// redefinedAtOnce is how many rows are looked at before events have their turn.
const redefinedAtOnce = 200

func newRedefined(p *Partition) (r redefined, err error) {
	row, err := p.profiles.row(state.RedefinedKey)
	if err != nil {
		return r, err
	}
	r = redefined{p: p, under: row != nil, next: string(state.RowState(row))}
	if p.profiles.changed { // since whatever row there is
		r.under, r.next, r.moved = true, "", true
	}
	return r, nil
}

// judge looks at the next rows, and has those profiles judged that were not yet; more says that others are left.
func (r *redefined) judge(most int) (more bool, err error) {
	if !r.under {
		return false, nil
	}
	keys, err := r.p.store.From(r.p.number, r.next, most)
	if err != nil {
		return false, err
	}
	for _, key := range keys {
		if err := r.look(key); err != nil {
			return false, err
		}
		r.next = key + "\x00" // what comes right behind it
	}
	r.moved = true
	if len(keys) == most {
		return true, nil
	}
	r.under = false
	r.p.records++ // so that it is committed that all is done
	return false, nil
}

// look has a profile judged that was written before.
func (r *redefined) look(key string) error {
	id, ok := state.ProfileID(key)
	if !ok {
		return nil
	}
	s := &r.p.profiles
	if s.held[id] == nil {
		row, err := s.row(key)
		if row == nil || err != nil {
			return err // gone meanwhile
		}
		hash, err := state.LayoutHash(state.RowState(row))
		if hash == s.p.chain.Layout().Hash && err == nil {
			return nil
		}
	}
	h, err := s.get(id)
	if err != nil || h.dirty {
		return err
	}
	p, err := s.open(h)
	if err == nil && p.Stale {
		s.close(h, p)
		r.p.records++
	}
	s.rest(h)
	return err
}

// seal adds how far it has come.
func (r *redefined) seal(b *live.Batch) {
	switch {
	case r.moved && r.under:
		b.Rows = append(b.Rows, state.OwnRow(state.RedefinedKey, append([]byte{}, r.next...)))
	case r.moved:
		b.Rows = append(b.Rows, state.OwnRow(state.RedefinedKey, nil))
	}
	r.moved = false
}
