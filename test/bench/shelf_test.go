package bench

import (
	"encoding/binary"
	"syscall"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"
)

// A shelf holds the records of all tasks outside the heap: as those of a broker they cost the garbage collector nothing, and do
// not put it off either.
type shelf struct {
	bytes []byte // each record as length and key, length and value
	used  int
	at    [][]int // by task: where its records begin
	read  []int   // by task: how many were taken
	taken [][]kgo.Record
	out   []*kgo.Record
}

func newShelf(b *testing.B, tasks int) *shelf {
	bytes, err := syscall.Mmap(-1, 0, 1<<10*b.N, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := syscall.Munmap(bytes); err != nil {
			b.Error(err)
		}
	})
	return &shelf{bytes: bytes, at: make([][]int, tasks), read: make([]int, tasks), taken: make([][]kgo.Record, tasks)}
}

func (s *shelf) put(task int32, key, value []byte) {
	s.at[task] = append(s.at[task], s.used)
	for _, part := range [][]byte{key, value} {
		binary.LittleEndian.PutUint32(s.bytes[s.used:], uint32(len(part)))
		s.used += 4 + copy(s.bytes[s.used+4:], part)
	}
}

// take are the next records of a task. They are valid until the next call for it.
func (s *shelf) take(task int32, most int) []*kgo.Record {
	n := min(most, len(s.at[task])-s.read[task])
	if s.taken[task] == nil {
		s.taken[task] = make([]kgo.Record, most)
	}
	s.out = s.out[:0]
	for i := range n {
		at := s.at[task][s.read[task]]
		part := func() []byte {
			begin := at + 4
			at = begin + int(binary.LittleEndian.Uint32(s.bytes[at:]))
			return s.bytes[begin:at:at]
		}
		r := &s.taken[task][i]
		*r = kgo.Record{Topic: "events", Partition: task, Offset: int64(s.read[task]), Key: part(), Value: part()}
		s.read[task]++
		s.out = append(s.out, r)
	}
	return s.out
}
