package bench

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
	"github.com/ebbstream/ebb/state/disk"
)

// BenchmarkRestore: one op is one row of the changelog of a task that is restored anew, 400 bytes under a random key; the last
// quarter replaces some of the others. What is missing is Kafka (test/broker has TestRestore). Tables are what a restore makes,
// a piece each 32 MiB; batches are what it does where there are rows already.
func BenchmarkRestore(b *testing.B) {
	for _, way := range []struct {
		name  string
		piece int // bytes
		store func(partition.Disk, int32, []state.Row, state.Position) error
	}{
		{"tables", 32 << 20, partition.Disk.Load},
		{"batches", 10_000 * rowSize, partition.Disk.Apply},
	} {
		b.Run(way.name, func(b *testing.B) {
			store, err := disk.Open(b.TempDir(), disk.Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer store.Close()
			s, made := partition.Disk{Store: store}, newMaker()
			people := max(b.N*3/4, 1)
			rows, size := []state.Row(nil), 0
			written, began := writtenBytes(b), cpu(b)
			b.ResetTimer()
			for i := range b.N {
				person := i
				if i >= people {
					person = made.rng.IntN(people)
				}
				rows = append(rows, made.row(uint64(person)))
				if size += rowSize; size < way.piece && i < b.N-1 {
					continue
				}
				if err := way.store(s, 0, rows, state.Position{Changelog: int64(i + 1)}); err != nil {
					b.Fatal(err)
				}
				rows, size = nil, 0
			}
			if err := s.Loaded(0); err != nil {
				b.Fatal(err)
			}
			b.StopTimer()
			b.SetBytes(rowSize)
			b.ReportMetric(float64(cpu(b)-began)/float64(b.N), "cpu-ns/op")
			b.ReportMetric(float64(writtenBytes(b)-written)/float64(b.N), "written-B/op")
			b.ReportMetric(float64(store.Metrics().ReadAmp), "read-amp")
		})
	}
}

const rowSize = 400

// A maker makes rows up, cheaply: half of each is random, as ids are, and half names and small numbers.
type maker struct {
	rng  *rand.Rand
	text []byte
	free []byte
}

func newMaker() *maker {
	m := &maker{rng: rand.New(rand.NewPCG(1, 1))}
	for len(m.text) < 1<<20 {
		for range 24 {
			m.text = binary.LittleEndian.AppendUint64(m.text, m.rng.Uint64())
		}
		for range 20 {
			m.text = binary.AppendUvarint(append(m.text, "purchase"...), uint64(m.rng.IntN(1000)))
		}
	}
	return m
}

func (m *maker) row(person uint64) state.Row {
	if len(m.free) < rowSize {
		m.free = make([]byte, 1<<20)
	}
	wake := schemas.Never
	if m.rng.IntN(3) > 0 {
		wake = schemas.Instant(1_700_000_000_000 + m.rng.Int64N(int64(30*schemas.Day)))
	}
	value := state.AppendRow(m.free[:0:rowSize], wake)
	at := m.rng.IntN(len(m.text) - rowSize)
	value = append(value, m.text[at:at+rowSize-len(value)]...)
	m.free = m.free[rowSize:]
	return state.Row{Key: fmt.Sprintf("user-%016x", person*0x9e3779b97f4a7c15), Value: value, Was: state.WakeUnknown}
}

// writtenBytes are those that this process has handed to files.
func writtenBytes(b *testing.B) (n int64) {
	text, err := os.ReadFile("/proc/self/io")
	if err == nil {
		var read int64
		_, err = fmt.Sscanf(string(text), "rchar: %d\nwchar: %d", &read, &n)
	}
	if err != nil {
		b.Fatal(err)
	}
	return n
}
