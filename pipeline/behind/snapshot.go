package behind

import (
	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/state"
)

// snapshot has the layers as they are, which do not change any more, and what is below them: it is made while none is taken away.
func (t *task) snapshot() (partition.Snapshot, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	below, err := t.below.Snapshot(t.number)
	if err != nil {
		return nil, err
	}
	t.mu.open = false
	return &snapshot{Snapshot: below, layers: t.mu.layers}, nil
}

type snapshot struct {
	partition.Snapshot
	layers []*layer
}

func (s *snapshot) Get(task int32, key string) ([]byte, error) {
	if row, found := find(s.layers, key); found {
		return row, nil
	}
	return s.Snapshot.Get(task, key)
}

func (s *snapshot) Position(task int32) (state.Position, bool, error) {
	if n := len(s.layers); n > 0 {
		return s.layers[n-1].position, true, nil
	}
	return s.Snapshot.Position(task)
}
