//go:build linux

package broker

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/schemas"
)

// TestLooseSources: two of three sources are not keyed by profile, and have more partitions than there are tasks, and fewer.
// Members are killed while these events are keyed anew, and once more while all that waited for the time fires. In <name>.events
// everybody has what they sent, once and in its order, and what comes out is what a replay gives.
func TestLooseSources(t *testing.T) {
	const tasks = 4
	c := findCluster(t)
	binary := build(t)
	s := *seed
	if s == 0 {
		s = rand.Uint64()
	}
	t.Logf("-seed %d", s)
	random := rand.New(rand.NewPCG(s, 0))
	name := fmt.Sprintf("loose%d", s%1e6)
	loose := []string{name + ".clicks", name + ".calls"}
	g := newGroup(t, c, name, append(slices.Clone(loose), name+".orders")...)
	c.makeTopics(t, 7, "", loose[0])
	c.makeTopics(t, 2, "", loose[1])
	c.makeTopics(t, tasks, name+".changelog", name+".orders", name+".events", name+".commits")
	g.program = func(instance string, _, _ bool) *exec.Cmd {
		return exec.Command(binary, "run", "-c", g.configureAs(looseSettings, instance))
	}
	instances := []string{"m0", "m1", "m2"}
	for _, instance := range instances {
		g.start(instance, false, false)
	}
	input := filepath.Join(g.dir, "events.jsonl")
	shoppers := startShoppers(t, c, s, tasks, input, g.sources, pace{800, 1500, time.Minute}, loose...)
	g.endSome(random, instances, func() bool { return time.Since(g.began) < 20*time.Second || g.kills < 5 })
	shoppers.stop()
	g.caughtUp(c) // before time goes on: what a loose source holds yet would come behind the watermark
	shoppers.close(looseLateness)
	before := g.kills
	g.endSome(random, instances, func() bool { return g.kills < before+2 })
	g.say("%d events sent; waiting for the rest", shoppers.sent)
	g.caughtUp(c)
	keyed := g.keyedAnew(c, tasks, loose)
	want := g.replay(binary, g.configureAs(looseSettings, "m0"), input)
	n := g.compare(c, want, shoppers.sure())
	g.say("%d kills; %d events keyed anew; %d changes and sessions compared; %d joins, %d restores, %d of them anew, %d sessions over",
		g.kills, keyed, n, g.told("\tjoined as"), g.told("\trestored\t"), g.told(`"anew": true`), g.told("session over"))
	for _, what := range []string{"late", "dead-letters"} {
		if there := c.readAll(t, name+"."+what); len(there) > 0 {
			t.Errorf("%d records in .%s, which should have none; the first: %s %v", len(there), what, there[0].Value, there[0].Headers)
		}
	}
	for _, instance := range instances {
		if g.say("%s stopped in %v", instance, g.end(instance, syscall.SIGTERM)); t.Failed() {
			t.Logf("%s:\n%s", instance, g.tail(instance, 60))
		}
	}
}

// endSome kills members, and stops some, one after another. Each is back within seconds, the last of them, too.
func (g *group) endSome(random *rand.Rand, instances []string, more func() bool) {
	for more() && !g.t.Failed() {
		time.Sleep(time.Duration(random.IntN(2000)) * time.Millisecond)
		instance := instances[random.IntN(len(instances))]
		if random.IntN(4) == 0 {
			g.say("%s was stopped in %v", instance, g.end(instance, syscall.SIGTERM))
		} else {
			g.kill(random, instance)
		}
		time.Sleep(time.Duration(random.IntN(2)*random.IntN(2000)) * time.Millisecond) // half of the time none
		g.start(instance, false, false)
		for _, text := range g.dead() {
			g.t.Errorf("ended of itself: %s", text)
		}
	}
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

// looseSettings allow for events later than any can be here: while one partition of a loose source waits for a member that was
// killed, others go on, so that in <name>.events a part of the people may be days of this flying time behind the rest.
const looseSettings = memberSettings + `
time: {lateness: 90d, accept: 90d, idle_after: never}
sources:
  - {topic: %[1]s.clicks, keyed: false, map: &map {id: msg.id, source: msg.source, subject: msg.subject, time: msg.time, type: msg.type, data: msg.data}}
  - {topic: %[1]s.calls, keyed: false, map: *map}
  - {topic: %[1]s.orders, map: *map}
` + behaviour + outputs

const looseLateness = 90 * schemas.Day
