package partition

import (
	"fmt"
	"strings"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
	"github.com/ebbstream/ebb/state/disk"
)

// Disk is what Kafka has committed, in a state folder: the rows of all partitions of this node, and their timers.
type Disk struct{ *disk.Store }

// Get is a row; nil: there is none.
func (s Disk) Get(task int32, key string) ([]byte, error) {
	row, found, err := s.Profile(nil, task, key)
	if !found {
		return nil, err
	}
	return row, err
}

// Snapshot are the rows and the position of a task of one moment, whatever is committed meanwhile. It must be closed.
type Snapshot interface {
	Rows
	Position(task int32) (position state.Position, found bool, err error)
	Close() error
}

// Snapshot is the store as it is now.
func (s Disk) Snapshot(int32) (Snapshot, error) {
	r, err := s.Reader()
	return snapshot{r}, err
}

type snapshot struct{ *disk.Reader }

func (s snapshot) Get(task int32, key string) ([]byte, error) {
	row, found, err := s.Profile(nil, task, key)
	if !found {
		return nil, err
	}
	return row, err
}

// Due are the first timers that are due.
func (s Disk) Due(task int32, upTo schemas.Instant, most int) ([]Timer, error) {
	return s.DueAfter(task, Timer{At: schemas.Earliest}, upTo, most)
}

// DueAfter is Due for the timers after a given one.
func (s Disk) DueAfter(task int32, after Timer, upTo schemas.Instant, most int) ([]Timer, error) {
	timers, err := s.Store.DueAfter(task, disk.Timer{At: after.At, ID: after.Key}, upTo, most)
	out := make([]Timer, len(timers))
	for i, t := range timers {
		out[i] = Timer{At: t.At, Key: t.ID}
	}
	return out, err
}

// Keys are the keys that begin with a prefix.
func (s Disk) Keys(task int32, prefix string) (keys []string, err error) {
	for row, err := range s.ProfilesFrom(task, prefix) {
		if err != nil {
			return nil, err
		}
		if !strings.HasPrefix(row.ID, prefix) {
			break
		}
		keys = append(keys, row.ID)
	}
	return keys, nil
}

// From are the keys of the next rows from a key on, in order.
func (s Disk) From(task int32, key string, most int) (keys []string, err error) {
	for row, err := range s.ProfilesFrom(task, key) {
		if err != nil {
			return nil, err
		}
		if len(keys) == most {
			break
		}
		keys = append(keys, row.ID)
	}
	return keys, nil
}

// Apply stores the rows of one commit, their timers and the position, all of it or nothing.
func (s Disk) Apply(task int32, rows []state.Row, position state.Position) error {
	batch := s.NewBatch()
	defer batch.Close()
	wakes := map[string]schemas.Instant{} // of rows of which it was not known, as this batch leaves them
	for _, row := range rows {
		if row.Was == state.WakeUnknown {
			var err error
			if row.Was, err = s.wake(task, row.Key, wakes); err != nil {
				return err
			}
			wakes[row.Key] = state.RowWake(row.Value)
		}
		if row.Value == nil {
			batch.DeleteProfile(task, row.Key, row.Was)
		} else {
			batch.PutProfile(task, row.Key, row.Value, row.Was, state.RowWake(row.Value))
		}
	}
	batch.SetPosition(task, position)
	if err := batch.Commit(false); err != nil {
		return fmt.Errorf("storing a commit of task %d: %w", task, err)
	}
	return nil
}

const (
	worthTables = 1 << 20 // how many bytes of rows are sorted into tables: with fewer, making and syncing files takes longer than it saves
	batched     = 10_000  // how many rows of a restore are in a batch
)

// Load stores rows of a restore, of which nobody knows what they replace. Many rows of a task that has none become sorted tables,
// and so do all that follow until Loaded makes their timers; else they are applied.
func (s Disk) Load(task int32, rows []state.Row, position state.Position) error {
	tables, err := s.Loading(task)
	if err != nil {
		return err
	}
	before, found, err := s.Position(task)
	if err != nil {
		return err
	}
	if tables || !found && size(rows) >= worthTables {
		return s.Store.Load(task, rows, position)
	}
	for found && len(rows) > batched { // after a crash these come once more, and nobody folds on top of them before
		if err := s.Apply(task, rows[:batched], before); err != nil {
			return err
		}
		rows = rows[batched:]
	}
	return s.Apply(task, rows, position)
}

func size(rows []state.Row) (bytes int) {
	for _, row := range rows {
		bytes += len(row.Key) + len(row.Value)
	}
	return bytes
}

func (s Disk) wake(task int32, key string, wakes map[string]schemas.Instant) (schemas.Instant, error) {
	if was, found := wakes[key]; found {
		return was, nil
	}
	row, err := s.Get(task, key)
	return state.RowWake(row), err
}

// Drop removes all of a task.
func (s Disk) Drop(task int32) error { return s.DropTask(task) }
