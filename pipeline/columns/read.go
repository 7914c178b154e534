package columns

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"

	"github.com/ebbstream/ebb/schemas"
)

// Reader gives the rows of a Parquet file.
type Reader struct {
	root   *node
	groups []parquet.RowGroup
	rows   parquet.Rows
	batch  []parquet.Row
	next   int // of those in batch[:read]
	read   int
	last   bool // the rows have ended with this batch
	values [][]parquet.Value
}

// readRows are how many rows are read at once.
const readRows = 256

// NewReader reads the foot of a file of so many bytes.
func NewReader(file io.ReaderAt, size int64) (r *Reader, err error) {
	defer notDamaged(&err)
	if err := checkFoot(file, size); err != nil {
		return nil, fmt.Errorf("reading the foot of a Parquet file: %w", err)
	}
	f, err := parquet.OpenFile(file, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, fmt.Errorf("reading the foot of a Parquet file: %w", err)
	}
	r = &Reader{groups: f.RowGroups(), batch: make([]parquet.Row, readRows)}
	r.root = newNode(f.Root())
	r.values = make([][]parquet.Value, r.root.leaves)
	return r, nil
}

// checkFoot looks at what the library would make room for unseen: the length of the foot, before the last four bytes.
func checkFoot(file io.ReaderAt, size int64) error {
	const magic = "PAR1"
	end := make([]byte, 4+len(magic))
	if size < int64(len(magic)+len(end)) {
		return fmt.Errorf("%d bytes are no Parquet file", size)
	}
	if _, err := file.ReadAt(end, size-int64(len(end))); err != nil {
		return err
	}
	if string(end[4:]) != magic {
		return fmt.Errorf("it ends with % x, expected %q", end[4:], magic)
	}
	if n := int64(binary.LittleEndian.Uint32(end)); n > size-int64(len(magic)+len(end)) {
		return fmt.Errorf("the foot has %d bytes, the file %d: it is damaged", n, size)
	}
	return nil
}

// Next is the next row, a Map of its columns; io.EOF after the last.
func (r *Reader) Next() (row schemas.Value, err error) {
	defer notDamaged(&err)
	for r.next == r.read {
		if err := r.fill(); err != nil {
			return schemas.Value{}, err
		}
	}
	at := 0
	clear(r.values)
	r.batch[r.next].Range(func(_ int, values []parquet.Value) bool {
		if at < len(r.values) {
			r.values[at] = values
		}
		at++
		return true
	})
	if at != len(r.values) {
		return schemas.Value{}, fmt.Errorf("reading a Parquet file: a row has %d columns, not %d", at, len(r.values))
	}
	r.next++
	return r.root.group(r.values, 0, 0), nil
}

// fill reads the next rows. An error is told after the rows before it.
func (r *Reader) fill() error {
	if r.last {
		err := r.rows.Close()
		if r.rows, r.last = nil, false; err != nil {
			return err
		}
	}
	if r.rows == nil {
		if len(r.groups) == 0 {
			return io.EOF
		}
		r.rows, r.groups = r.groups[0].Rows(), r.groups[1:]
	}
	n, err := r.rows.ReadRows(r.batch)
	r.next, r.read, r.last = 0, n, err == io.EOF
	if err != nil && !r.last {
		return fmt.Errorf("reading a Parquet file: %w", err)
	}
	return nil
}

var errDamaged = errors.New("reading a Parquet file: it is damaged, or of a kind that is not read")

// notDamaged makes an error of what the library panics at: columns that do not hold what the foot of the file says.
func notDamaged(err *error) {
	if why := recover(); why != nil {
		*err = fmt.Errorf("%w: %v", errDamaged, why)
	}
}
