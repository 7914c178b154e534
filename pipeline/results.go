package pipeline

import (
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/ebbstream/ebb/schemas"
)

// results gathers what a replay would publish, and writes it in order: one file a kind of record. Without a sorter, as in
// a survey, nothing is kept.
type results struct {
	name, dir string
	mu        struct {
		sync.Mutex
		sorter *Sorter
		key    []byte
		line   []byte
		err    error
		late   int64 // of a survey: those too late to be applied
	}
}

// The files of a replay, in the order of their first key byte.
var resultFiles = []string{"segment-changes", "sessions", "actions", "profiles", "late", "dead-letters"}

func newResults(name, dir, scratch string, memory int64) *results {
	r := &results{name: name, dir: dir}
	r.mu.sorter = NewSorter(scratch, memory)
	return r
}

func fileOf(m schemas.Message) byte {
	switch m.(type) {
	case *schemas.SegmentChange:
		return 0
	case *schemas.SessionEnded:
		return 1
	case *schemas.Decision:
		return 2
	case *schemas.Profile:
		return 3
	case *schemas.Late:
		return 4
	}
	return 5
}

// add takes one record; a fault shows in err.
func (r *results) add(m schemas.Message) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.mu.sorter == nil {
		if l, ok := m.(*schemas.Late); ok && l.Reason == schemas.ReasonTooLate {
			r.mu.late++
		}
		return
	}
	if r.mu.err != nil {
		return
	}
	r.mu.key = schemas.AppendOrderKey(append(r.mu.key[:0], fileOf(m)), m)
	if d, ok := m.(*schemas.Decision); ok { // their order is that of their ids, which take the application's name
		r.mu.key = schemas.AppendMessageID(r.mu.key, r.name, d)
	}
	r.mu.line = schemas.AppendMessage(r.mu.line[:0], r.name, m)
	r.mu.err = r.mu.sorter.Add(r.mu.key, r.mu.line)
}

func (r *results) err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.mu.err
}

// write writes all files, also those that stay empty, and counts their lines.
func (r *results) write(s *Summary, sessions, parquet bool) error {
	if r.mu.err != nil {
		return r.mu.err
	}
	sorted, err := r.mu.sorter.Sorted()
	if err != nil {
		return err
	}
	defer sorted.Close()
	key, line, err := sorted.Next()
	for i, name := range resultFiles {
		count, writeErr := int64(0), error(nil)
		out, createErr := createResult(r.dir, name, parquet)
		if createErr != nil {
			return createErr
		}
		for err == nil && key[0] == byte(i) {
			if name != "sessions" || sessions {
				writeErr = errors.Join(writeErr, out.write(line))
				count++
			}
			if writeErr != nil {
				break
			}
			key, line, err = sorted.Next()
		}
		if writeErr = errors.Join(writeErr, out.close()); writeErr != nil {
			return fmt.Errorf("writing %s: %w", out.path, writeErr)
		}
		s.Lines[name] = count
	}
	if err != nil && err != io.EOF {
		return err
	}
	return nil
}

func (r *results) close() error {
	if r.mu.sorter == nil {
		return nil
	}
	return r.mu.sorter.Close()
}
