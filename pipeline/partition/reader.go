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
	chain   *catalog.Chain
	layouts map[uint64]*state.Translation // those met so far; a layout's hash says all of it
}

// NewReader reads what was written under a configuration, or an earlier one.
func NewReader(c *catalog.Catalog) *Reader {
	return &Reader{chain: c.Chain(), layouts: map[uint64]*state.Translation{}}
}

// Chain is what its profiles can be asked by.
func (r *Reader) Chain() *catalog.Chain { return r.chain }

// ErrNoProfile is that nothing is known of an id.
var ErrNoProfile = errors.New("no such profile")

// Rows are where a Reader finds what it reads.
type Rows interface {
	Get(task int32, key string) (row []byte, err error) // nil: there is none
}

// Read is a profile of a task. What stays of an erased one is not alive.
func (r *Reader) Read(from Rows, task int32, id string) (*state.Profile, error) {
	s := profiles{p: &Partition{number: task, chain: r.chain}, rows: from, layouts: r.layouts}
	row, err := s.find(id)
	if err != nil {
		return nil, err
	}
	if row == nil {
		return nil, ErrNoProfile
	}
	p, err := s.decode(nil, id, row)
	if err != nil {
		return nil, fmt.Errorf("reading profile %q: %w", id, err)
	}
	return p, nil
}

// byKey has no state as long as all records have keys.
var byKey = kgo.StickyKeyPartitioner(nil).ForTopic("")

// TaskOf is the task of a profile: the partition into which Kafka's producers put its records.
func TaskOf(id string, tasks int) int32 {
	record := &kgo.Record{Key: []byte(id)}
	return int32(byKey.Partition(record, tasks))
}
