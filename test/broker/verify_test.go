//go:build linux

package broker

import (
	"encoding/json"
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

// keyedAnew compares <name>.events with the loose topics, and says how many events there are. The ids that a profile remembers
// would hide from the results that one came twice.
func (g *group) keyedAnew(c *cluster, tasks int, loose []string) (n int) {
	want, got := map[string][]string{}, map[string][]string{}
	for _, r := range c.readAll(g.t, loose...) {
		var e struct{ ID, Subject string }
		if err := json.Unmarshal(r.Value, &e); err != nil {
			g.t.Fatal(err)
		}
		want[e.Subject] = append(want[e.Subject], e.ID)
	}
	partitioner := kgo.StickyKeyPartitioner(nil).ForTopic(g.name + ".events")
	for _, r := range c.readAll(g.t, g.name+".events") {
		got[string(r.Key)] = append(got[string(r.Key)], header(r, "ce_id"))
		if p := partitioner.Partition(&kgo.Record{Key: r.Key}, tasks); p != int(r.Partition) {
			g.t.Errorf("%s is in partition %d of .events, and not in %d", r.Key, r.Partition, p)
		}
		n++
	}
	faults := 0
	for _, subject := range slices.Sorted(maps.Keys(want)) {
		if !slices.Equal(want[subject], got[subject]) {
			if faults++; faults <= 5 {
				g.t.Errorf("%s sent\n%v and .events has\n%v", subject, want[subject], got[subject])
			}
		}
		delete(got, subject)
	}
	if faults > 0 || len(got) > 0 {
		g.t.Errorf("%d of %d have something else in .events, and %d more have something", faults, len(want), len(got))
	}
	if n == 0 {
		g.t.Error("nothing was keyed anew")
	}
	return n
}
