package state

// keySet is a set of keys, of each its upper half, in a table of a power of two places, of which at most half are taken: a
// place is looked for from the key's own on. It may take another key for one of its own, once in 2^31.
type keySet struct {
	table []uint32 // 0: free
	n     int
}

func (s *keySet) add(key uint64) {
	if 2*(s.n+1) > len(s.table) {
		old := s.table
		s.table, s.n = make([]uint32, max(128, 2*len(old))), 0
		for _, half := range old {
			if half != 0 {
				s.put(half)
			}
		}
	}
	s.put(upper(key))
}

func upper(key uint64) uint32 { return uint32(key>>32) | 1 }

func (s *keySet) put(half uint32) {
	if i, found := s.find(half); !found {
		s.table[i] = half
		s.n++
	}
}

func (s *keySet) find(half uint32) (place int, found bool) {
	mask := len(s.table) - 1
	for i := int(half>>1) & mask; ; i = (i + 1) & mask {
		if s.table[i] == half || s.table[i] == 0 {
			return i, s.table[i] == half
		}
	}
}

func (s *keySet) has(key uint64) bool {
	if len(s.table) == 0 {
		return false
	}
	_, found := s.find(upper(key))
	return found
}

// clear takes all out, for about n others.
func (s *keySet) clear(n int) {
	if s.n = 0; len(s.table) > 16*n {
		s.table = nil
		return
	}
	clear(s.table)
}
