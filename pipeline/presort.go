package pipeline

import (
	"encoding/binary"
	"io"

	"github.com/ebbstream/ebb/schemas"
)

// sorted orders the events of all inputs by time; those of one instant stay in the order in which they were read. The
// lines themselves are sorted, and decoded once more on their way out.
func (r *replayRun) sorted(all []Source) (Source, error) {
	sorter := NewSorter(r.scratch, r.Memory/2)
	var e schemas.Event
	read := int64(0)
	for i, source := range all {
		for {
			err := source.Next(&e)
			if err == io.EOF {
				break
			}
			if err != nil {
				return nil, err
			}
			key := binary.BigEndian.AppendUint64(nil, uint64(e.Time)^1<<63)
			var line []byte
			if i < len(r.inputs) && r.Mapped == nil {
				line = r.inputs[i].last
			} else {
				line = fileForm(&e)
			}
			if err := sorter.Add(key, line); err != nil {
				return nil, err
			}
			if read++; read%65536 == 0 {
				r.report("sorting")
			}
		}
	}
	out, err := sorter.Sorted()
	if err != nil {
		return nil, err
	}
	return &sortedEvents{out, sorter, schemas.NewJSONDecoder(r.Catalog.Plan.Fields)}, nil
}

type sortedEvents struct {
	out     *Sorted
	sorter  *Sorter
	decoder *schemas.JSONDecoder
}

func (s *sortedEvents) Next(e *schemas.Event) error {
	_, line, err := s.out.Next()
	if err == nil {
		return s.decoder.Decode(line, e)
	}
	if err == io.EOF {
		s.out.Close()
		if err := s.sorter.Close(); err != nil {
			return err
		}
	}
	return err
}
