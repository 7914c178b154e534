//go:build linux

package broker

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/pipeline/shop"
	"github.com/ebbstream/ebb/schemas"
)

// TestRestart: a service that was killed commits again in a moment, as its state is there; without its folder it reads the
// changelog first. The figures are for test/bench/RESULTS.md.
func TestRestart(t *testing.T) {
	if *people == 0 {
		t.Skip("measures, and compares nothing: -people 100000")
	}
	c := findCluster(t)
	const partitions = 4
	binary := build(t)
	name := fmt.Sprintf("restart%d", time.Now().UnixNano()%1e6)
	g := newGroup(t, c, name, name+".clicks", name+".orders")
	c.makeTopics(t, partitions, name+".changelog", append(g.sources, name+".events", name+".commits")...)
	g.program = func(instance string, _, _ bool) *exec.Cmd {
		return exec.Command(binary, "run", "-c", g.configure(instance))
	}
	client := c.client(t, kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)))
	events := shop.New(1, 5**people, *people)
	send := func(n int) {
		for range n {
			e := events.Next()
			r := &kgo.Record{Topic: g.sources[e.User%2], Key: fmt.Appendf(nil, "user-%08d", e.User), Value: e.AppendJSON(nil)}
			client.Produce(context.Background(), r, nil)
		}
		if err := client.Flush(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	for i := range *people { // each is there
		at := int64(shop.Start) - int64(schemas.Hour) + int64(i)*int64(schemas.Hour)/int64(*people)
		client.Produce(context.Background(), &kgo.Record{Topic: g.sources[i%2], Key: fmt.Appendf(nil, "user-%08d", i),
			Value: fmt.Appendf(nil, `{"id":"first-%d","source":"shop","type":"page_view","subject":"user-%08d","time":%d,"data":{}}`, i, i, at)}, nil)
	}
	send(5 * *people)
	began := time.Now()
	g.start("m0", false, false)
	g.caughtUp(c)
	g.say("%d events of %d people folded in %v", 6**people, *people, time.Since(began).Round(10*time.Millisecond))

	admin := kadm.NewClient(c.client(t))
	committed := func() (n int64) {
		ends, err := admin.ListEndOffsets(t.Context(), name+".commits")
		if err != nil {
			t.Fatal(err)
		}
		ends.Each(func(o kadm.ListedOffset) { n += o.Offset })
		return n
	}
	restart := func(what string) {
		send(1000)
		before, began := committed(), time.Now()
		g.start("m0", false, false)
		for committed() == before {
			time.Sleep(5 * time.Millisecond)
		}
		g.say("%s: %v from the start to the first commit", what, time.Since(began).Round(time.Millisecond))
		g.caughtUp(c)
	}
	for range 5 {
		g.end("m0", syscall.SIGKILL)
		restart("killed")
	}
	g.end("m0", syscall.SIGKILL)
	if err := os.RemoveAll(g.folder("m0")); err != nil {
		t.Fatal(err)
	}
	size := int64(0)
	dirs, err := admin.DescribeAllLogDirs(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	dirs.Each(func(d kadm.DescribedLogDir) {
		d.Topics.Each(func(p kadm.DescribedLogDirPartition) {
			if p.Topic == name+".changelog" {
				size += p.Size
			}
		})
	})
	restart(fmt.Sprintf("killed, and its folder gone, with a changelog of %.1f MB", float64(size)/1e6))
	t.Log(g.tail("m0", partitions+3))
}

// build makes the program.
func build(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "ebb")
	if out, err := exec.Command("go", "build", "-o", binary, "github.com/ebbstream/ebb/cmd/ebb").CombinedOutput(); err != nil {
		t.Fatalf("building ebb: %v\n%s", err, out)
	}
	return binary
}
