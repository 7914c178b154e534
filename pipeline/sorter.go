package pipeline

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
)

// Sorter orders records by their keys, bytewise, in bounded memory: what does not fit is written to temporary files as
// sorted runs, which are merged at the end. Records of one key keep the order in which they were added.
//
// lanrat/extsort was looked at first: it is not stable, it bounds its memory by the number of records, not their size,
// and it takes every record through two channels.
type Sorter struct {
	dir     string
	memory  int64
	used    int64
	blocks  [][]byte // the records, each within one block
	block   int      // the one that is being filled
	records []sortRecord
	runs    []string // files, in the order of what was added
}

// sortRecord is where one lies in the blocks: first its key, then its value.
type sortRecord struct {
	prefix        uint64 // the first eight bytes of the key, which settle most comparisons
	block, offset uint32
	key, value    uint32 // lengths
}

const (
	sortBlock      = 1 << 20
	sortRecordSize = 24
	maxSortRuns    = 64 // merged at once: each has an open file and buffers
)

// NewSorter makes a Sorter that keeps about so many bytes in memory, and its files in dir.
func NewSorter(dir string, memory int64) *Sorter {
	return &Sorter{dir: dir, memory: max(memory, 2*sortBlock)}
}

// Add takes a copy of a record.
func (s *Sorter) Add(key, value []byte) error {
	size := len(key) + len(value)
	if size > math.MaxInt32 {
		return fmt.Errorf("sorting: a record of %d bytes is too large", size)
	}
	if s.used+int64(size)+sortRecordSize > s.memory && len(s.records) > 0 {
		if err := s.spill(); err != nil {
			return err
		}
	}
	s.makeRoom(size)
	b := s.blocks[s.block]
	s.records = append(s.records, sortRecord{
		prefix: sortPrefix(key), block: uint32(s.block), offset: uint32(len(b)), key: uint32(len(key)), value: uint32(len(value)),
	})
	s.blocks[s.block] = append(append(b, key...), value...)
	s.used += int64(size) + sortRecordSize
	return nil
}

// makeRoom has the current block be one with that much room; blocks are used again after a spill.
func (s *Sorter) makeRoom(size int) {
	for ; s.block < len(s.blocks); s.block++ {
		if b := s.blocks[s.block]; cap(b)-len(b) >= size {
			return
		}
	}
	s.blocks = append(s.blocks, make([]byte, 0, max(size, sortBlock)))
}

func sortPrefix(key []byte) uint64 {
	if len(key) >= 8 {
		return binary.BigEndian.Uint64(key)
	}
	var padded [8]byte
	copy(padded[:], key)
	return binary.BigEndian.Uint64(padded[:])
}

func (s *Sorter) key(r sortRecord) []byte {
	return s.blocks[r.block][r.offset : r.offset+r.key]
}

func (s *Sorter) value(r sortRecord) []byte {
	from := r.offset + r.key
	return s.blocks[r.block][from : from+r.value]
}

// sort orders what is in memory; equal keys by their place, which is the order of adding.
func (s *Sorter) sort() {
	slices.SortFunc(s.records, func(a, b sortRecord) int {
		if a.prefix != b.prefix {
			return cmp.Compare(a.prefix, b.prefix)
		}
		return cmp.Or(bytes.Compare(s.key(a), s.key(b)), cmp.Compare(a.block, b.block), cmp.Compare(a.offset, b.offset))
	})
}

// spill writes what is in memory as one more run.
func (s *Sorter) spill() error {
	s.sort()
	path, err := writeSortRun(s.dir, &sortMemory{sorter: s})
	if err != nil {
		return err
	}
	s.runs = append(s.runs, path)
	s.records, s.used, s.block = s.records[:0], 0, 0
	for i := range s.blocks {
		s.blocks[i] = s.blocks[i][:0]
	}
	return nil
}

// Sorted ends the adding and begins to give the records out, in order.
func (s *Sorter) Sorted() (*Sorted, error) {
	for len(s.runs) > maxSortRuns {
		if err := s.mergeRuns(); err != nil {
			return nil, err
		}
	}
	s.sort()
	return mergeSorted(s.runs, &sortMemory{sorter: s})
}

// mergeRuns makes one run of the oldest ones; it stays the oldest.
func (s *Sorter) mergeRuns() error {
	oldest := s.runs[:maxSortRuns]
	it, err := mergeSorted(oldest)
	if err != nil {
		return err
	}
	defer it.Close()
	path, err := writeSortRun(s.dir, it)
	if err != nil {
		return err
	}
	for _, old := range oldest {
		if err := os.Remove(old); err != nil {
			return fmt.Errorf("sorting: %w", err)
		}
	}
	s.runs = append([]string{path}, s.runs[maxSortRuns:]...)
	return nil
}

// Close removes the temporary files. Close what Sorted gave out first.
func (s *Sorter) Close() error {
	var errs []error
	for _, path := range s.runs {
		errs = append(errs, os.Remove(path))
	}
	*s = Sorter{dir: s.dir, memory: s.memory}
	return errors.Join(errs...)
}

// sortMemory gives out the sorted records in memory.
type sortMemory struct {
	sorter *Sorter
	next   int
}

func (m *sortMemory) Next() (key, value []byte, err error) {
	if m.next == len(m.sorter.records) {
		return nil, nil, io.EOF
	}
	r := m.sorter.records[m.next]
	m.next++
	return m.sorter.key(r), m.sorter.value(r), nil
}
