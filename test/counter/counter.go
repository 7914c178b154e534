// Package counter is the least that can be folded: how many records of a key there were. Its outputs name the record by which
// they came to their count, so that a reader can tell each record that was lost, doubled or taken out of turn.
package counter

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/pipeline/live"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// Store is where the counts of before are.
type Store interface {
	Get(task int32, key string) ([]byte, error)
}

// Folder counts the records of a task.
type Folder struct {
	task     int32
	topic    string // of what comes out
	store    Store
	position state.Position  // after what is counted
	read     map[place]int64 // after what came in
	pending  []*kgo.Record
	rows     map[string][]byte
	sealed   map[string][]byte // until they are in the store
	outputs  []*kgo.Record
	counted  int
	changed  int // with the records that end transactions, which only move the position
}

// A place is a partition of a topic.
type place struct {
	topic     string
	partition int32
}

// Open is a Config's: the outputs go to a topic.
func Open(topic string, store Store) func(int32, state.Position) (live.Folder, error) {
	return func(task int32, position state.Position) (live.Folder, error) {
		position.Inputs = slices.Clone(position.Inputs)
		f := &Folder{task: task, topic: topic, store: store, position: position, read: map[place]int64{}, rows: map[string][]byte{}}
		for _, in := range position.Inputs {
			f.read[place{in.Topic, in.Partition}] = in.Next
		}
		return f, nil
	}
}

// Push takes records in, each once and in its order, or says that they were not.
func (f *Folder) Push(records []*kgo.Record) error {
	for _, r := range records {
		at := place{r.Topic, r.Partition}
		if next, known := f.read[at]; !known || r.Offset < next {
			return fmt.Errorf("task %d goes on at offset %d of %v (known: %v), and was given %d", f.task, next, at, known, r.Offset)
		}
		f.read[at] = r.Offset + 1
	}
	f.pending = append(f.pending, records...)
	return nil
}

// Confirm is of no interest: counting waits for nobody.
func (f *Folder) Confirm(string, int32, int64, schemas.Instant) {}

// Unread is how much waits.
func (f *Folder) Unread(topic string, partition int32) (n int) {
	for _, r := range f.pending {
		if r.Topic == topic && r.Partition == partition {
			n++
		}
	}
	return n
}

// Ready is how much waits.
func (f *Folder) Ready() int { return len(f.pending) }

// Fold counts what waits.
func (f *Folder) Fold(_ schemas.Instant, most int) (more bool, err error) {
	for len(f.pending) > 0 && most > 0 {
		r := f.pending[0]
		if !r.Attrs.IsControl() {
			if err := f.count(r); err != nil {
				return false, err
			}
		}
		for i := range f.position.Inputs {
			if in := &f.position.Inputs[i]; in.Topic == r.Topic && in.Partition == r.Partition {
				in.Next = r.Offset + 1
			}
		}
		f.pending, most = f.pending[1:], most-1
		f.changed++
	}
	return len(f.pending) > 0, nil
}

func (f *Folder) count(r *kgo.Record) error {
	key := string(r.Key)
	value, found := f.rows[key]
	if !found {
		value, found = f.sealed[key]
	}
	if !found {
		var err error
		if value, err = f.store.Get(f.task, key); err != nil {
			return err
		}
	}
	n, _ := strconv.Atoi(string(value))
	text := strconv.Itoa(n + 1)
	f.rows[key] = []byte(text)
	f.outputs = append(f.outputs, &kgo.Record{Topic: f.topic, Key: r.Key, Value: fmt.Appendf(nil, "%s %s/%d/%d", text, r.Topic, r.Partition, r.Offset)})
	f.counted++
	return nil
}

// Changed is how many records lie folded.
func (f *Folder) Changed() int { return f.changed }

// Seal closes what was counted.
func (f *Folder) Seal() (*live.Batch, error) {
	if f.sealed != nil {
		return nil, fmt.Errorf("task %d is sealed again before it has landed", f.task)
	}
	b := &live.Batch{Outputs: f.outputs, Position: f.position, Records: f.counted}
	b.Position.Inputs = slices.Clone(f.position.Inputs)
	for key, value := range f.rows {
		b.Rows = append(b.Rows, state.Row{Key: key, Value: value, Was: schemas.Never})
	}
	f.sealed, f.rows, f.outputs, f.counted, f.changed = maps.Clone(f.rows), map[string][]byte{}, nil, 0, 0
	return b, nil
}

// Landed says that what was sealed is in the store.
func (f *Folder) Landed() { f.sealed = nil }
