package live

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"pgregory.net/rapid"
)

var testTopics = []string{"a", "b", "shop.events", "visits"}

// A meeting is a group that shares out its tasks: what each member says it owns, and of which generation.
type meeting struct {
	tasks      int32
	visits     int32 // the partitions of visits, which is not keyed by profile
	grown      int32 // those it got since the last meeting
	owned      map[string][]int32
	generation map[string]int32
}

// partitions are those of some tasks in a topic.
func (m meeting) partitions(topic string, tasks []int32) (all []int32) {
	if topic != "visits" {
		return tasks
	}
	for p := range m.visits {
		if slices.Contains(tasks, p%m.tasks) {
			all = append(all, p)
		}
	}
	return all
}

// balance is what each member is given, by topic.
func (m meeting) balance(t require) map[string]map[string][]int32 {
	b := balancer{loose: []string{"visits"}}
	var members []kmsg.JoinGroupResponseMember
	for _, id := range slices.Sorted(maps.Keys(m.owned)) {
		owned := map[string][]int32{}
		for _, topic := range testTopics {
			owned[topic] = m.partitions(topic, m.owned[id])
		}
		members = append(members, kmsg.JoinGroupResponseMember{MemberID: id, InstanceID: &id, ProtocolMetadata: b.JoinGroupMetadata(testTopics, owned, m.generation[id])})
	}
	g, topics, err := b.MemberBalancer(members)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int32{}
	for topic := range topics {
		counts[topic] = m.tasks
	}
	counts["visits"] = m.visits + m.grown
	plan, err := g.(kgo.GroupMemberBalancerOrError).BalanceOrError(counts)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]map[string][]int32{}
	for _, a := range plan.IntoSyncAssignment() {
		if out[a.MemberID], err = b.ParseSyncAssignment(a.MemberAssignment); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

type require interface{ Fatal(args ...any) }

// TestBalancer: from any ownership, two meetings share out every task once, with all its partitions of each topic, within one of
// each other, and with no more moves than that needs. No task goes to another before its owner has given it up.
func TestBalancer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := meeting{tasks: rapid.Int32Range(1, 40).Draw(t, "tasks"), visits: rapid.Int32Range(1, 100).Draw(t, "visits"), owned: map[string][]int32{}, generation: map[string]int32{}}
		n := rapid.IntRange(1, 9).Draw(t, "members")
		for i := range n {
			m.owned[fmt.Sprintf("m%d", i)] = nil
		}
		owners := map[int32]string{}
		for p := range m.tasks {
			if i := rapid.IntRange(-1, n-1).Draw(t, "owner"); i >= 0 {
				owners[p] = fmt.Sprintf("m%d", i)
				m.owned[owners[p]] = append(m.owned[owners[p]], p)
			}
		}
		first := m.balance(t)
		if again := m.balance(t); !reflect.DeepEqual(first, again) {
			t.Fatalf("not the same twice: %v, %v", first, again)
		}
		for id, topics := range first {
			tasks := topics[testTopics[0]]
			for _, topic := range testTopics {
				if numbers := slices.Sorted(slices.Values(topics[topic])); !slices.Equal(numbers, m.partitions(topic, slices.Sorted(slices.Values(tasks)))) {
					t.Fatalf("%s has %v of %s with the tasks %v of %d", id, numbers, topic, tasks, m.tasks)
				}
			}
			for _, p := range topics[testTopics[0]] {
				if owner, owned := owners[p]; owned && owner != id {
					t.Fatalf("task %d goes to %s while %s has it", p, id, owner)
				}
			}
			m.owned[id] = topics[testTopics[0]]
		}
		given := map[int32]string{}
		least, most := int(m.tasks), 0
		for id, topics := range m.balance(t) {
			for _, p := range topics[testTopics[0]] {
				if given[p] != "" {
					t.Fatalf("task %d goes to %s and %s", p, given[p], id)
				}
				given[p] = id
			}
			least, most = min(least, len(topics[testTopics[0]])), max(most, len(topics[testTopics[0]]))
		}
		if len(given) != int(m.tasks) {
			t.Fatalf("%d of %d tasks were given", len(given), m.tasks)
		}
		if most > least+1 {
			t.Fatalf("one has %d tasks, one %d", least, most)
		}
		moves, needed := 0, 0
		had := map[string]int{}
		for p, owner := range owners {
			had[owner]++
			if given[p] != owner {
				moves++
			}
		}
		counts := slices.Sorted(maps.Values(had))
		slices.Reverse(counts)
		for i, count := range counts {
			quota := int(m.tasks) / n
			if i < int(m.tasks)%n {
				quota++
			}
			needed += max(0, count-quota)
		}
		if moves != needed {
			t.Fatalf("%d tasks moved, %d had to", moves, needed)
		}
	})
}

// TestBalancerStaleClaim: who has missed that a task went on does not get it back before its owner has given it up.
func TestBalancerStaleClaim(t *testing.T) {
	m := meeting{tasks: 2, visits: 3, owned: map[string][]int32{"new": {0, 1}, "old": {0, 1}}, generation: map[string]int32{"new": 7, "old": 3}}
	first := m.balance(t)
	if got := len(first["new"]["a"]) + len(first["old"]["a"]); got != 1 {
		t.Fatalf("given out: %v", first)
	}
	if len(first["old"]["a"]) != 0 {
		t.Fatalf("the stale claim was believed: %v", first)
	}
}

// TestBalancerRefuses: topics of different partition counts are no tasks, unless they are loose; and one of which the leader does
// not know would be read by nobody.
func TestBalancerRefuses(t *testing.T) {
	b := balancer{loose: []string{"visits"}}
	meta := b.JoinGroupMetadata([]string{"a", "b", "visits"}, nil, 1)
	for want, counts := range map[string]map[string]int32{
		"cannot be tasks":     {"a": 2, "b": 3, "visits": 2},
		"b is not there":      {"a": 2, "visits": 2},
		"visits is not there": {"a": 2, "b": 2},
		"":                    {"a": 2, "b": 2, "visits": 3},
	} {
		g, _, err := b.MemberBalancer([]kmsg.JoinGroupResponseMember{{MemberID: "m", ProtocolMetadata: meta}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err = g.(kgo.GroupMemberBalancerOrError).BalanceOrError(counts); (err != nil) != (want != "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, not %q", counts, err, want)
		}
	}
}

// TestBalancerGrown: partitions that a loose topic gets later go to who has their tasks.
func TestBalancerGrown(t *testing.T) {
	m := meeting{tasks: 4, visits: 3, owned: map[string][]int32{"one": {0, 2}, "two": {1, 3}}, generation: map[string]int32{"one": 1, "two": 1}, grown: 3}
	given := m.balance(t)
	for id, want := range map[string][]int32{"one": {0, 2, 4}, "two": {1, 3, 5}} {
		if got := slices.Sorted(slices.Values(given[id]["visits"])); !slices.Equal(got, want) {
			t.Errorf("%s is given %v, not %v", id, got, want)
		}
	}
}
