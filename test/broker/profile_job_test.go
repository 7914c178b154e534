//go:build linux

package broker

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
)

var (
	events      = flag.Int("events", 2_000_000, "how many events BenchmarkProfileJob measures with")
	users       = flag.Int("users", 200_000, "how many people they are of at most")
	runs        = flag.Int("runs", 1, "how often BenchmarkProfileJob measures each engine")
	figures     = flag.String("figures", "", "file into which BenchmarkProfileJob writes its figures, as JSON")
	engineCores = flag.String("engine-cores", "0", "cores of BenchmarkProfileJob's engines, as taskset takes them; empty: all")
	brokerCores = flag.String("broker-cores", "1", "cores of its broker, if that is its own")
)

// BenchmarkProfileJob: ebb and Kafka Streams do the profile job of test/bench, one after the other, with the same events on the
// same broker; it needs Maven and a JDK. The engine has a core of its own (and Go's scheduler as many threads), the broker
// another one. Without KAFKA_BROKERS the broker is a process of its own, even where Docker is, as it is to be pinned.
//
// All is taken from outside of the engine, every 20 ms, and the same way for both: it begins with the first committed offset
// and ends when all events are committed. What an engine has folded at its first commit beyond it is not counted, which favours
// the one that commits more at once; so how much that commit held, and what it had taken since the process was started, is
// in the table, too. Events a second times CPU time an event is how busy the engine's core was with it.
//
// Three of the five segments must have been entered by the same people, as often, in all runs: recent_buyer, high_value and
// engaged, which only events decide, and for which both have the same rules, so that nothing may differ. The Kafka Streams
// job knows the last 32 ids of a person, and of 8 million events of 200,000 people none comes again after more than 28 others;
// for more events there must be more -users. The other two segments are ended by time, for which that job has no timers; they
// are shown and not compared.
func BenchmarkProfileJob(b *testing.B) {
	engineOn, brokerOn := pinnable(b, "the engine", *engineCores), ""
	c := givenCluster(b)
	if c != nil {
		b.Log("the brokers are not this benchmark's, and are where they are")
	} else {
		brokerOn = pinnable(b, "the broker", *brokerCores)
		p := newProcess(b)
		p.cores = brokerOn
		c = p.cluster(b)
	}
	j := &profileJob{b: b, c: c, admin: kadm.NewClient(c.client(b)), topic: fmt.Sprintf("shop%d", time.Now().UnixMicro()), cores: engineOn}
	engines := []engine{j.ebb(), j.streams()}
	began := time.Now()
	size := j.send()
	b.Logf("%d events of %d bytes in %v", *events, size / *events, time.Since(began).Round(time.Second))
	for b.Loop() {
		var all []result
		for i := range *runs {
			for _, e := range engines {
				all = append(all, j.run(e, i+1))
			}
			slices.Reverse(engines) // so that neither has always the other's leftovers to bear
		}
		j.compare(all)
		report(b, all, setting{Events: *events, Users: *users, Partitions: profilePartitions, Kafka: kafkaVersion,
			EngineCores: engineOn, BrokerCores: brokerOn})
	}
	j.deleteTopics(j.topic)
	b.ReportMetric(0, "ns/op") // would be of both together
}

// profilePartitions are as many tasks in either engine.
const profilePartitions = 4

// A profileJob is the events, and the broker that has them.
type profileJob struct {
	b     *testing.B
	c     *cluster
	admin *kadm.Client
	topic string
	cores string // of the engine
}

// run measures an engine, from nothing to all events, and leaves nothing behind.
func (j *profileJob) run(e engine, n int) result {
	g := newGroup(j.b, j.c, fmt.Sprintf("%s%d", e.short, time.Now().UnixMicro()), j.topic)
	g.program = e.program(g)
	g.start(e.short, false, false)
	m := g.measure(j.admin, e.short, int64(*events))
	g.end(e.short, syscall.SIGTERM)
	r := m.result(e.name, n)
	j.read(&r, g.name+".segment-changes")
	j.deleteTopics(g.name)
	if err := os.RemoveAll(g.folder(e.short)); err != nil {
		j.b.Fatal(err)
	}
	g.say("%s, run %d: %.0f events/s", e.name, n, r.Rate)
	return r
}

// deleteTopics deletes those whose names begin like this.
func (j *profileJob) deleteTopics(prefix string) {
	j.b.Helper()
	all, err := j.admin.ListTopics(j.b.Context())
	if err != nil {
		j.b.Fatal(err)
	}
	names := slices.DeleteFunc(all.Names(), func(name string) bool { return !strings.HasPrefix(name, prefix) })
	deleted, err := j.admin.DeleteTopics(j.b.Context(), names...)
	if err == nil {
		err = deleted.Error()
	}
	if err != nil {
		j.b.Fatalf("deleting %v: %v", names, err)
	}
}

// compared are the segments that both engines decide alike.
var compared = []string{"recent_buyer", "high_value", "engaged"}

// compare fails if not all runs did the same work.
func (j *profileJob) compare(all []result) {
	for _, segment := range compared {
		want := all[0].entries[segment]
		if want.n == 0 {
			j.b.Errorf("nobody entered %s: there are too few events to tell whether the work was done", segment)
		}
		for _, r := range all[1:] {
			if got := r.entries[segment]; got != want {
				j.b.Errorf("%s: %d entered in run %d of %s and %d in run %d of %s, or not the same people",
					segment, got.n, r.Run, r.Engine, want.n, all[0].Run, all[0].Engine)
			}
		}
	}
	for _, r := range all {
		entered := make([]string, 0, len(r.Entered))
		for _, segment := range slices.Sorted(maps.Keys(r.Entered)) {
			entered = append(entered, fmt.Sprintf("%s %d", segment, r.Entered[segment]))
		}
		j.b.Logf("%s, run %d: %d changes; entered: %s", r.Engine, r.Run, r.Changes, strings.Join(entered, ", "))
	}
}
