//go:build linux

package broker

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"

	"github.com/ebbstream/ebb/schemas"
)

// TestLooseSources: two of three sources are not keyed by profile, and have more partitions than there are tasks, and fewer.
// Members are killed while these events are keyed anew, and once more while all that waited for the time fires. In <name>.events
// everybody has what they sent, once and in its order; what comes out is what a replay gives, and what ebb verify finds.
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
	t.Cleanup(func() {
		for _, instance := range instances {
			if t.Failed() {
				t.Logf("%s:\n%s", instance, g.tail(instance, 60))
			}
		}
	})
	g.joined(instances)
	input := filepath.Join(g.dir, "events.jsonl")
	shoppers := startShoppers(t, c, s, tasks, input, g.sources, pace{800, 1500, time.Minute}, loose...)
	began := time.Now()
	g.endSome(random, instances, func() bool { return time.Since(began) < 15*time.Second || g.kills < 5 })
	shoppers.stop()
	if g.caughtUp(c); t.Failed() { // before time goes on: what a loose source holds yet would come behind the watermark
		return
	}
	g.endAllAtTimers(c, random, instances, func() { shoppers.close(looseLateness) })
	g.say("%d events sent; waiting for the rest", shoppers.sent)
	g.caughtUp(c)
	keyed := g.keyedAnew(c, tasks, loose)
	want := g.replay(binary, g.configureAs(looseSettings, "m0"), input)
	n := g.compare(c, want, shoppers.sure())
	g.say("%d kills; %d events keyed anew; %d changes and sessions compared; %d joins, %d restores, %d of them anew, %d sessions over",
		g.kills, keyed, n, g.told("\tjoined as"), g.told("\trestored\t"), g.told(`"anew": true`), g.told("session over"))
	if out, err := exec.Command(binary, "verify", "-c", g.configureAs(looseSettings, "m0")).CombinedOutput(); err != nil {
		t.Errorf("verifying: %v\n%s", err, out)
	}
	for _, what := range []string{"late", "dead-letters"} {
		if there := c.readAll(t, name+"."+what); len(there) > 0 {
			t.Errorf("%d records in .%s, which should have none; the first: %s %v", len(there), what, there[0].Value, there[0].Headers)
		}
	}
	for _, instance := range instances {
		g.say("%s stopped in %v", instance, g.end(instance, syscall.SIGTERM))
	}
}

// endSome kills members, and stops some, one after another. Each is back within seconds, the last of them, too.
func (g *group) endSome(random *rand.Rand, instances []string, more func() bool) {
	for more() && !g.t.Failed() {
		time.Sleep(time.Duration(random.IntN(2000)) * time.Millisecond)
		instance := instances[random.IntN(len(instances))]
		if random.IntN(4) == 0 && g.hasJoined(instance) { // a signal before the program knows of signals ends it like a kill
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

// endAllAtTimers lets time go on, kills all members as soon as some timers have fired, and starts them again.
func (g *group) endAllAtTimers(c *cluster, random *rand.Rand, instances []string, goOn func()) {
	admin, topic := kadm.NewClient(c.client(g.t)), g.name+".segment-changes"
	before := end(g.t, admin, topic)
	goOn()
	for deadline := time.Now().Add(stalled); end(g.t, admin, topic) == before; time.Sleep(5 * time.Millisecond) {
		if dead := g.dead(); len(dead) > 0 || time.Now().After(deadline) {
			g.t.Fatalf("time went on, and nothing came of it; %d members ended of themselves: %v", len(dead), dead)
		}
	}
	for _, instance := range instances {
		g.kill(random, instance)
	}
	g.say("%d changes before time went on, %d when all were killed", before, end(g.t, admin, topic))
	for _, instance := range instances {
		g.start(instance, false, false)
	}
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
