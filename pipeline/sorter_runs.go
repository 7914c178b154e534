package pipeline

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"

	"github.com/klauspost/compress/zstd"
)

// sortedRecords gives out records in order, io.EOF after the last. A record stays as it is until the next call.
type sortedRecords interface {
	Next() (key, value []byte, err error)
}

// The window is small, so that many runs can be read at once.
const sortWindow = 256 << 10

// writeSortRun writes sorted records to a new file: each with the lengths of its key and its value, all in one zstd frame.
// At its fastest zstd costs 0.3 µs for an event of 250 bytes and keeps the pace steady: 400,000 events were sorted in
// 0.57–0.70 s, without it in 0.45 s at first and in 1.3 s once the disk had to keep up with seven times the bytes.
func writeSortRun(dir string, from sortedRecords) (path string, err error) {
	file, err := os.CreateTemp(dir, "ebb-sort-*.run")
	if err != nil {
		return "", fmt.Errorf("sorting: %w", err)
	}
	if err = copySortRun(file, from); err == nil {
		err = file.Close()
	} else {
		file.Close()
	}
	if err != nil {
		os.Remove(file.Name())
		return "", fmt.Errorf("sorting: writing a run: %w", err)
	}
	return file.Name(), nil
}

func copySortRun(w io.Writer, from sortedRecords) error {
	z, err := zstd.NewWriter(w,
		zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(sortWindow), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	b := bufio.NewWriterSize(z, sortWindow)
	var lengths []byte
	for {
		key, value, err := from.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		lengths = binary.AppendUvarint(binary.AppendUvarint(lengths[:0], uint64(len(key))), uint64(len(value)))
		for _, part := range [...][]byte{lengths, key, value} {
			if _, err := b.Write(part); err != nil {
				return err
			}
		}
	}
	if err := b.Flush(); err != nil {
		return err
	}
	return z.Close()
}

// sortFile reads a run back.
type sortFile struct {
	file   *os.File
	unpack *zstd.Decoder
	r      *bufio.Reader
	record []byte
}

func openSortRun(path string) (*sortFile, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	z, err := zstd.NewReader(file, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true))
	if err != nil {
		file.Close()
		return nil, err
	}
	return &sortFile{file: file, unpack: z, r: bufio.NewReader(z)}, nil
}

func (f *sortFile) Next() (key, value []byte, err error) {
	n, err := binary.ReadUvarint(f.r)
	if err == io.EOF {
		return nil, nil, io.EOF
	}
	var m uint64
	if err == nil {
		m, err = binary.ReadUvarint(f.r)
	}
	if err == nil {
		if size := int(n + m); cap(f.record) < size {
			f.record = make([]byte, size, 2*size)
		}
		f.record = f.record[:n+m]
		_, err = io.ReadFull(f.r, f.record)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("sorting: reading %s: %w", f.file.Name(), err)
	}
	return f.record[:n], f.record[n:], nil
}

func (f *sortFile) close() {
	f.unpack.Close()
	f.file.Close()
}

// Sorted gives out the records of several runs, in order.
type Sorted struct {
	files []*sortFile
	heads []*sortHead // a heap
	used  bool        // the record on top has been given out
}

type sortHead struct {
	run        sortedRecords
	age        int // runs that were written earlier come first
	key, value []byte
}

func (h *sortHead) before(o *sortHead) bool {
	if c := bytes.Compare(h.key, o.key); c != 0 {
		return c < 0
	}
	return h.age < o.age
}

// mergeSorted merges the records of files and of newer, which were added after them.
func mergeSorted(paths []string, newer ...sortedRecords) (*Sorted, error) {
	it := &Sorted{}
	var runs []sortedRecords
	for _, path := range paths {
		f, err := openSortRun(path)
		if err != nil {
			it.Close()
			return nil, fmt.Errorf("sorting: %w", err)
		}
		it.files = append(it.files, f)
		runs = append(runs, f)
	}
	for age, run := range append(runs, newer...) {
		h := &sortHead{run: run, age: age}
		var err error
		switch h.key, h.value, err = run.Next(); err {
		case nil:
			it.heads = append(it.heads, h)
		case io.EOF:
		default:
			it.Close()
			return nil, err
		}
	}
	for i := len(it.heads) - 1; i >= 0; i-- {
		sinkHeap(it.heads, i, (*sortHead).before)
	}
	return it, nil
}

// Next is the next record, which stays as it is until the next call; io.EOF after the last.
func (it *Sorted) Next() (key, value []byte, err error) {
	if it.used {
		h := it.heads[0]
		h.key, h.value, err = h.run.Next()
		if err == io.EOF {
			last := len(it.heads) - 1
			it.heads[0] = it.heads[last]
			it.heads = it.heads[:last]
		} else if err != nil {
			return nil, nil, err
		}
		sinkHeap(it.heads, 0, (*sortHead).before)
	}
	if it.used = len(it.heads) > 0; !it.used {
		return nil, nil, io.EOF
	}
	return it.heads[0].key, it.heads[0].value, nil
}

// Close ends the reading.
func (it *Sorted) Close() {
	for _, f := range it.files {
		f.close()
	}
	it.files = nil
}
