package partition

import (
	"github.com/ebbstream/ebb/pipeline/live"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// Seal closes what was folded, for a commit. Nothing else may be sealed until Landed.
func (p *Partition) Seal() (*live.Batch, error) {
	s := &p.profiles
	b := &live.Batch{Rows: make([]state.Row, 0, len(s.dirty)+8), Records: p.records}
	if s.fresh {
		layout := p.chain.Layout().Append(nil)
		b.Rows = append(b.Rows, state.OwnRow(state.LayoutNow, layout), state.OwnRow(state.LayoutKey(p.chain.Layout().Hash), layout))
		s.fresh = false
	}
	for _, h := range s.dirty {
		h.dirty = false
		p.chain.Pass(h.Profile, p.watermark, p.emitter)
		if err := s.put(b, h); err != nil {
			return nil, err
		}
		p.views.changed(b, h)
	}
	p.rejudge.seal(b)
	if err := p.views.seal(b); err != nil {
		return nil, err
	}
	b.Outputs, p.outputs = p.outputs, nil
	b.Position = p.position()
	b.Told = p.take()
	b.Told.Sizes = p.sizes.seal(b)
	p.tallies.seal(b)
	p.records = 0
	s.seal(b)
	return b, nil
}

// take gives what was told since the last Batch.
func (p *Partition) take() live.Told {
	p.told.Repeated = p.chain.Repeated()
	for _, in := range p.inputs {
		p.told.Tombstones += in.tombstones
		in.tombstones = 0
	}
	return p.told.Take()
}

// Landed says that the Batch last sealed is in the store.
func (p *Partition) Landed() {
	p.profiles.landed()
	p.due.landed()
}

func (p *Partition) position() state.Position {
	at := state.Position{Watermark: p.watermark}
	for _, in := range p.inputs {
		in.empty = 0
		next, folded := in.position()
		at.Inputs = append(at.Inputs, state.Input{Topic: in.topic, Partition: in.number, Next: next, Folded: folded, Clock: in.clock})
	}
	return at
}

// put adds a profile's rows. Of an erased one that has not come back only the hash of its id stays.
func (s *profiles) put(b *live.Batch, h *held) error {
	key := state.ProfileKey(h.ID)
	if h.Epoch > 0 {
		secret, err := s.eraseKey(true)
		if err != nil {
			return err
		}
		hashed := state.ErasedKey(secret, h.ID)
		if h.erased {
			b.Rows = append(b.Rows, state.OwnRow(state.SecretKey, secret))
		}
		if h.Alive {
			b.Rows = append(b.Rows, state.OwnRow(hashed, nil))
		} else {
			b.Rows = append(b.Rows, state.Row{Key: key, Was: h.wake})
			key, h.wake = hashed, schemas.Never
		}
	}
	if !h.Alive && h.Epoch == 0 {
		return nil // it was told of nothing that was applied
	}
	if h.unseen {
		h.unseen = false
		s.known.add(h.ID)
	}
	wake := s.p.chain.Wake(h.Profile)
	s.buffer = state.AppendRow(s.buffer[:0], wake)
	s.buffer = s.p.chain.Layout().Encode(s.buffer, h.Profile, s.p.chain.Horizon(h.Profile))
	b.Rows = append(b.Rows, state.Row{Key: key, Value: s.room.keep(s.buffer), Was: h.wake})
	h.wake = wake
	return nil
}
