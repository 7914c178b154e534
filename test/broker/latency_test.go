//go:build linux

package broker

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// TestLatency: how long after an event was sent a reader of committed records has what was decided on it, in an open loop: what
// is sent waits for no answer. The figures are for test/bench/RESULTS.md.
func TestLatency(t *testing.T) {
	if *latency == 0 {
		t.Skip("measures, and compares nothing: -latency 20s")
	}
	c := findCluster(t)
	binary := build(t)
	for i, how := range []struct{ guarantee, interval string }{{"exactly_once", "100ms"}, {"exactly_once", "20ms"}, {"at_least_once", "100ms"}} {
		took := c.latencies(t, binary, fmt.Sprintf("echo%d-%d", time.Now().Unix()%1e6, i), how.guarantee, how.interval)
		at := func(share float64) time.Duration {
			return took[int(share*float64(len(took)-1))].Round(100 * time.Microsecond)
		}
		t.Logf("%s, %s, %d events a second: p50 %v, p99 %v, p99.9 %v of %d", how.guarantee, how.interval, *rate, at(.5), at(.99), at(.999), len(took))
	}
}

// latencies sends events, each of a person of its own, and gives what each took, ascending.
func (c *cluster) latencies(t *testing.T, binary, name, guarantee, interval string) []time.Duration {
	g := newGroup(t, c, name, name+".pings")
	c.makeTopics(t, 4, name+".changelog", append(g.sources, name+".events", name+".commits", name+".actions")...)
	path := filepath.Join(g.dir, "echo.yaml")
	text := fmt.Sprintf(`name: %s
kafka: {brokers: [%s], guarantee: %s, commit_interval: %s, topics: {partitions: 4, replication: 1, min_insync: 1}}
state: {dir: %q}
sources: [{topic: %s.pings, map: {id: kafka.key, subject: kafka.key, time: msg.time, type: {const: ping}}}]
actions: {echo: {on: ping, channel: line}}
outputs: {sessions: false, profiles: false}
http: {listen: "127.0.0.1:0"}
`, name, strings.Join(g.brokers, ", "), guarantee, interval, g.folder("m0"), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	g.program = func(string, bool, bool) *exec.Cmd { return exec.Command(binary, "run", "-c", path) }
	g.start("m0", false, false)
	reader := c.client(t, kgo.ConsumeTopics(name+".actions"), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.FetchMinBytes(1), kgo.FetchMaxWait(time.Second))
	sends := c.client(t, kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)), kgo.ProducerLinger(0))
	began := time.Now()
	warm := *latency / 4 // is not counted
	total := int((*latency + warm).Seconds() * float64(*rate))
	var all sync.WaitGroup
	all.Go(func() {
		for i := range total {
			due := began.Add(time.Duration(i) * time.Second / time.Duration(*rate))
			time.Sleep(time.Until(due))
			// The key holds the instant at which it was due, so that what waits in the sender counts, too.
			r := &kgo.Record{Topic: g.sources[0], Key: fmt.Appendf(nil, "%d-%d", due.UnixMicro(), i), Value: fmt.Appendf(nil, `{"time":%d}`, due.UnixMilli())}
			sends.Produce(context.Background(), r, nil)
		}
	})
	var took []time.Duration
	for seen := 0; seen < total; {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		fetches := reader.PollFetches(ctx)
		cancel()
		if err := fetches.Err(); err != nil {
			t.Fatalf("%d of %d came: %v\n%s", seen, total, err, g.tail("m0", 30))
		}
		now := time.Now()
		for r := range fetches.RecordsAll() {
			var sent int64
			if _, err := fmt.Sscanf(string(r.Key), "%d-", &sent); err != nil {
				t.Fatal(err)
			}
			if seen++; time.UnixMicro(sent).Sub(began) > warm {
				took = append(took, now.Sub(time.UnixMicro(sent)))
			}
		}
	}
	all.Wait()
	g.end("m0", syscall.SIGTERM)
	slices.Sort(took)
	return took
}
