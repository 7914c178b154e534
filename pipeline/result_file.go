package pipeline

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ebbstream/ebb/pipeline/columns"
)

// resultFile is one file of a replay's results, in lines or as a table.
type resultFile struct {
	path  string
	file  *os.File
	out   *bufio.Writer
	table columns.Table // nil: lines
}

func createResult(dir, kind string, parquet bool) (*resultFile, error) {
	extension := ".jsonl"
	if parquet {
		extension = ".parquet"
	}
	f := &resultFile{path: filepath.Join(dir, kind+extension)}
	var err error
	if f.file, err = os.Create(f.path); err != nil {
		return nil, fmt.Errorf("making a result file: %w", err)
	}
	f.out = bufio.NewWriterSize(f.file, 1<<20)
	if parquet {
		f.table = columns.NewTable(f.out, kind)
	}
	return f, nil
}

func (f *resultFile) write(line []byte) error {
	if f.table != nil {
		return f.table.Write(line)
	}
	if _, err := f.out.Write(line); err != nil {
		return err
	}
	return f.out.WriteByte('\n')
}

func (f *resultFile) close() error {
	var err error
	if f.table != nil {
		err = f.table.Close()
	}
	return errors.Join(err, f.out.Flush(), f.file.Close())
}
