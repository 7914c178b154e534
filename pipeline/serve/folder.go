package serve

import (
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/pipeline/live"
	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// folder is a partition that is watched: how long it folds, and how far it is behind. It belongs to the goroutine that folds,
// but for what mu guards.
type folder struct {
	*partition.Partition
	n    *Node
	read map[place]int64 // the offset after the last record that was taken in, by input
	ends map[place]int64 // where the inputs end, as the brokers said last
	mu   struct {
		sync.Mutex
		lag   int64
		known bool // all ends are
		sizes map[string]int64
	}
}

// A place is a partition of a topic.
type place struct {
	topic     string
	partition int32
}

// Watch puts metrics around a partition that was opened at a position.
func (n *Node) Watch(task int32, position state.Position, p *partition.Partition) live.Folder {
	f := &folder{Partition: p, n: n, read: map[place]int64{}, ends: map[place]int64{}}
	for _, in := range position.Inputs {
		f.read[place{in.Topic, in.Partition}] = in.Next
	}
	f.mu.sizes = p.Sizes()
	n.folders.put(task, f)
	return f
}

func (f *folder) Push(records []*kgo.Record) error {
	err := f.Partition.Push(records)
	if err == nil {
		last := records[len(records)-1]
		f.read[place{last.Topic, last.Partition}] = last.Offset + 1
	}
	return err
}

func (f *folder) Confirm(topic string, partition int32, end int64, now schemas.Instant) {
	f.Partition.Confirm(topic, partition, end, now)
	f.ends[place{topic, partition}] = end
}

func (f *folder) Fold(now schemas.Instant, most int) (more bool, err error) {
	before, began := f.Changed(), time.Now()
	more, err = f.Partition.Fold(now, most)
	if f.Changed() != before {
		f.n.metrics.fold.Observe(time.Since(began).Seconds())
	}
	f.n.member.beat.Store(time.Now().UnixMilli())
	f.measure()
	return more, err
}

// measure counts the offsets that are not folded yet.
func (f *folder) measure() {
	var lag int64
	for at, next := range f.read {
		lag += max(0, f.ends[at]-next) + int64(f.Unread(at.topic, at.partition))
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.mu.lag, f.mu.known = lag, len(f.ends) >= len(f.read)
}

// landed is told what a commit has changed.
func (f *folder) landed(sizes map[string]int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for name, size := range sizes {
		if f.mu.sizes != nil {
			f.mu.sizes[name] = size
		}
	}
}

// folders are the latest of each task, whether it is still held or not.
type folders struct {
	mu struct {
		sync.Mutex
		of map[int32]*folder
	}
}

func (s *folders) put(task int32, f *folder) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mu.of == nil {
		s.mu.of = map[int32]*folder{}
	}
	s.mu.of[task] = f
}

func (s *folders) get(task int32) *folder {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mu.of[task]
}

// drop forgets a task that was given up, with all that it kept in memory.
func (s *folders) drop(task int32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.mu.of, task)
}

func (s *folders) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.mu.of)
}
