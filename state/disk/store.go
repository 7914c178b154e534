package disk

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/sstable"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// formatVersion is the version of the keys and values of a folder, as FORMAT.md describes them.
const formatVersion = 1

// formatName is the name of the meta row that holds formatVersion.
const formatName = "format"

var (
	// ErrInUse says that the folder is open already.
	ErrInUse = errors.New("another ebb process uses this folder")

	errNotOurs = errors.New("this folder holds a Pebble store that ebb did not write")
)

// A Store is the open folder of a node. Its methods may be called from several goroutines at once; a
// [Batch] may not.
//
// When a write fails, the disk is full or a table corrupt, the call that met it and every later one
// return that error. Nothing more is written then: the folder stays as a crash at that instant would
// have left it, is sound, and is locked until the process ends, because goroutines of Pebble that
// were writing are held for ever. So the thing to do is to report the error and end the process. A
// commit that returned an error may be found whole, or not at all, by the next one.
type Store struct {
	db    *pebble.DB
	fault *fault
	o     Options

	fs           vfs.FS // lets nothing be written after a fault
	dir          string
	tableOptions [bottomLevel + 1]sstable.WriterOptions // by level, of tables that are made beside Pebble
	settling     sync.Mutex
	compacted    chan struct{} // has one in it after a compaction
}

// Open opens the folder dir, and makes it unless o.ReadOnly.
func Open(dir string, o Options) (*Store, error) {
	if o.Memtable == 0 {
		o.Memtable = defaultMemtable
	}
	s := &Store{fault: newFault(), o: o, dir: dir, compacted: make(chan struct{}, 1)}
	err := s.fault.run(s.open)
	if err != nil {
		return nil, fmt.Errorf("opening state in %s: %w", dir, err)
	}
	return s, nil
}

func (s *Store) open() error {
	o := s.o.pebble(s.fault)
	events := pebble.TeeEventListener(*o.EventListener, pebble.EventListener{CompactionEnd: s.onCompaction})
	o.EventListener = &events
	db, err := pebble.Open(s.dir, o)
	if err != nil {
		return err
	}
	s.db, s.fs = db, o.FS
	for level := range s.tableOptions {
		s.tableOptions[level] = o.MakeWriterOptions(level, pebbleFormat.MaxTableFormat())
	}
	err = s.checkFormat()
	if err == nil && !s.o.ReadOnly {
		err = s.sweep()
	}
	if err != nil {
		return errors.Join(err, db.Close())
	}
	return nil
}

// onCompaction may not wait, nor ask the store anything.
func (s *Store) onCompaction(pebble.CompactionInfo) {
	select {
	case s.compacted <- struct{}{}:
	default:
	}
}

// checkFormat refuses a folder of another format, and marks an empty one as ours. A crash between
// making the store and marking it leaves an empty one.
func (s *Store) checkFormat() error {
	key := append([]byte{kindMeta}, formatName...)
	value, found, err := s.get(nil, key)
	switch {
	case err != nil:
		return fmt.Errorf("reading the format version: %w", err)
	case found:
		version, n := binary.Uvarint(value)
		if n != len(value) {
			return fmt.Errorf("reading the format version: %x is none", value)
		}
		if version > formatVersion {
			return fmt.Errorf("its format version is %d, and the newest this ebb knows is %d: use the ebb that wrote it, or a newer one",
				version, formatVersion)
		}
		return nil
	}
	empty, err := s.empty()
	if err != nil {
		return fmt.Errorf("looking for rows: %w", err)
	}
	if !empty || s.o.ReadOnly {
		return errNotOurs
	}
	b := s.NewBatch()
	if err := b.b.Set(key, binary.AppendUvarint(nil, formatVersion), nil); err != nil {
		return err
	}
	return b.Commit(true)
}

func (s *Store) empty() (bool, error) {
	it, err := s.db.NewIter(nil)
	if err != nil {
		return false, err
	}
	found := it.First()
	return !found, it.Close()
}

// Err is the error after which the store writes nothing any more; nil: there was none.
func (s *Store) Err() error {
	if err := s.fault.get(); err != nil {
		return fmt.Errorf("the state folder cannot be written to any more: %w", err)
	}
	return nil
}

// Flush writes what is in memory to tables, and returns when it will survive a crash.
func (s *Store) Flush() error {
	if err := s.fault.run(s.db.Flush); err != nil {
		return fmt.Errorf("flushing state: %w", err)
	}
	return nil
}

// Close flushes if there is no log to recover from, and gives the folder up. The store, its batches
// and iterations must not be used any more.
func (s *Store) Close() error {
	err := s.fault.run(func() error {
		if s.o.NoWAL && !s.o.ReadOnly {
			if err := s.db.Flush(); err != nil {
				return errors.Join(err, s.db.Close())
			}
		}
		return s.db.Close()
	})
	if err != nil {
		return fmt.Errorf("closing state: %w", err)
	}
	return nil
}
