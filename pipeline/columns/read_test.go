package columns

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ebbstream/ebb/schemas"
)

// readAll reads a whole file.
func readAll(file []byte) (rows []schemas.Value, err error) {
	r, err := NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, err
	}
	for {
		row, err := r.Next()
		if err == io.EOF {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		rows = append(rows, row)
	}
}

// TestFilesOfOthers: what other programs wrote has the rows that pyarrow finds in it (testdata/SOURCE.md).
func TestFilesOfOthers(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("testdata", "*.parquet"))
	if err != nil || len(paths) != 9 {
		t.Fatalf("%d files, %v", len(paths), err)
	}
	for _, path := range paths {
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(strings.TrimSuffix(path, ".parquet") + ".jsonl")
		if err != nil {
			t.Fatal(err)
		}
		want := strings.Split(strings.TrimSpace(string(text)), "\n")
		rows, err := readAll(file)
		if err != nil || len(rows) != len(want) {
			t.Errorf("%s: %d rows, not %d, %v", path, len(rows), len(want), err)
			continue
		}
		for i, row := range rows {
			expected, err := schemas.ParseValue([]byte(want[i]))
			if err != nil {
				t.Fatal(err)
			}
			if got, err := schemas.ParseValue(row.AppendJSON(nil)); err != nil || !got.Equal(expected) {
				t.Errorf("%s, row %d:\n%s\nnot\n%s", path, i, row.AppendJSON(nil), want[i])
			}
		}
	}
}

// TestDamagedFiles: half a file is an error wherever it was cut, and never a panic.
func TestDamagedFiles(t *testing.T) {
	file, err := os.ReadFile(filepath.Join("testdata", "pyarrow.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	for cut := 0; cut < len(file); cut += 37 {
		if _, err := readAll(file[:cut]); err == nil {
			t.Errorf("cut at %d it is read", cut)
		}
	}
	for at := 4; at < len(file); at += 11 { // any answer will do
		damaged := bytes.Clone(file)
		damaged[at] ^= 0x55
		_, _ = readAll(damaged)
	}
}

// FuzzReader: any bytes are rows or an error.
func FuzzReader(f *testing.F) {
	paths, err := filepath.Glob(filepath.Join("testdata", "*.parquet"))
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		file, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(file)
	}
	f.Fuzz(func(_ *testing.T, file []byte) { _, _ = readAll(file) })
}
