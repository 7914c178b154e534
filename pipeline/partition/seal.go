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
		if err := s.put(b, h); err != nil {
			return nil, err
		}
		if err := p.views.changed(b, h); err != nil {
			return nil, err
		}
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

// put adds a profile's rows, after what has become due since it was written. Of an erased one that has not come back only the
// hash of its id stays.
func (s *profiles) put(b *live.Batch, h *held) error {
	if h.wake <= s.p.watermark {
		p, err := s.open(h)
		if err != nil {
			return err
		}
		s.close(h, p)
	}
	if h.whole != nil {
		s.write(h, h.whole)
		h.whole = nil
	}
	if h.row == nil {
		return nil
	}
	key := state.ProfileKey(h.id)
	if h.epoch > 0 {
		secret, err := s.eraseKey(true)
		if err != nil {
			return err
		}
		hashed := state.ErasedKey(secret, h.id)
		if h.erased {
			b.Rows = append(b.Rows, state.OwnRow(state.SecretKey, secret))
		}
		if h.alive {
			b.Rows = append(b.Rows, state.OwnRow(hashed, nil))
		} else {
			b.Rows = append(b.Rows, state.Row{Key: key, Was: h.was})
			key, h.was = hashed, schemas.Never
		}
	}
	if h.unseen {
		h.unseen = false
		s.known.add(h.id)
	}
	b.Rows = append(b.Rows, state.Row{Key: key, Value: h.row, Was: h.was})
	h.was = h.wake
	return nil
}
