package partition

import (
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/pipeline/live"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// views publishes the public view of profiles that changed, each at most so often. What waits for its time has a row of its
// own, so that it is published by whoever has the partition then.
type views struct {
	p         *Partition
	every     schemas.Duration           // negative: nothing is published
	published map[string]schemas.Instant // when, by the wall clock, of late
	waiting   map[string]schemas.Instant // until when
	swept     schemas.Instant
}

func newViews(p *Partition) (views, error) {
	v := views{p: p, every: p.c.Profiles, published: map[string]schemas.Instant{}, waiting: map[string]schemas.Instant{}, swept: schemas.Earliest}
	if v.every < 0 {
		return v, nil
	}
	keys, err := p.store.Keys(p.number, state.WaitingPrefix)
	for _, key := range keys {
		v.waiting[key[len(state.WaitingPrefix):]] = schemas.Earliest
	}
	return v, err
}

// changed is told of each profile of a Batch.
func (v *views) changed(b *live.Batch, h *held) error {
	erased := h.erased
	h.erased = false
	if v.every < 0 {
		return nil
	}
	now := v.p.last
	if !h.alive {
		if erased {
			v.p.outputs = append(v.p.outputs, &kgo.Record{Topic: v.p.topics["profiles"], Key: []byte(h.id)})
		}
		v.done(b, h.id)
		return nil
	}
	if at, found := v.published[h.id]; found && now < at.Add(v.every) {
		if _, waits := v.waiting[h.id]; !waits {
			v.waiting[h.id] = at.Add(v.every)
			b.Rows = append(b.Rows, state.OwnRow(state.WaitingPrefix+h.id, []byte{}))
		}
		return nil
	}
	return v.publish(b, h, now)
}

// publish publishes a profile, if it is alive.
func (v *views) publish(b *live.Batch, h *held, now schemas.Instant) error {
	p, err := v.p.profiles.open(h)
	if err != nil {
		return err
	}
	if p.Alive {
		v.p.emit(v.p.chain.Profile(p, p.Now))
		v.published[h.id] = now
	}
	v.done(b, h.id)
	return nil
}

// done takes a profile off those that wait.
func (v *views) done(b *live.Batch, id string) {
	if _, waits := v.waiting[id]; waits {
		delete(v.waiting, id)
		b.Rows = append(b.Rows, state.OwnRow(state.WaitingPrefix+id, nil))
	}
}

// sweepEvery is how often those whose time has come are looked for.
const sweepEvery = schemas.Second

// due is how many wait whose time has come.
func (v *views) due(now schemas.Instant) (n int) {
	if v.every < 0 || now < v.swept.Add(sweepEvery) {
		return 0
	}
	v.swept = now
	for _, at := range v.waiting {
		if at <= now {
			n++
		}
	}
	for id, at := range v.published {
		if at.Add(v.every) <= now {
			delete(v.published, id)
		}
	}
	return n
}

// seal publishes those whose time has come.
func (v *views) seal(b *live.Batch) error {
	for id, at := range v.waiting {
		if at > v.p.last {
			continue
		}
		h, err := v.p.profiles.get(id)
		if err != nil {
			return err
		}
		if err := v.publish(b, h, v.p.last); err != nil {
			return err
		}
	}
	return nil
}
