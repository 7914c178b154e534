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
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
)

// BenchmarkRestart: a service that was killed commits again in a moment, as its state is there; without its folder it reads the
// changelog first. The figures are for test/bench/RESULTS.md.
func BenchmarkRestart(b *testing.B) {
	const partitions = 4
	c := findCluster(b)
	binary := build(b)
	name := fmt.Sprintf("restart%d", time.Now().UnixMicro())
	g := newGroup(b, c, name, name+".clicks", name+".orders")
	c.makeTopics(b, partitions, "", g.sources...) // its own topics the service makes as it does for anyone
	path := g.configureAlone()
	g.program = func(string, bool, bool) *exec.Cmd { return exec.Command(binary, "run", "-c", path) }
	p := newPopulation(g, c, *people)
	g.phase("sent", *people*(1+*further), func() {
		p.first()
		p.further(*further * *people)
	})
	g.phase("folded", *people*(1+*further), func() {
		g.start("m0", false, false)
		g.caughtUp(c)
	})
	if b.Failed() {
		return
	}

	admin := kadm.NewClient(c.client(b))
	b.Run("kept", func(b *testing.B) { g.restarts(b, c, admin, p, func() {}) })
	b.Run("gone", func(b *testing.B) {
		size := changelogSize(b, admin, name)
		g.restarts(b, c, admin, p, func() {
			if err := os.RemoveAll(g.folder("m0")); err != nil {
				b.Fatal(err)
			}
		})
		b.ReportMetric(size/1e6, "changelog-MB")
	})
}

// restarts measures from the start of a member that was killed, and whatever else was done to it, to its first commit of
// events that have come since.
func (g *group) restarts(b *testing.B, c *cluster, admin *kadm.Client, p *population, worse func()) {
	whole := g.t
	g.t = b // what fails, fails here
	defer func() { g.t = whole }()
	for b.Loop() {
		b.StopTimer()
		g.end("m0", syscall.SIGKILL)
		worse()
		p.further(1000)
		before := committed(b, admin, g.name)
		b.StartTimer()
		began := time.Now()
		g.start("m0", false, false)
		for committed(b, admin, g.name) == before {
			for _, text := range g.dead() {
				b.Fatalf("ended of itself: %s", text)
			}
			time.Sleep(5 * time.Millisecond)
		}
		b.StopTimer()
		first := time.Since(began)
		if g.caughtUp(c); b.Failed() {
			return
		}
		g.say("killed: %v from the start to the first commit, %v until all was committed", first.Round(time.Millisecond), time.Since(began).Round(100*time.Millisecond))
		b.StartTimer()
	}
	g.say("the last one, as it tells it itself:\n%s", g.tail("m0", 7))
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/restart")
	b.ReportMetric(0, "ns/op") // the same
}

// phase says how long a part of the way there took.
func (g *group) phase(what string, events int, do func()) {
	began := time.Now()
	do()
	took := time.Since(began)
	g.say("%d events of %d people %s in %v, %.0f a second", events, *people, what, took.Round(10*time.Millisecond), float64(events)/took.Seconds())
}

// committed is the sum of a group's offsets, of all topics or of these. The ends of topics would not do: a transaction that is
// aborted moves them, too.
func committed(t testing.TB, admin *kadm.Client, group string, topics ...string) (sum int64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var offsets kadm.OffsetResponses
	for {
		var err error
		if offsets, err = admin.FetchOffsets(ctx, group); err == nil {
			err = offsets.Error()
		}
		if err == nil {
			break
		}
		if !kerr.IsRetriable(err) || ctx.Err() != nil { // a broker that nobody has asked yet makes its topic of offsets first
			t.Fatalf("looking up what %s has committed: %v", group, err)
		}
		time.Sleep(50 * time.Millisecond)
	}
	offsets.Each(func(o kadm.OffsetResponse) {
		if len(topics) == 0 || slices.Contains(topics, o.Topic) {
			sum += o.At
		}
	})
	return sum
}

// changelogSize is in bytes, as it lies on the broker's disk.
func changelogSize(t testing.TB, admin *kadm.Client, name string) (size float64) {
	t.Helper()
	dirs, err := admin.DescribeAllLogDirs(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	dirs.Each(func(d kadm.DescribedLogDir) {
		d.Topics.Each(func(p kadm.DescribedLogDirPartition) {
			if p.Topic == name+".changelog" {
				size += float64(p.Size)
			}
		})
	})
	return size
}

// alone is how a service is set that is measured and not attacked: profiles are not published. Its instance has a name, so that
// the group knows it again without its folder, and need not wait until the one that was killed is given up.
const alone = `name: %[1]s
instance: m0
kafka: {brokers: ["%[2]s"], topics: {partitions: 4, replication: 1, min_insync: 1}}
state: {dir: %[3]q}
` + definitions + `
outputs: {profiles: false, memberships: true}
http: {listen: "127.0.0.1:0"}
`

// configureAlone writes the file of the only member, and says where it is.
func (g *group) configureAlone() string {
	path := filepath.Join(g.dir, "m0.yaml")
	text := fmt.Sprintf(alone, g.name, strings.Join(g.brokers, `", "`), g.folder("m0"))
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		g.t.Fatal(err)
	}
	return path
}

// build makes the program.
func build(t testing.TB, flags ...string) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "ebb")
	if out, err := exec.Command("go", slices.Concat([]string{"build", "-o", binary}, flags, []string{"github.com/ebbstream/ebb/cmd/ebb"})...).CombinedOutput(); err != nil {
		t.Fatalf("building ebb: %v\n%s", err, out)
	}
	return binary
}
