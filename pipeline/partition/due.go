package partition

import (
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// due fires the timers of profiles that no record touches, in bounded pieces: a million of one instant must not stall the
// records behind them. Those of profiles that changed since the last Batch fire when it is sealed.
type due struct{ p *Partition }

// fire fires at most so many; more says that others are left.
func (d *due) fire(most int) (more bool, err error) {
	p := d.p
	if !p.stale {
		return false, nil
	}
	timers, err := p.store.Due(p.number, p.watermark, most)
	if err != nil {
		return false, err
	}
	for _, t := range timers {
		id, ok := state.ProfileID(t.Key)
		if !ok {
			continue
		}
		if h := p.profiles.held[id]; h != nil && h.sealed {
			continue // fired, and not yet in the store
		}
		h, err := p.profiles.get(id)
		if err != nil {
			return false, err
		}
		if h.dirty {
			continue
		}
		profile, err := p.profiles.open(h)
		if err != nil {
			return false, err
		}
		if h.alive && p.chain.Wake(profile) <= p.watermark {
			p.told.Timers++
		}
		// Also if another configuration has nothing to do at that instant: its row would stay the first that is due, and many
		// such would hide the others for ever.
		p.profiles.close(h, profile)
		p.records++
	}
	// What was fired stays in the store until its Batch is there: the rest is looked for after that.
	p.stale = false
	return false, nil
}

// landed is called when the store has changed.
func (d *due) landed() { d.p.stale = d.p.stale || d.p.watermark != schemas.Earliest }
