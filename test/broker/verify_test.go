//go:build linux

package broker

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"
)

// verify compares what can be read with a single pass over the input: of each key one output a record, counting 1, 2, 3 …,
// and the count in the changelog. It returns how many records there were.
func (g *group) verify(t *testing.T, c *cluster) int {
	t.Helper()
	input := map[string]string{} // place → key
	want := map[string]int{}
	for _, r := range c.readAll(t, append([]string{g.name + ".events"}, g.sources...)...) {
		input[fmt.Sprintf("%s/%d/%d", r.Topic, r.Partition, r.Offset)] = string(r.Key)
		want[string(r.Key)]++
	}
	faults := 0
	fault := func(format string, args ...any) {
		if faults++; faults <= 20 {
			t.Errorf(format, args...)
		}
	}
	got, seen := map[string]int{}, map[string]*kgo.Record{}
	for _, r := range c.readAll(t, g.name+".counts") {
		n, place, _ := strings.Cut(string(r.Value), " ")
		key := string(r.Key)
		got[key]++
		if n != fmt.Sprint(got[key]) {
			fault("%s: output %d at offset %d of partition %d says %s, of %s", key, got[key], r.Offset, r.Partition, n, place)
		}
		if input[place] != key {
			fault("%s: output of %s, which is of %q", key, place, input[place])
		}
		if first := seen[place]; first != nil {
			fault("%s: %s came out at offset %d and %d of partition %d", key, place, first.Offset, r.Offset, r.Partition)
		}
		seen[place] = r
	}
	for _, place := range slices.Sorted(maps.Keys(input)) {
		if seen[place] == nil {
			fault("%s: nothing came out for %s", input[place], place)
		}
	}
	last := map[string]string{}
	for _, r := range c.readAll(t, g.name+".changelog") {
		if r.Key[0] == 1 {
			last[string(r.Key[1:])] = string(r.Value)
		}
	}
	for key, n := range want {
		if last[key] != fmt.Sprint(n) {
			fault("%s: the changelog says %q, and there were %d", key, last[key], n)
		}
	}
	if faults > 0 {
		t.Errorf("%d faults in %d records", faults, len(input))
	}
	return len(input)
}
