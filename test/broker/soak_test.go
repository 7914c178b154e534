//go:build linux

package broker

import (
	"bufio"
	"fmt"
	"hash/maphash"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// sample is what one process holds at a moment.
type sample struct {
	at                time.Duration
	heap, resident    float64 // megabytes; heap is what the last collection left
	goroutines, files float64
}

// TestSoak: under a steady load a member takes no more memory, goroutines or files than after its first minutes; and what comes out is what a replay gives. The table of samples is for test/bench/RESULTS.md.
func TestSoak(t *testing.T) {
	if *soak == 0 {
		t.Skip("it runs for long: make soak-broker")
	}
	c := findCluster(t)
	binary := build(t)
	s := *seed
	if s == 0 {
		s = rand.Uint64()
	}
	t.Logf("-seed %d", s)
	const partitions = 4
	name := fmt.Sprintf("soak%d", s%1e6)
	g := newGroup(t, c, name, name+".clicks", name+".orders")
	c.makeTopics(t, partitions, name+".changelog", append(g.sources, name+".events", name+".commits")...)
	g.program = func(instance string, _, _ bool) *exec.Cmd {
		return exec.Command(binary, "run", "-c", g.configure(instance))
	}
	g.start("m0", false, false)
	path := filepath.Join(g.dir, "events.jsonl")
	shoppers := startShoppers(t, c, s, partitions, path, g.sources, pace{*rate, 50_000, *soak})
	var all []sample
	for time.Since(g.began) < *soak && len(g.dead()) == 0 {
		time.Sleep(*soak / 60)
		all = append(all, g.sample("m0"))
		last := all[len(all)-1]
		g.say("heap %4.0f MB, resident %4.0f MB, %3.0f goroutines, %3.0f files", last.heap, last.resident, last.goroutines, last.files)
	}
	for _, text := range g.dead() {
		t.Errorf("ended of itself: %s", text)
	}
	shoppers.stop()
	shoppers.close(lateness)
	g.caughtUp(c)
	flat(t, all)
	want := g.replayed(binary, path, shoppers)
	got := g.published(c, shoppers)
	for deadline := time.Now().Add(2 * time.Minute); !maps.Equal(got, want) && time.Now().Before(deadline); got = g.published(c, shoppers) {
		time.Sleep(5 * time.Second) // what fires by time may come after all that was sent
	}
	g.say("stopped in %v", g.end("m0", syscall.SIGTERM))
	for _, kind := range kindsCompared {
		if want[kind] != got[kind] {
			t.Errorf("%s: %d came out, and a replay gives %d; the sums of both are %x and %x", kind, got[kind].n, want[kind].n, got[kind].sum, want[kind].sum)
		}
		g.say("%d %s of %d events", got[kind].n, kind, shoppers.sent)
	}
}

// flat fails if the second half held more than the second quarter, as medians: the first quarter is for caches to fill.
func flat(t *testing.T, all []sample) {
	of := func(part []sample, what func(sample) float64) float64 {
		var values []float64
		for _, s := range part {
			values = append(values, what(s))
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	for _, c := range []struct {
		name string
		what func(sample) float64
		more float64
	}{
		{"heap", func(s sample) float64 { return s.heap }, 1.2}, {"resident memory", func(s sample) float64 { return s.resident }, 1.2},
		{"goroutines", func(s sample) float64 { return s.goroutines }, 1.2}, {"files", func(s sample) float64 { return s.files }, 1.2},
	} {
		before, after := of(all[len(all)/4:len(all)/2], c.what), of(all[len(all)/2:], c.what)
		if after > before*c.more {
			t.Errorf("%s: %.0f in the second quarter, %.0f in the second half", c.name, before, after)
		}
	}
}

var listening = regexp.MustCompile(`"address": "(http://[^"]+)"`)

// sample asks a member for its metrics.
func (g *group) sample(instance string) sample {
	s := sample{at: time.Since(g.began)}
	all := listening.FindAllStringSubmatch(g.tail(instance, 1<<20), -1)
	if len(all) == 0 {
		g.t.Fatal("the member does not say where it listens")
	}
	resp, err := http.Get(all[len(all)-1][1] + "/metrics")
	if err != nil {
		g.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		g.t.Fatal(err)
	}
	value := func(name string) float64 {
		for line := range strings.Lines(string(text)) {
			if rest, found := strings.CutPrefix(line, name+" "); found {
				v, _ := strconv.ParseFloat(strings.TrimSpace(rest), 64)
				return v
			}
		}
		g.t.Fatalf("no metric %s", name)
		return 0
	}
	s.heap, s.resident = value("go_memstats_next_gc_bytes")/(1+garbage)/1e6, value("process_resident_memory_bytes")/1e6
	s.goroutines, s.files = value("go_goroutines"), value("process_open_fds")
	return s
}

// garbage is how much more than is in use `ebb run` lets lie about.
const garbage = 2

// A digest is of a multiset of results: how many there are, and the sum of their hashes.
type digest struct {
	n   int
	sum uint64
}

func (d *digest) add(hash maphash.Seed, text string) {
	if text != "" {
		d.n++
		d.sum += maphash.String(hash, text)
	}
}

var hashes = maphash.MakeSeed()

// replayed is what a replay of the events gives.
func (g *group) replayed(binary, input string, s *shoppers) map[string]digest {
	dir := g.replayInto(binary, g.configure("m0"), input)
	all := map[string]digest{}
	for _, kind := range kindsCompared {
		file, err := os.Open(filepath.Join(dir, kind+".jsonl"))
		if err != nil {
			g.t.Fatal(err)
		}
		var d digest
		lines := bufio.NewScanner(file)
		lines.Buffer(nil, 16<<20)
		for lines.Scan() {
			d.add(hashes, g.sameness(kind, "", lines.Bytes(), s.sure()))
		}
		if err := lines.Err(); err != nil {
			g.t.Fatal(err)
		}
		file.Close()
		all[kind] = d
	}
	return all
}

// published is what a reader of committed records gets.
func (g *group) published(c *cluster, s *shoppers) map[string]digest {
	all := map[string]digest{}
	for _, kind := range kindsCompared {
		var d digest
		c.readEach(g.t, func(r *kgo.Record) { d.add(hashes, g.sameness(kind, header(r, "ce_time"), r.Value, s.sure())) }, g.name+"."+kind)
		all[kind] = d
	}
	return all
}
