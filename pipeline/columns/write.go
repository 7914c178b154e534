package columns

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
)

// Table writes lines of results as the rows of a Parquet file.
type Table interface {
	// Write adds a line, as schemas.AppendMessage writes it.
	Write(line []byte) error
	// Close ends the file, which is not one before.
	Close() error
}

// groupRows are how many rows of a file are in memory before they are written.
const groupRows = 64 << 10

// NewTable begins the file of one kind of results, such as "segment-changes".
func NewTable(w io.Writer, kind string) Table {
	switch kind {
	case "segment-changes":
		return newTable[change](w)
	case "sessions":
		return newTable[session](w)
	case "actions":
		return newTable[decision](w)
	case "profiles":
		return newTable[profile](w)
	case "late":
		return newTable[late](w)
	}
	return newTable[deadLetter](w)
}

type table[T any] struct{ rows *parquet.GenericWriter[T] }

func newTable[T any](w io.Writer) *table[T] {
	return &table[T]{parquet.NewGenericWriter[T](w, parquet.Compression(&parquet.Zstd), parquet.MaxRowsPerRowGroup(groupRows))}
}

func (t *table[T]) Write(line []byte) error {
	var row [1]T
	var inner struct{ Data json.RawMessage }
	err := json.Unmarshal(line, &row[0])
	if _, whole := any(&row[0]).(*late); err == nil && !whole { // an event's data stay together
		if err = json.Unmarshal(line, &inner); err == nil {
			err = json.Unmarshal(inner.Data, &row[0])
		}
	}
	if err != nil {
		return fmt.Errorf("making a row of %.200s: %w", line, err)
	}
	if d, ok := any(&row[0]).(*deadLetter); ok {
		d.settle()
	}
	_, err = t.rows.Write(row[:])
	return err
}

func (t *table[T]) Close() error { return t.rows.Close() }
