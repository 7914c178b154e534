package simulate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/pipeline/live"
	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/state"
	"github.com/ebbstream/ebb/test/counter"
)

// A work is what the members do.
type work interface {
	outputs() []string // topics
	loose() []string   // topics that are not keyed: visits, with fewer partitions than there are tasks, as many or more; or none
	open(store partition.Store) func(task int32, position state.Position) (live.Folder, error)
	record(s *simulation, topics []string) *kgo.Record // the next of the input
	faults(s *simulation, inputs []string) []string    // what is wrong with what came out
}

// counting is the work of the counter.
type counting struct{ atLeast bool }

func (counting) outputs() []string { return []string{"shop.counts"} }

func (counting) loose() []string { return []string{"visits"} }

func (counting) open(store partition.Store) func(int32, state.Position) (live.Folder, error) {
	return counter.Open("shop.counts", store)
}

func (counting) record(s *simulation, topics []string) *kgo.Record {
	topics = slices.Concat(topics, s.config.Loose)
	topic, kind := topics[s.random.IntN(len(topics))], "u"
	if topic == "visits" {
		kind = "v" // a key of its own: what is folded under it is folded in one task
	}
	return &kgo.Record{Topic: topic, Key: fmt.Appendf(nil, "%s%d", kind, s.random.IntN(20)), Value: []byte("x")}
}

func (c counting) faults(s *simulation, inputs []string) (out []string) {
	fault := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	input, want := map[string]string{}, map[string]int{}
	for _, r := range s.read(inputs...) {
		input[fmt.Sprintf("%s/%d/%d", r.Topic, r.Partition, r.Offset)] = string(r.Key)
		want[string(r.Key)]++
	}
	got, seen := map[string]int{}, map[string]bool{}
	for _, r := range s.read("shop.counts") {
		var n int
		var place string
		if _, err := fmt.Sscan(string(r.Value), &n, &place); err != nil {
			fault("%q is no count: %v", r.Value, err)
			continue
		}
		key := string(r.Key)
		if c.atLeast { // what was aborted came out, too: perhaps with another number, as only the order in each topic is given
			if input[place] != key || n < 1 || n > want[key] {
				fault("%s: output at %d/%d says %q, of %d", key, r.Partition, r.Offset, r.Value, want[key])
			}
		} else if got[key]++; n != got[key] || input[place] != key || seen[place] {
			fault("%s: output %d at %d/%d says %q; seen before: %v", key, got[key], r.Partition, r.Offset, r.Value, seen[place])
		}
		seen[place] = true
	}
	for place, key := range input {
		if !seen[place] {
			fault("%s: nothing came out for %s", key, place)
		}
	}
	last := map[string]string{}
	for _, r := range s.read("shop.changelog") {
		if id, isRow := strings.CutPrefix(string(r.Key), "\x01"); isRow {
			last[id] = string(r.Value)
		}
	}
	for key, n := range want {
		if last[key] != fmt.Sprint(n) {
			fault("%s: the changelog says %q, and there were %d", key, last[key], n)
		}
	}
	return out
}
