package repeat

import (
	"fmt"
	"io"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/pipeline/past"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// A Task is one partition number, and what there is of it.
type Task struct {
	Number  int32
	Commits *past.Partition   // of <name>.commits
	Inputs  []*past.Partition // of the sources and <name>.events: all that the task has
}

// slice is how many events are folded before timers have their turn.
const slice = 5_000

// Run does the task's commits again, and passes on what came out of each. The store is to be without anything of the task.
func (t *Task) Run(c *partition.Config, store partition.Disk, came func([]*kgo.Record) error) error {
	for _, p := range append([]*past.Partition{t.Commits}, t.Inputs...) {
		if p.From > 0 {
			return fmt.Errorf("task %d cannot be repeated: %s partition %d begins at offset %d, and what was before is gone; keep it longer (kafka.topics.retention)", t.Number, p.Topic, p.Number, p.From)
		}
	}
	begin := state.Position{Watermark: schemas.Earliest}
	r := &run{task: t, store: store, came: came, heads: map[place]*head{}}
	for _, p := range t.Inputs {
		begin.Inputs = append(begin.Inputs, state.Input{Topic: p.Topic, Partition: p.Number, Clock: schemas.Earliest})
		r.heads[place{p.Topic, p.Number}] = &head{records: p}
	}
	var err error
	if r.folder, err = partition.New(c, t.Number, begin, store); err != nil {
		return err
	}
	for {
		record, err := t.Commits.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := r.commit(record); err != nil {
			return fmt.Errorf("repeating the commit at offset %d of %s partition %d: %w", record.Offset, record.Topic, t.Number, err)
		}
	}
}

// A run is a Task under way.
type run struct {
	task   *Task
	folder *partition.Partition
	store  partition.Disk
	came   func([]*kgo.Record) error
	heads  map[place]*head
}

// A place is a partition of a topic.
type place struct {
	topic     string
	partition int32
}

// A head is an input with the record that is next.
type head struct {
	records *past.Partition
	next    *kgo.Record
	ended   bool
}

// commit folds what a commit had, and fires what was due.
func (r *run) commit(record *kgo.Record) error {
	position, err := state.DecodePosition(record.Value)
	if err != nil {
		return err
	}
	now := schemas.Instant(record.Timestamp.UnixMilli())
	for _, in := range position.Inputs {
		h := r.heads[place{in.Topic, in.Partition}]
		if h == nil {
			continue // the configuration no longer reads it
		}
		records, err := h.before(in.Next + min(in.Folded, 1))
		if err != nil {
			return err
		}
		r.folder.Until(in)
		if len(records) > 0 {
			if err := r.folder.Push(records); err != nil {
				return err
			}
		}
		r.folder.Confirm(in.Topic, in.Partition, in.Next, now)
	}
	if err := r.fold(now); err != nil {
		return err
	}
	r.folder.Reach(position.Watermark)
	for {
		if err := r.fold(now); err != nil {
			return err
		}
		if r.folder.Changed() == 0 {
			return nil
		}
		b, err := r.folder.Seal()
		if err != nil {
			return err
		}
		if err := r.store.Apply(r.task.Number, b.Rows, b.Position); err != nil {
			return err
		}
		r.folder.Landed()
		if err := r.came(b.Outputs); err != nil {
			return err
		}
	}
}

func (r *run) fold(now schemas.Instant) error {
	for more := true; more; {
		var err error
		if more, err = r.folder.Fold(now, slice); err != nil {
			return err
		}
	}
	return nil
}

// before are the records up to an offset.
func (h *head) before(end int64) (records []*kgo.Record, err error) {
	for !h.ended {
		if h.next == nil {
			if h.next, err = h.records.Next(); err == io.EOF {
				h.ended = true
				break
			}
			if err != nil {
				return nil, err
			}
		}
		if h.next.Offset >= end {
			break
		}
		records, h.next = append(records, h.next), nil
	}
	return records, nil
}
