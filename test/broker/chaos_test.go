//go:build linux

package broker

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
)

// TestMembersUnderAttack: three members count, while they and their broker are treated badly. Nothing is lost or doubled.
func TestMembersUnderAttack(t *testing.T) {
	c := findCluster(t)
	attack(t, c, *long)
}

// TestBeforeImplicitOffsets is the same, shorter, where offsets have to be added to transactions by name. Its broker stays up: an
// offset commit that is under way when it goes down may be written after the abort of its transaction, and then hangs for ever.
// Against that KIP-890 made implicit offsets.
func TestBeforeImplicitOffsets(t *testing.T) {
	c := findCluster(t, "transaction.version=1")
	c.restart = nil
	attack(t, c, *long/4)
}

func attack(t *testing.T, c *cluster, how time.Duration) {
	s := *seed
	if s == 0 {
		s = rand.Uint64()
	}
	t.Logf("-seed %d", s)
	random := rand.New(rand.NewPCG(s, 0))
	name := fmt.Sprintf("shop%d", s%1e6)
	g := newGroup(t, c, name, name+".clicks", name+".orders")
	g.program = g.counting
	c.makeTopics(t, 6, name+".changelog", append(g.sources, name+".events", name+".commits", name+".counts")...)
	l := startLoad(t, c, s, 1000, 300, append(g.sources, name+".events")...)
	instances := []string{"m0", "m1", "m2"}
	for _, instance := range instances {
		g.start(instance, false, false)
	}
	g.suffer(c, random, instances, func() bool { return time.Since(g.began) < how })
	l.stop()
	g.say("%d records sent; waiting for the rest", l.sent.Load())
	g.caughtUp(c)
	for _, instance := range slices.Sorted(maps.Keys(g.members)) {
		g.say("%s stopped in %v", instance, g.end(instance, syscall.SIGTERM))
	}
	n := g.verify(t, c)
	g.say("%d records verified; %d joins, %d restores, %d of them anew, %d sessions over, %d refused generations, %d orphans",
		n, g.told("joined as"), g.told(" restored: "), g.told("anew: true"), g.told("session over"), g.told("ILLEGAL_GENERATION"), g.told("no owner"))
	if t.Failed() {
		for _, instance := range instances {
			t.Logf("%s:\n%s", instance, g.tail(instance, 60))
		}
	}
}

// suffer strikes as long as it is told to; in the end all members are there.
func (g *group) suffer(c *cluster, random *rand.Rand, instances []string, more func() bool) {
	for more() && !g.t.Failed() {
		time.Sleep(time.Duration(random.IntN(3000)) * time.Millisecond)
		g.strike(c, random, instances)
		for _, text := range g.dead() {
			g.t.Errorf("ended of itself: %s", text)
		}
	}
	for _, instance := range instances {
		if g.members[instance] == nil {
			g.start(instance, false, false)
		}
	}
}

// strike does one thing to the group.
func (g *group) strike(c *cluster, random *rand.Rand, instances []string) {
	instance := instances[random.IntN(len(instances))]
	noWAL, leave := random.IntN(2) == 0, random.IntN(2) == 0
	what := random.IntN(100)
	if g.members[instance] == nil {
		g.say("%s starts (nowal %v, leave %v)", instance, noWAL, leave)
		g.start(instance, noWAL, leave)
		return
	}
	if at, found := map[string]int{"kill": 0, "stop": 50, "freeze": 65, "broker": 85}[*only]; found {
		what = at
	}
	switch {
	case what < 50:
		g.kill(random, instance)
		if random.IntN(3) > 0 { // at once, as a supervisor does; else after the group has noticed, perhaps
			g.start(instance, noWAL, leave)
		}
	case what < 65:
		g.say("%s was stopped in %v", instance, g.end(instance, syscall.SIGTERM))
	case what < 85:
		r, long := g.members[instance], time.Duration(random.IntN(14_000))*time.Millisecond
		_ = r.command.Process.Signal(syscall.SIGSTOP)
		g.say("%s is frozen for %v", instance, long)
		time.Sleep(long)
		_ = r.command.Process.Signal(syscall.SIGCONT)
	case what < 93 && c.restart != nil && (g.outages <= int(time.Since(g.began)/(30*time.Second)) || *only == "broker"): // each takes long
		g.outages++
		signal, down := syscall.SIGTERM, time.Duration(random.IntN(8000))*time.Millisecond
		if *only == "broker" {
			// Not otherwise: a single broker of 4.3.0 that is killed while it writes the markers of a transaction may come back with
			// the transaction complete and a marker missing. Its partition is then unstable for ever, and nobody gets its offsets.
			signal = syscall.SIGKILL
		}
		g.say("the broker is down (%v) for %v", signal, down)
		c.restart(signal, down)
		g.say("the broker is back")
		time.Sleep(2 * sessionTimeout) // else nobody would get to work between two outages
	default:
		time.Sleep(5 * time.Second) // to settle down
	}
}

// kill ends a member at once. One time in four its folder is lost with it.
func (g *group) kill(random *rand.Rand, instance string) {
	g.end(instance, syscall.SIGKILL)
	g.kills++
	lost := random.IntN(4) == 0
	if lost {
		if err := os.RemoveAll(g.folder(instance)); err != nil {
			g.t.Fatal(err)
		}
	}
	g.say("%s was killed, state lost: %v", instance, lost)
}

// caughtUp waits until all input is committed, as long as there is less and less to do.
func (g *group) caughtUp(c *cluster) {
	if g.t.Failed() {
		return // nobody may be left to do it
	}
	admin, least := kadm.NewClient(c.client(g.t)), int64(math.MaxInt64)
	for deadline := time.Now().Add(stalled); time.Now().Before(deadline); time.Sleep(500 * time.Millisecond) {
		if dead := g.dead(); len(dead) > 0 {
			g.t.Errorf("ended of themselves: %s", strings.Join(dead, "\n"))
			return
		}
		ctx, cancel := context.WithTimeout(g.t.Context(), 10*time.Second)
		lags, err := admin.Lag(ctx, g.name)
		cancel()
		lag := lags[g.name]
		if err != nil || lag.Error() != nil || len(lag.Lag) == 0 {
			continue
		}
		left := lag.Lag.Total()
		if left == 0 {
			return
		}
		if left < least {
			least, deadline = left, time.Now().Add(stalled)
		}
	}
	g.t.Errorf("not all was committed: nothing more came in %v", stalled)
}

// stalled is how long nothing more may be committed while there is something left.
const stalled = 2 * time.Minute
