package realdata

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"flag"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ebbstream/ebb/schemas"
)

var seed = flag.Uint64("seed", 0, "seed of the random tests; 0: by the clock")

// random prints its seed, which -seed takes back.
func random(t *testing.T) *rand.Rand {
	t.Helper()
	s := *seed
	if s == 0 {
		s = uint64(time.Now().UnixNano())
	}
	t.Logf("-seed %d", s)
	return rand.New(rand.NewPCG(s, 0))
}

// read is the content of a file of testdata, unpacked.
func read(t *testing.T, path string) []byte {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", path))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var content io.Reader = file
	if strings.HasSuffix(path, ".gz") {
		if content, err = gzip.NewReader(file); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
	}
	text, err := io.ReadAll(content)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return text
}

func readJSON[T any](t *testing.T, path string) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(read(t, path), &v); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return v
}

// unmarshalRow reads a JSON list into what its elements point to.
func unmarshalRow(text []byte, into ...any) error { return json.Unmarshal(text, &into) }

// row is a line of a table, by the names in its head.
type row map[string]string

func readTable(t *testing.T, path string) []row {
	t.Helper()
	lines, err := csv.NewReader(strings.NewReader(string(read(t, path)))).ReadAll()
	if err != nil || len(lines) < 2 {
		t.Fatalf("%s has %d lines: %v", path, len(lines), err)
	}
	rows := make([]row, 0, len(lines)-1)
	for _, line := range lines[1:] {
		r := row{}
		for i, name := range lines[0] {
			r[name] = line[i]
		}
		rows = append(rows, r)
	}
	return rows
}

func (r row) number(t *testing.T, column string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(r[column], 64)
	if err != nil {
		t.Fatalf("%s: %v", column, err)
	}
	return v
}

// instant reads a time; one without a zone is in UTC.
func instant(t *testing.T, text string) schemas.Instant {
	t.Helper()
	text = strings.Replace(text, " ", "T", 1)
	if !strings.HasSuffix(text, "Z") {
		text += "Z"
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return schemas.Instant(at.UnixMilli())
}

// near is whether a value is what was printed: within half a unit of the last digit, say.
func near(got, want, tolerance float64) bool { return math.Abs(got-want) <= tolerance }
