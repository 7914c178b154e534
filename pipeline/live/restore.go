package live

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/state"
)

// held is how many bytes of the changelog the restores of a session hold together before they store them, and heldLeast how
// many each does. The more are stored at once, the less often what lies in the store is sorted again.
const (
	held      = 128 << 20
	heldLeast = 4 << 20
)

// A restore brings a task's state to what is committed.
//
// committed are the group's offsets, read as stable: no transaction that carried offsets of the task was open any more, and
// none of an earlier owner can carry any from now on, since the group has moved on. But the markers that end a transaction
// reach each partition in its own time, the changelog perhaps after the offsets. So the restore is over when the position in
// the changelog, which is in the same transaction, says no less than the offsets, and no transaction is open there any more:
// one in which nothing but timers fired moves no offset, and who does not see it would fire them once more.
type restore struct {
	c         *Config
	reader    changelogReader
	task      int32
	committed []state.Input       // but for Folded and Clock
	hold      int                 // how many bytes of the changelog
	reached   func(at, end int64) // told how far it has followed the changelog
	kept      bool                // the state is from a folder, and nothing was followed since it was opened
}

// tooOld is how old a record is behind which a state that was kept does not go on: a compacted topic forgets which keys were deleted,
// after a day if its delete.retention.ms says nothing else, and such a state would keep what was erased meanwhile.
const tooOld = 12 * time.Hour

var errTooOld = errors.New("the state is too old")

func (r *restore) run(ctx context.Context) (state.Position, error) {
	began, first := time.Now(), int64(0)
	moved := began // when the changelog last brought something
	position, found, err := r.c.Store.Position(r.task)
	if err != nil {
		return position, err
	}
	told := Restored{Task: r.task}
	r.kept = found
	for {
		start, stable, end, err := r.reader.bounds(ctx)
		if err != nil {
			return position, err
		}
		switch {
		case found && position.Changelog > end:
			return position, refuse("%s partition %d ends at offset %d, but the state in this folder has followed it to %d: the brokers have lost data, or these are other brokers. "+
				"To go on with what they have, remove the state folder", r.reader.topic, r.task, end, position.Changelog)
		case position.Changelog < start:
			if found { // what was compacted away since may have deleted what this state still has
				if err := r.c.Store.Drop(r.task); err != nil {
					return position, err
				}
				told.Anew = true
			}
			position, found, r.kept = state.Position{Changelog: start}, false, false
		}
		if told.To == 0 {
			first = position.Changelog
		}
		told.To = max(stable, position.Changelog)
		r.reached(position.Changelog, end)
		records, err := r.follow(ctx, &position, stable, end)
		told.Records += records
		if records > 0 {
			moved = time.Now()
		}
		if errors.Is(err, errTooOld) {
			position, moved = state.Position{Changelog: -1}, time.Now() // before the start
			continue
		}
		if err != nil {
			return position, err
		}
		behind := r.behind(position)
		if behind == "" && stable < end {
			behind = "a transaction there has not ended"
		}
		if behind == "" {
			break
		}
		if time.Since(moved) > patience {
			return position, refuse("%s partition %d, of which %d of %d records can be read, does not come up to the offsets that its group has committed: %s. "+
				"If not all can be read, a transaction hangs (kafka-transactions.sh find-hanging); if all can, the brokers have lost data, or the offsets were moved",
				r.reader.topic, r.task, stable, end, behind)
		}
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			return position, err
		}
	}
	if err := r.c.Store.Loaded(r.task); err != nil {
		return position, fmt.Errorf("restoring task %d: %w", r.task, err)
	}
	told.From, told.Took = first, time.Since(began)
	r.c.Tell(told)
	return position, nil
}

// follow applies the changelog up to an offset. Rows are stored in pieces, with the offset up to which they were read: they
// are committed, and until their position is read, which is after them, nobody folds on top of them.
func (r *restore) follow(ctx context.Context, position *state.Position, to, end int64) (records int, err error) {
	var rows []state.Row
	size := 0
	store := func() error {
		if len(rows) == 0 && records == 0 {
			return nil
		}
		err := r.c.Store.Load(r.task, rows, *position)
		clear(rows) // what was fetched is free
		rows, size = rows[:0], 0
		return err
	}
	err = r.reader.read(ctx, position.Changelog, to, func(batch []*kgo.Record, next int64) error {
		if r.kept && len(batch) > 0 {
			if time.Since(batch[0].Timestamp) > tooOld {
				return errTooOld
			}
			r.kept = false
		}
		records += len(batch)
		for _, record := range batch {
			size += len(record.Key) + len(record.Value)
			id, p, err := readChangelog(record)
			if err != nil {
				return &refusal{err}
			}
			if p != nil {
				*position = *p
			} else {
				rows = append(rows, state.Row{Key: id, Value: record.Value, Was: state.WakeUnknown})
			}
		}
		position.Changelog = next
		r.reached(next, end)
		if size < r.hold {
			return nil
		}
		return store()
	})
	if err == nil {
		err = store()
	}
	if err != nil {
		return records, fmt.Errorf("restoring task %d: %w", r.task, err)
	}
	return records, nil
}

// behind says in which input the position is behind the committed offset, if it is.
func (r *restore) behind(position state.Position) string {
	for _, at := range r.committed {
		switch in, _ := position.In(at.Topic, at.Partition); {
		case in.Next < at.Next:
			return fmt.Sprintf("offset %d of %s partition %d against %d", in.Next, at.Topic, at.Partition, at.Next)
		case in.Next > at.Next:
			r.c.Tell(Moved{Task: r.task, Topic: at.Topic, Partition: at.Partition, Offset: at.Next, Position: in.Next})
		}
	}
	return ""
}
