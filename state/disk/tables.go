package disk

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/cockroachdb/pebble/v2/objstorage/objstorageprovider"
	"github.com/cockroachdb/pebble/v2/sstable"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// tables are sorted tables (sstables) of a task on their way into the store. Pebble takes them over as they are, all or none of
// them: what is in them goes through no log and no memtable. Rows are put in the order of their keys.
type tables struct {
	s     *Store
	task  int32
	level int // for which they are made

	open  *sstable.Writer
	kind  byte // of the rows of the one that is open
	size  int
	paths []string
}

const (
	tableSize = 32 << 20    // about how many bytes of rows a table has
	incoming  = "incoming-" // what the names of tables begin with until they are the store's
)

// next is the table for a row. A table has rows of one kind, so that it lies across those of no other task.
func (t *tables) next(kind byte, size int) (*sstable.Writer, error) {
	if t.open != nil && t.kind == kind && t.size < tableSize {
		t.size += size
		return t.open, nil
	}
	if err := t.close(); err != nil {
		return nil, err
	}
	path := t.s.fs.PathJoin(t.s.dir, fmt.Sprintf("%s%d-%d", incoming, t.task, len(t.paths)))
	file, err := t.s.fs.Create(path, vfs.WriteCategoryUnspecified)
	if err != nil {
		return nil, err
	}
	t.open, t.kind, t.size = sstable.NewWriter(objstorageprovider.NewFileWritable(file), t.s.tableOptions[t.level]), kind, size
	t.paths = append(t.paths, path)
	return t.open, nil
}

func (t *tables) close() error {
	if t.open == nil {
		return nil
	}
	err := t.open.Close()
	t.open = nil
	return err
}

// put stores a row; nil: it deletes what lies below.
func (t *tables) put(key, value []byte) error {
	w, err := t.next(key[0], len(key)+len(value))
	if err != nil {
		return err
	}
	if value == nil {
		return w.Delete(key)
	}
	return w.Set(key, value)
}

// clear deletes all rows of a kind that lie below.
func (t *tables) clear(kind byte) error {
	w, err := t.next(kind, 0)
	if err != nil {
		return err
	}
	lower, upper := bounds(kind, t.task)
	return w.DeleteRange(lower, upper)
}

// ingest hands the tables over, unless filling them ended in an error. They will survive a crash when it returns.
func (t *tables) ingest(err error) error {
	if err = errors.Join(err, t.close()); err != nil {
		return err
	}
	return t.s.db.Ingest(context.Background(), t.paths)
}

// sweep removes the tables that a crash kept from being handed over.
func (s *Store) sweep() error {
	names, err := s.fs.List(s.dir)
	for _, name := range names {
		if strings.HasPrefix(name, incoming) {
			err = errors.Join(err, s.fs.Remove(s.fs.PathJoin(s.dir, name)))
		}
	}
	return err
}
