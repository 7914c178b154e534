//go:build linux

package broker

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// TestLarge: a profile that remembers more than a megabyte is committed and restored, and records of many megabytes that are too
// late or of no use come out whole. Where a topic takes no more than a megabyte the member ends, says what to do, and loses nothing.
func TestLarge(t *testing.T) {
	c := findCluster(t)
	binary := build(t)
	name := fmt.Sprintf("large%d", time.Now().UnixMicro())
	g := newGroup(t, c, name, name+".visits")
	text := func(s string) *string { return &s }
	admin := kadm.NewClient(c.client(t))
	if _, err := admin.CreateTopic(t.Context(), 1, 1, map[string]*string{"max.message.bytes": text("20000000")}, g.sources[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := admin.CreateTopic(t.Context(), 1, 1, map[string]*string{"cleanup.policy": text("compact")}, name+".changelog"); err != nil {
		t.Fatal(err) // as someone may have made it by hand
	}
	path := filepath.Join(g.dir, "large.yaml")
	config := fmt.Sprintf(`name: %s
instance: m0
kafka: {brokers: ["%s"], commit_interval: 50ms, topics: {partitions: 1, replication: 1, min_insync: 1}}
state: {dir: %q}
sources: [{topic: %s.visits, keyed: true, map: {id: msg.id, subject: kafka.key, time: msg.time, type: {const: visit}, data: msg}}]
features: {text: 'last("visit", "text")'}
segments: {regulars: {when: 'count("visit", "1h") >= 7'}}
http: {listen: "127.0.0.1:0"}
`, name, strings.Join(g.brokers, `", "`), g.folder("m0"), name)
	if err := os.WriteFile(path, []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	g.program = func(string, bool, bool) *exec.Cmd { return exec.Command(binary, "run", "-c", path) }
	sender := c.client(t, kgo.ProducerBatchMaxBytes(20_000_000))
	visits := 0
	visit := func(value string) {
		visits++
		r := &kgo.Record{Topic: g.sources[0], Key: []byte("u1"), Value: []byte(value)}
		if err := sender.ProduceSync(t.Context(), r).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	at := func(ago time.Duration, megabytes int) string {
		return fmt.Sprintf(`{"id":"%d","time":%d,"text":"%s"}`, visits, time.Now().Add(-ago).UnixMilli(), strings.Repeat("x", megabytes<<20))
	}
	for range 5 {
		visit(at(0, 1))
	}
	g.start("m0", false, false)
	select {
	case <-g.members["m0"].exited:
		if said := g.tail("m0", 1); !strings.Contains(said, "more than topic "+name+".changelog takes: raise its max.message.bytes") {
			t.Fatalf("it ends with %s", said)
		}
	case <-time.After(stalled):
		t.Fatalf("it goes on though its state cannot be kept:\n%s", g.tail("m0", 20))
	}
	delete(g.members, "m0")
	if out, err := exec.Command(binary, "topics", "--apply", "-c", path).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	g.start("m0", false, false)
	visit(at(48*time.Hour, 5))
	broken := `{"text":"` + strings.Repeat("y", 12<<20)
	visit(broken)
	visit(at(0, 0))

	reader := c.client(t, kgo.ConsumeTopics(name+".segment-changes", name+".late", name+".dead-letters"), kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.MetadataMinAge(100*time.Millisecond))
	seen := map[string][]byte{}
	until := func(topic string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), stalled)
		defer cancel()
		for seen[topic] == nil {
			fetches := reader.PollFetches(ctx)
			for r := range fetches.RecordsAll() {
				kind := strings.TrimPrefix(r.Topic, name+".")
				if seen[kind] != nil {
					t.Errorf("%s comes twice", kind)
				}
				seen[kind] = r.Value
			}
			if ctx.Err() != nil || len(g.dead()) > 0 {
				t.Fatalf("nothing comes to %s\n%s", topic, g.tail("m0", 20))
			}
		}
	}
	until("late")
	if n := len(seen["late"]); n < 5<<20 {
		t.Errorf("of what is late %d bytes come out", n)
	}
	until("dead-letters")
	if string(seen["dead-letters"]) != broken {
		t.Errorf("of what is of no use %d bytes come out, not %d", len(seen["dead-letters"]), len(broken))
	}
	time.Sleep(time.Second) // the last visit is committed, too
	g.end("m0", syscall.SIGKILL)
	if err := os.RemoveAll(g.folder("m0")); err != nil {
		t.Fatal(err)
	}
	g.start("m0", false, false)
	visit(at(0, 0)) // the seventh
	until("segment-changes")
	g.say("m0 stopped in %v", g.end("m0", syscall.SIGTERM))
}
