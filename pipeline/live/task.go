package live

import (
	"fmt"
	"slices"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// A task is what a session knows of a partition number. What was folded lies in layers over the store: sealed is in the
// transaction under way and is not written to any more, open comes after it.
type task struct {
	number       int32
	position     state.Position // after all that was folded
	open, sealed *layer
}

// A layer is what a commit will say of one task.
type layer struct {
	rows     map[string][]byte // changed profiles; nil: gone
	outputs  []*kgo.Record
	position state.Position
	records  int
}

// newTask goes on at a position, which stays the caller's: the store may have kept it.
func newTask(number int32, position state.Position) *task {
	position.Inputs = slices.Clone(position.Inputs)
	return &task{number: number, position: position}
}

// get is the state of a profile as of the last record folded.
func (t *task) get(s Store, id string) ([]byte, error) {
	for _, l := range []*layer{t.open, t.sealed} {
		if l == nil {
			continue
		}
		if value, found := l.rows[id]; found {
			return value, nil
		}
	}
	return s.Get(t.number, id)
}

// fold applies a record.
func (t *task) fold(f Fold, s Store, r *kgo.Record) error {
	if next := t.next(r.Topic); r.Offset < *next {
		return fmt.Errorf("offset %d of %s partition %d came again: task %d has folded up to %d", r.Offset, r.Topic, r.Partition, t.number, *next)
	}
	id := string(r.Key)
	value, err := t.get(s, id)
	if err != nil {
		return fmt.Errorf("reading profile %q: %w", id, err)
	}
	if t.open == nil {
		t.open = &layer{rows: map[string][]byte{}}
	}
	value, out := f(value, r)
	t.open.rows[id] = value
	t.open.outputs = append(t.open.outputs, out...)
	t.open.records++
	*t.next(r.Topic) = r.Offset + 1
	t.position.Clock = max(t.position.Clock, schemas.Instant(r.Timestamp.UnixMilli()))
	return nil
}

// next is the offset at which the task goes on in a topic.
func (t *task) next(topic string) *int64 {
	i := slices.IndexFunc(t.position.Inputs, func(in state.Input) bool { return in.Topic == topic })
	if i < 0 {
		i = len(t.position.Inputs)
		t.position.Inputs = append(t.position.Inputs, state.Input{Topic: topic, Partition: t.number})
	}
	return &t.position.Inputs[i].Next
}

// seal closes the open layer, for a commit.
func (t *task) seal() *layer {
	t.sealed, t.open = t.open, nil
	t.sealed.position = t.position
	t.sealed.position.Inputs = slices.Clone(t.position.Inputs)
	return t.sealed
}
