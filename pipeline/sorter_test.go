package pipeline

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

type pair struct{ key, value string }

func sorted(t *testing.T, s *Sorter, in []pair) (out []pair) {
	t.Helper()
	for _, p := range in {
		if err := s.Add([]byte(p.key), []byte(p.value)); err != nil {
			t.Fatal(err)
		}
	}
	it, err := s.Sorted()
	if err != nil {
		t.Fatal(err)
	}
	defer it.Close()
	for {
		key, value, err := it.Next()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, pair{string(key), string(value)})
	}
}

func TestSorter(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for _, c := range []struct {
		name    string
		records int
		memory  int64
		value   int // its greatest length
	}{
		{"nothing", 0, 0, 0}, {"one", 1, 0, 10}, {"in memory", 5000, 1 << 30, 100}, {"a few runs", 60_000, 0, 400},
		{"values larger than a block", 40, 0, 3 * sortBlock / 2}, {"more runs than are merged at once", 400, 0, sortBlock},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			s := NewSorter(dir, c.memory)
			var in []pair
			filler := strings.Repeat("x", c.value)
			for i := range c.records {
				key := make([]byte, r.IntN(12))
				for j := range key {
					key[j] = "\x00ab\xff"[r.IntN(4)]
				}
				in = append(in, pair{string(key), fmt.Sprint(i, filler[:r.IntN(c.value+1)])})
			}
			got := sorted(t, s, in)
			slices.SortStableFunc(in, func(a, b pair) int { return strings.Compare(a.key, b.key) })
			if !slices.Equal(got, in) {
				t.Errorf("%d records came out, not in order or not the same; %d went in", len(got), len(in))
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			if left, _ := os.ReadDir(dir); len(left) > 0 {
				t.Errorf("%d files are left behind", len(left))
			}
		})
	}
}

func TestSorterSaysWhereItCannotWrite(t *testing.T) {
	s := NewSorter("/does/not/exist", 0)
	defer s.Close()
	var err error
	for range 4 {
		err = s.Add([]byte("k"), make([]byte, sortBlock))
		if err != nil {
			break
		}
	}
	if err == nil || !strings.Contains(err.Error(), "/does/not/exist") {
		t.Errorf("got %v, want an error with the path", err)
	}
}

// TestSorterWriteFails: a run that cannot be written, as on a full disk, is told with its path. A file open for reading
// only refuses writes on every system.
func TestSorterWriteFails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	full, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	s := NewSorter("", 1<<30)
	noise := make([]byte, 1<<20)
	rand.NewChaCha8([32]byte{1}).Read(noise)
	if err := s.Add([]byte("k"), noise); err != nil {
		t.Fatal(err)
	}
	if err := copySortRun(full, &sortMemory{sorter: s}); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v, want an error with the path", err)
	}
}

// BenchmarkSorter sorts a shuffled export of events of about 250 bytes with a quarter of it in memory.
func BenchmarkSorter(b *testing.B) {
	const events = 400_000
	b.SetBytes(events * 258)
	for b.Loop() {
		s := NewSorter(b.TempDir(), 32<<20)
		r := rand.New(rand.NewPCG(1, 2))
		var key [8]byte
		var line []byte
		for i := range events {
			binary.BigEndian.PutUint64(key[:], r.Uint64N(1e10))
			line = fmt.Appendf(line[:0], `{"specversion":"1.0","id":"01J9Z3K8Q2%08d","source":"clickstream","type":"product_view","subject":"user-%07d",`+
				`"time":"2026-01-05T10:00:00.123Z","data":{"category":"category-%d","price":59.95,"page":{"url":"/p/1","ref":"home"},"item":"sku-99812","qty":2}}`, i, r.IntN(1e6), i%40)
			if err := s.Add(key[:], line); err != nil {
				b.Fatal(err)
			}
		}
		it, err := s.Sorted()
		if err != nil {
			b.Fatal(err)
		}
		var last []byte
		for n := 0; ; n++ {
			key, _, err := it.Next()
			if err == io.EOF {
				if n != events {
					b.Fatalf("%d of %d came out", n, events)
				}
				break
			}
			if err != nil || bytes.Compare(last, key) > 0 {
				b.Fatal("not in order", err)
			}
			last = append(last[:0], key...)
		}
		it.Close()
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
