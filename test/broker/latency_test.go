//go:build linux

package broker

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// BenchmarkLatency: how long after an event was sent a reader of committed records has what was decided on it, in an open loop:
// what is sent waits for no answer. The figures are for test/bench/RESULTS.md.
func BenchmarkLatency(b *testing.B) {
	c := findCluster(b)
	binary := build(b)
	for _, how := range []struct{ guarantee, interval string }{{"exactly_once", "100ms"}, {"exactly_once", "20ms"}, {"at_least_once", "100ms"}} {
		b.Run(how.guarantee+"/"+how.interval, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				took = append(took, c.latencies(b, binary, how.guarantee, how.interval)...)
			}
			slices.Sort(took)
			for name, share := range map[string]float64{"p50-ms": .5, "p99-ms": .99, "p99.9-ms": .999} {
				b.ReportMetric(took[int(share*float64(len(took)-1))].Seconds()*1e3, name)
			}
			b.ReportMetric(float64(*rate), "events/s")
			b.ReportMetric(0, "ns/op") // would be how long the load was
		})
	}
}

// latencies sends events, each of a person of its own, and gives what each took.
func (c *cluster) latencies(t testing.TB, binary, guarantee, interval string) []time.Duration {
	name := fmt.Sprintf("echo%d", time.Now().UnixMicro())
	g := newGroup(t, c, name, name+".pings")
	c.makeTopics(t, 4, name+".changelog", append(g.sources, name+".events", name+".commits", name+".actions")...)
	path := filepath.Join(g.dir, "echo.yaml")
	text := fmt.Sprintf(`name: %s
kafka: {brokers: ["%s"], guarantee: %s, commit_interval: %s, topics: {partitions: 4, replication: 1, min_insync: 1}}
state: {dir: %q}
sources: [{topic: %s.pings, map: {id: kafka.key, subject: kafka.key, time: msg.time, type: {const: ping}}}]
actions: {echo: {on: ping, channel: line}}
outputs: {sessions: false, profiles: false}
http: {listen: "127.0.0.1:0"}
`, name, strings.Join(g.brokers, `", "`), guarantee, interval, g.folder("m0"), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	g.program = func(string, bool, bool) *exec.Cmd { return exec.Command(binary, "run", "-c", path) }
	g.start("m0", false, false)
	reader := c.client(t, kgo.ConsumeTopics(name+".actions"), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.FetchMinBytes(1), kgo.FetchMaxWait(time.Second))
	// Lingers as Kafka's own producers do.
	sends := c.client(t, kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)), kgo.ProducerLinger(5*time.Millisecond))
	const first = 64 // so many that every partition has one
	for i := range first {
		r := &kgo.Record{Topic: g.sources[0], Key: fmt.Appendf(nil, "first-%d", i), Value: fmt.Appendf(nil, `{"time":%d}`, time.Now().UnixMilli())}
		sends.Produce(context.Background(), r, nil)
	}
	poll := func() kgo.Fetches {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		return reader.PollFetches(ctx)
	}
	for ready := 0; ready < first; { // partitions start one after the other, which is not what is measured
		fetches := poll()
		if err := fetches.Err(); err != nil {
			t.Fatalf("%d of %d were answered: %v\n%s", ready, first, err, g.tail("m0", 30))
		}
		ready += fetches.NumRecords()
	}
	began := time.Now()
	warm := *latency / 4 // is not counted
	total := int((*latency + warm).Seconds() * float64(*rate))
	var all sync.WaitGroup
	all.Go(func() {
		for i := range total {
			due := began.Add(time.Duration(i) * time.Second / time.Duration(*rate))
			if wait := time.Until(due); wait > 0 {
				time.Sleep(max(wait, time.Millisecond)) // what measures is not to take the time of what is measured
			}
			// The key holds the instant at which it was due, so that what waits in the sender counts, too.
			r := &kgo.Record{Topic: g.sources[0], Key: fmt.Appendf(nil, "%d-%d", due.UnixMicro(), i), Value: fmt.Appendf(nil, `{"time":%d}`, due.UnixMilli())}
			sends.Produce(context.Background(), r, nil) // one that is lost is waited for in vain
		}
	})
	var took []time.Duration
	for seen := 0; seen < total; {
		fetches := poll()
		if err := fetches.Err(); err != nil {
			t.Fatalf("%d of %d came: %v\n%s", seen, total, err, g.tail("m0", 30))
		}
		now := time.Now()
		for r := range fetches.RecordsAll() {
			text, _, _ := strings.Cut(string(r.Key), "-")
			sent, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			if seen++; time.UnixMicro(sent).Sub(began) > warm {
				took = append(took, now.Sub(time.UnixMicro(sent)))
			}
		}
	}
	all.Wait()
	g.end("m0", syscall.SIGTERM)
	return took
}
