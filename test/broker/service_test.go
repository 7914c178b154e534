//go:build linux

package broker

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ebbstream/ebb/schemas"
)

// TestServiceUnderAttack: ebb run, as people start it, is treated as badly as the counters are. What comes out is what a replay
// of the same events gives, and no reader of committed records ever sees another.
func TestServiceUnderAttack(t *testing.T) {
	c := findCluster(t)
	binary := build(t)
	s := *seed
	if s == 0 {
		s = rand.Uint64()
	}
	kills := 0
	for i, shape := range []struct{ partitions, members int }{{1, 1}, {4, 3}, {12, 3}} {
		t.Run(fmt.Sprintf("%d-partitions-%d-members", shape.partitions, shape.members), func(t *testing.T) {
			kills += serve(t, c, binary, s+uint64(i), shape.partitions, shape.members)
		})
	}
	t.Logf("-seed %d: %d kills", s, kills)
}

// leastKills are those of one shape of the group; three shapes make over twenty.
const leastKills = 7

func serve(t *testing.T, c *cluster, binary string, seed uint64, partitions, members int) (kills int) {
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	name := fmt.Sprintf("live%d-%d", seed%1e6, partitions)
	g := newGroup(t, c, name, name+".clicks", name+".orders")
	c.makeTopics(t, int32(partitions), name+".changelog", append(g.sources, name+".events", name+".commits")...)
	g.program = func(instance string, _, _ bool) *exec.Cmd {
		return exec.Command(binary, "run", "-c", g.configure(instance))
	}
	var instances []string
	for i := range members {
		instances = append(instances, fmt.Sprintf("m%d", i))
		g.start(instances[i], false, false)
	}
	shoppers := startShoppers(t, c, seed, partitions, filepath.Join(g.dir, "events.jsonl"), g.sources, pace{800, 2000, *long})
	reader := g.startReader(c)
	g.suffer(c, random, instances, func() bool { return time.Since(g.began) < *long || g.kills < leastKills })
	shoppers.stop()
	shoppers.close(lateness)
	g.say("%d events sent; waiting for the rest", shoppers.sent)
	g.caughtUp(c)
	want := g.replay(binary, g.configure("m0"), filepath.Join(g.dir, "events.jsonl"))
	n := g.compare(c, want, shoppers.sure())
	reader.verify(c)
	g.say("%d kills; %d changes and sessions compared, %d read while they came; %d joins, %d restores, %d of them anew, %d sessions over",
		g.kills, n, len(reader.seen), g.told("\tjoined as"), g.told("\trestored\t"), g.told(`"anew": true`), g.told("session over"))
	if t.Failed() {
		for _, instance := range instances {
			t.Logf("%s:\n%s", instance, g.tail(instance, 60))
		}
	}
	return g.kills
}

// settings have what time moves, decisions that wait for the morning, and no event that comes behind its watermark.
const settings = memberSettings + definitions + outputs

const memberSettings = `name: %[1]s
instance: %[2]s
kafka:
  brokers: [%[3]s]
  session_timeout: %[4]v
  topics: {partitions: 3, replication: 1, min_insync: 1}
state: {dir: %[5]q, cache: 4MiB}
`

const outputs = `
outputs: {profiles: 5s, memberships: true}
http: {listen: "127.0.0.1:0"}
log: {level: info}
`

// definitions are the times, the sources, and all that is made of them.
const definitions = `
time: {lateness: 2h, idle_after: never}
sources:
  - {topic: %[1]s.clicks, map: &map {id: msg.id, source: msg.source, subject: msg.subject, time: msg.time, type: msg.type, data: msg.data}}
  - {topic: %[1]s.orders, map: *map}
` + behaviour

const lateness = 2 * schemas.Hour // of definitions

const behaviour = `
sessions: {gap: 30m, keep: [category]}
interests:
  category: {field: category, half_life: 14d, weights: {product_view: 1, add_to_cart: 2, purchase: 4}}
segments:
  recent_buyer: {when: 'count("purchase", "3d") >= 1'}
  high_value: {when: 'sum("purchase", "amount", "7d") >= 200.0'}
  cart_abandoner: {when: 'not_followed_by("add_to_cart", "purchase", "1h")'}
  engaged: {when: 'sessions("2d") >= 3', until: 'sessions("2d") < 1'}
  category_fan: {when: 'interest_max("category") >= 5.0'}
  fading: {when: 'decayed("product_view", "6h") >= 2.0'}
  night_owl: {when: 'local_hour() < 5 && in_segment("fading")'}
actions:
  cart_reminder:
    on: enters("cart_abandoner")
    channel: email
    score: 0.4 + 0.1 * interest_max("category")
    cap: {max: 1, per: 2d}
    expires_in: 12h
    payload: {items: 'pending("add_to_cart", "purchase", "item", "7d")'}
  thanks: {on: purchase, channel: email, score: '0.2', cap: {max: 1, per: 1d}}
  digest: {on: every("1d"), channel: push, when: 'count("product_view", "1d") >= 1'}
  come_back: {on: exits("engaged"), channel: email, when: 'sum("purchase", "amount") > 0.0'}
channels:
  email: {cap: {max: 3, per: 7d}, quiet: {from: "21:00", to: "08:00"}}
experiments:
  reminders: {actions: [cart_reminder], control: 0.2, reward: purchase, within: 1d}
`

// configure writes the file of a member, and says where it is.
func (g *group) configure(instance string) string { return g.configureAs(settings, instance) }

func (g *group) configureAs(settings, instance string) string {
	path := filepath.Join(g.dir, instance+".yaml")
	text := fmt.Sprintf(settings, g.name, instance, strings.Join(g.brokers, ", "), sessionTimeout, g.folder(instance))
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		g.t.Fatal(err)
	}
	return path
}
