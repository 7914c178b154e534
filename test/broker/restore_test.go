//go:build linux

package broker

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/pprof"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/pipeline/live"
	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
	"github.com/ebbstream/ebb/state/disk"
	"github.com/ebbstream/ebb/test/counter"
)

// TestRestore: a member without its folder reads the changelog, of -people rows of 400 bytes and a third as many that replace
// some of them. The figures are for test/bench/RESULTS.md.
func TestRestore(t *testing.T) {
	if *people == 0 {
		t.Skip("measures: -people 1000000")
	}
	c := findCluster(t)
	name := fmt.Sprintf("restore%d", time.Now().UnixNano()%1e6)
	c.makeTopics(t, restored, name+".unused", name+".changelog", name+".clicks", name+".events", name+".commits", name+".counts")
	written := c.fillChangelog(t, name+".changelog")

	dir := t.TempDir()
	store, err := disk.Open(dir, disk.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	rows := partition.Disk{Store: store}
	ctx, stop := context.WithTimeout(t.Context(), 5*time.Minute)
	defer stop()
	began, before := time.Time{}, cpuOf(t)
	var took time.Duration
	var spent int64
	tasks, records := 0, 0
	profile, err := os.Create(filepath.Join(os.TempDir(), "restore.prof"))
	if err != nil {
		t.Fatal(err)
	}
	defer profile.Close()
	if err := pprof.StartCPUProfile(profile); err != nil {
		t.Fatal(err)
	}
	err = live.Run(ctx, live.Config{
		Name: name, Instance: "m0", Sources: []string{name + ".clicks"}, CommitInterval: 100 * time.Millisecond, SessionTimeout: sessionTimeout, Leave: true,
		Open: counter.Open(name+".counts", rows), Store: rows, Client: []kgo.Opt{kgo.SeedBrokers(c.addresses...)},
		Tell: func(e live.Event) { // the restores tell one after the other
			switch e := e.(type) {
			case live.Assigned:
				began = time.Now()
			case live.Restored:
				t.Log(e)
				if tasks, records = tasks+1, records+e.Records; tasks == restored {
					took, spent = time.Since(began), cpuOf(t)-before
					stop()
				}
			}
		},
	})
	pprof.StopCPUProfile()
	if err != nil || records != written+restored {
		t.Fatalf("%d records of %d were restored: %v", records, written+restored, err)
	}
	found := 0
	for task := range int32(restored) {
		for _, err := range store.Profiles(task) {
			if err != nil {
				t.Fatal(err)
			}
			found++
		}
	}
	if found != *people {
		t.Errorf("%d rows are there, of %d", found, *people)
	}
	t.Logf("%d records in %v: %.0f a second, %.0f MB/s; CPU %v", records, took, float64(records)/took.Seconds(), float64(records)*416/1e6/took.Seconds(), time.Duration(spent))
}

// restored is how many tasks are restored at once.
const restored = 4

// fillChangelog writes a changelog, and says how many rows there are in it.
func (c *cluster) fillChangelog(t *testing.T, topic string) int {
	t.Helper()
	client := c.client(t, kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerBatchCompression(kgo.NoCompression()))
	rng := rand.New(rand.NewPCG(1, 1))
	value := func() []byte { // half of it ids, which are random, and half names and small numbers
		wake := schemas.Never
		if rng.IntN(3) > 0 {
			wake = schemas.Instant(1_700_000_000_000 + rng.Int64N(int64(30*schemas.Day)))
		}
		v := state.AppendRow(make([]byte, 0, 420), wake)
		for range 24 {
			v = binary.LittleEndian.AppendUint64(v, rng.Uint64())
		}
		for len(v) < 400 {
			v = binary.AppendUvarint(append(v, "purchase"...), uint64(rng.IntN(1000)))
		}
		return v[:400]
	}
	send := func(task int32, key, value []byte) {
		client.Produce(context.Background(), &kgo.Record{Topic: topic, Partition: task, Key: key, Value: value}, func(_ *kgo.Record, err error) {
			if err != nil {
				t.Error(err)
			}
		})
	}
	total := *people + *people/3
	for i, person := range append(rng.Perm(*people), rng.Perm(*people)[:*people/3]...) {
		send(int32(person%restored), fmt.Appendf(nil, "\x01user-%08d", person), value())
		if i%100_000 == 0 {
			if err := client.Flush(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
	}
	for task := range int32(restored) {
		send(task, []byte{0}, state.Position{}.AppendBinary(nil))
	}
	if err := client.Flush(context.Background()); err != nil {
		t.Fatal(err)
	}
	return total
}

func cpuOf(t *testing.T) int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return u.Utime.Nano() + u.Stime.Nano()
}
