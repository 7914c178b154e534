package disk

import (
	"fmt"

	"github.com/cockroachdb/pebble/v2"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// A Batch gathers the rows of one commit. They become visible, and survive a crash, all together. It
// is kept and used again for the next commit. Rows of several tasks may be in one batch.
//
// A batch is copied into the memtable as a whole: keep Bytes below half of Options.Memtable, or it
// gets one of its own.
type Batch struct {
	s *Store
	b *pebble.Batch
}

// retained is how large a batch's buffer may be to be kept for the next commit.
const retained = 32 << 20

// NewBatch returns an empty batch.
func (s *Store) NewBatch() *Batch { return &Batch{s: s, b: s.newPebbleBatch()} }

func (s *Store) newPebbleBatch() *pebble.Batch {
	return s.db.NewBatch(pebble.WithMaxRetainedSizeBytes(retained))
}

// PutProfile stores a profile, and moves its timer from oldWake, where the last Put left it, to
// newWake; Never is no timer.
func (b *Batch) PutProfile(task int32, id string, value []byte, oldWake, newWake schemas.Instant) {
	op := b.b.SetDeferred(taskLen+len(id), len(value))
	appendProfile(op.Key[:0], task, id)
	copy(op.Value, value)
	finish(op)
	if oldWake == newWake {
		return
	}
	b.deleteTimer(task, oldWake, id)
	if newWake != schemas.Never {
		op := b.b.SetDeferred(timerLen+len(id), 0)
		appendTimer(op.Key[:0], task, newWake, id)
		finish(op)
	}
}

// DeleteProfile removes a profile and its timer at oldWake.
func (b *Batch) DeleteProfile(task int32, id string, oldWake schemas.Instant) {
	op := b.b.DeleteDeferred(taskLen + len(id))
	appendProfile(op.Key[:0], task, id)
	finish(op)
	b.deleteTimer(task, oldWake, id)
}

func (b *Batch) deleteTimer(task int32, at schemas.Instant, id string) {
	if at == schemas.Never {
		return
	}
	op := b.b.DeleteDeferred(timerLen + len(id))
	appendTimer(op.Key[:0], task, at, id)
	finish(op)
}

// SetPosition stores where a task stands with the rows of this batch.
func (b *Batch) SetPosition(task int32, p state.Position) {
	b.set(appendTask(nil, kindPosition, uint32(task)), p.AppendBinary(nil))
}

// PutLayout stores a layout under its hash. A layout never changes: another has another hash.
func (b *Batch) PutLayout(hash uint64, value []byte) { b.set(appendLayout(nil, hash), value) }

func (b *Batch) set(key, value []byte) {
	op := b.b.SetDeferred(len(key), len(value))
	copy(op.Key, key)
	copy(op.Value, value)
	finish(op)
}

// finish ends a row. Only a batch with an index can fail to, and ours have none.
func finish(op *pebble.DeferredBatchOp) {
	if err := op.Finish(); err != nil {
		panic(err)
	}
}

// dropTask removes all rows of a task.
func (b *Batch) dropTask(task int32) error {
	for _, kind := range taskKinds {
		lower, upper := bounds(kind, task)
		if err := b.b.DeleteRange(lower, upper, nil); err != nil {
			return err
		}
	}
	return nil
}

// Len is the number of rows written or deleted.
func (b *Batch) Len() int { return int(b.b.Count()) }

// Bytes is the size of the batch.
func (b *Batch) Bytes() int { return b.b.Len() }

// Commit applies the batch and empties it. With sync it returns when the batch, and so every commit
// before it, will survive a crash; without, when it can be read. An empty batch does nothing.
func (b *Batch) Commit(sync bool) error {
	rows, s := b.Len(), b.s
	if rows == 0 {
		return s.fault.get()
	}
	batch := b.b
	err := s.fault.run(func() error {
		if !s.o.NoWAL {
			return batch.Commit(&pebble.WriteOptions{Sync: sync})
		}
		if err := batch.Commit(pebble.NoSync); err != nil || !sync {
			return err
		}
		return s.db.Flush()
	})
	if err != nil {
		b.b = s.newPebbleBatch() // Pebble may still be at work on the old one
		return fmt.Errorf("committing %d rows: %w", rows, err)
	}
	b.b.Reset()
	return nil
}

// Reset empties the batch.
func (b *Batch) Reset() { b.b.Reset() }

// Close gives the batch's memory back. It must not be used any more.
func (b *Batch) Close() error { return b.b.Close() }

// DropTask removes everything of a task: its profiles, timers and position.
func (s *Store) DropTask(task int32) error {
	b := s.NewBatch()
	err := b.dropTask(task)
	if err == nil {
		err = b.Commit(false)
	}
	if err != nil {
		return fmt.Errorf("dropping task %d: %w", task, err)
	}
	return b.Close()
}
