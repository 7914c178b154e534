package partition_test

import (
	"maps"
	"testing"

	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/state"
)

func (b *bench) sizes(want map[string]int64) {
	b.t.Helper()
	if got := b.p.Sizes(); !maps.Equal(got, want) {
		b.t.Errorf("the sizes are %v, not %v", got, want)
	}
}

// TestSizes: profiles and members are counted through entries, exits, erasures and restarts.
func TestSizes(t *testing.T) {
	b := newBench(t, nil, "a", "t.events")
	b.push("a", "1", "p", "u1", "10:00:00")
	b.push("a", "2", "p", "u2", "10:00:00")
	b.push("a", "3", "v", "u3", "10:00:00")
	b.commit()
	b.sizes(map[string]int64{"": 3, "buyers": 2})
	if got := b.sealed.Told; got.Events != 3 || got.Entered["buyers"] != 2 || got.Sizes[""] != 3 {
		t.Errorf("the batch tells %+v", got)
	}
	b.open(b.sealed.Position)
	b.sizes(map[string]int64{"": 3, "buyers": 2})
	b.push("a", "4", "v", "u1", "11:00:00") // its purchase has left the window
	b.push("a", "5", "ebb.erase", "u2", "11:00:01")
	b.commit()
	b.sizes(map[string]int64{"": 2, "buyers": 0})
	b.push("a", "6", "p", "u2", "11:00:02")
	b.commit()
	b.sizes(map[string]int64{"": 3, "buyers": 1})
	b.open(b.sealed.Position)
	b.sizes(map[string]int64{"": 3, "buyers": 1})
}

// TestSizesUnknown: of a state that was there before they were kept nothing is told.
func TestSizesUnknown(t *testing.T) {
	b := newBench(t, nil, "a", "t.events")
	b.push("a", "1", "p", "u1", "10:00:00")
	b.commit()
	delete(b.rows, state.SizePrefix)
	delete(b.rows, state.SizePrefix+"buyers")
	b.open(b.sealed.Position)
	if got := b.p.Sizes(); got != nil {
		t.Errorf("the sizes are %v", got)
	}
}

// TestReader: what is read is what is committed, whatever the partition has folded since.
func TestReader(t *testing.T) {
	b := newBench(t, nil, "a", "t.events")
	b.push("a", "1", "p", "u1", "10:00:00")
	b.commit()
	b.push("a", "2", "p", "u1", "10:00:10")
	if _, err := b.p.Fold(b.now, 100); err != nil {
		t.Fatal(err)
	}
	r := partition.NewReader(b.c.Catalog)
	p, err := r.Read(b.rows, 0, "u1")
	if err != nil || p.Now != at("10:00:00") {
		t.Errorf("u1 is as of %v, %v", p.Now, err)
	}
	if _, err := r.Read(b.rows, 0, "u2"); err != partition.ErrNoProfile {
		t.Error(err)
	}
	b.push("a", "3", "ebb.erase", "u1", "10:01:00")
	b.commit()
	if p, err := r.Read(b.rows, 0, "u1"); err != nil || p.Alive {
		t.Error("u1 is still there", err)
	}
}

// TestTaskOf: the partitions are those of Kafka's own clients.
func TestTaskOf(t *testing.T) {
	// The hashes are of Kafka's UtilsTest; the sign bit is taken off.
	for id, hash := range map[string]int32{"21": -973932308, "foobar": -790332482, "a-little-bit-long-string": -985981536, "abc": 479470107} {
		if got, want := partition.TaskOf(id, 1000), (hash&0x7fffffff)%1000; got != want {
			t.Errorf("%q is in partition %d, not %d", id, got, want)
		}
	}
}
