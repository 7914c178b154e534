package partition

import (
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/operators/catalog"
	"github.com/ebbstream/ebb/state"
)

// Reader reads profiles as Kafka has committed them, with a chain of its own: what it decodes is in nobody's fold. It is for
// one goroutine at a time.
type Reader struct {
	store   Store
	chain   *catalog.Chain
	layouts map[uint64]*state.Translation // those met so far; a layout's hash says all of it
}

// NewReader reads what was written under a configuration, or an earlier one.
func NewReader(c *catalog.Catalog, store Store) *Reader {
	return &Reader{store: store, chain: c.Chain(), layouts: map[uint64]*state.Translation{}}
}

// Chain is what its profiles can be asked by.
func (r *Reader) Chain() *catalog.Chain { return r.chain }

// ErrNoProfile is that nothing is known of an id.
var ErrNoProfile = errors.New("no such profile")

// Read is a profile of a task. What stays of an erased one is not alive.
func (r *Reader) Read(task int32, id string) (*state.Profile, error) {
	s := profiles{p: &Partition{number: task, chain: r.chain, store: r.store}, layouts: r.layouts}
	row, err := s.find(id)
	if err != nil {
		return nil, err
	}
	if row == nil {
		return nil, ErrNoProfile
	}
	p, err := s.decode(id, row)
	if err != nil {
		return nil, fmt.Errorf("reading profile %q: %w", id, err)
	}
	return p, nil
}

// TaskOf is the task of a profile: the partition into which Kafka's producers put its records.
func TaskOf(id string, tasks int) int32 {
	record := &kgo.Record{Key: []byte(id)}
	return int32(kgo.StickyKeyPartitioner(nil).ForTopic("").Partition(record, tasks))
}
