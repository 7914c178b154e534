package partition

import (
	"encoding/binary"
	"fmt"
	"maps"

	"github.com/ebbstream/ebb/pipeline/live"
	"github.com/ebbstream/ebb/state"
)

// sizes are how many profiles the partition has, and how many members each segment has in it: rows of their own, so that
// nobody has to read all profiles to tell.
type sizes struct {
	of      map[string]int64 // "": the profiles
	changed map[string]bool
	gone    []string // keys of segments that the configuration no longer has
}

// newSizes reads them. Of a state that was there before they were kept nothing is known, and of stays nil.
func newSizes(p *Partition) (s sizes, err error) {
	keys, err := p.store.Keys(p.number, state.SizePrefix)
	if err != nil {
		return s, err
	}
	if row, err := p.profiles.row(state.LayoutNow); err != nil || row != nil && len(keys) == 0 {
		return s, err
	}
	s.of, s.changed = map[string]int64{"": 0}, map[string]bool{}
	for _, segment := range p.chain.Plan().Segments {
		s.of[segment.Name] = 0
	}
	for _, key := range keys {
		name := key[len(state.SizePrefix):]
		if _, found := s.of[name]; !found {
			s.gone = append(s.gone, key)
			continue
		}
		row, err := p.store.Get(p.number, key)
		if err != nil {
			return s, err
		}
		n, read := binary.Varint(state.RowState(row))
		if read <= 0 {
			return s, fmt.Errorf("reading the size of segment %q in partition %d: %x is no number", name, p.number, row)
		}
		s.of[name] = n
	}
	return s, nil
}

func (s *sizes) add(name string, n int64) {
	if s.of != nil {
		s.of[name] += n
		s.changed[name] = true
	}
}

// lived counts a profile that began or ended.
func (s *sizes) lived(was, is bool) {
	switch {
	case !was && is:
		s.add("", 1)
	case was && !is:
		s.add("", -1)
	}
}

// seal writes the rows of what changed, and tells it.
func (s *sizes) seal(b *live.Batch) map[string]int64 {
	told := make(map[string]int64, len(s.changed))
	for name := range s.changed {
		told[name] = s.of[name]
		b.Rows = append(b.Rows, state.OwnRow(state.SizePrefix+name, binary.AppendVarint(nil, s.of[name])))
	}
	clear(s.changed)
	for _, key := range s.gone {
		b.Rows = append(b.Rows, state.OwnRow(key, nil))
	}
	s.gone = nil
	return told
}

// Sizes are how many profiles there are, under "", and members, by segment; nil: it is not known.
func (p *Partition) Sizes() map[string]int64 { return maps.Clone(p.sizes.of) }
