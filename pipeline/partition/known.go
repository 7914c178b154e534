package partition

import "github.com/bits-and-blooms/bloom/v3"

// known says of most profiles that are new that the store does not have them: looking there for what is absent takes as long as
// folding several events, and while a service reads a topic from its start every tenth event is of somebody new. It can be
// asked only where the partition began with an empty store, since then every profile was seen here. The filters are
// bits-and-blooms', with one bit in fifty wrong; each holds twice as many as the one before.
type known struct {
	whole   bool
	filters []*bloom.BloomFilter
	room    uint // in the last one
}

const (
	knownFirst = 16 << 10
	knownWrong = 0.02
)

// maybe is whether the store may have the profile.
func (k *known) maybe(id string) bool {
	if !k.whole {
		return true
	}
	for _, f := range k.filters {
		if f.TestString(id) {
			return true
		}
	}
	return false
}

func (k *known) add(id string) {
	if !k.whole {
		return
	}
	if k.room == 0 {
		k.room = knownFirst << len(k.filters)
		k.filters = append(k.filters, bloom.NewWithEstimates(k.room, knownWrong))
	}
	k.filters[len(k.filters)-1].AddString(id)
	k.room--
}
