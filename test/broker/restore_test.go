//go:build linux

package broker

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"sync"
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
	c := findCluster(t)
	name := fmt.Sprintf("restore%d", time.Now().UnixNano()%1e6)
	c.makeTopics(t, restored, name+".compacted", // but not the changelog, all of which is to be read
		name+".changelog", name+".clicks", name+".events", name+".commits", name+".counts")
	written, size := c.fillChangelog(t, name+".changelog")

	store, err := disk.Open(t.TempDir(), disk.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	rows := partition.Disk{Store: store}
	ctx, stop := context.WithTimeout(t.Context(), 5*time.Minute)
	defer stop()
	var told struct {
		sync.Mutex
		tasks, records  int
		began, ended    time.Time
		cpuThen, cpuNow int64
	}
	err = live.Run(ctx, live.Config{
		Name: name, Instance: "m0", Sources: []string{name + ".clicks"}, CommitInterval: 100 * time.Millisecond, SessionTimeout: sessionTimeout, Leave: true,
		Open: counter.Open(name+".counts", rows), Store: rows, Client: []kgo.Opt{kgo.SeedBrokers(c.addresses...)},
		Tell: func(e live.Event) {
			told.Lock()
			defer told.Unlock()
			switch e := e.(type) {
			case live.Assigned:
				told.began, told.cpuThen = time.Now(), cpuOf(t)
			case live.Restored:
				told.records += e.Records
				if told.tasks++; told.tasks == restored {
					told.ended, told.cpuNow = time.Now(), cpuOf(t)
					stop()
				}
			}
		},
	})
	if err != nil || told.records != written {
		t.Fatalf("%d records of %d were restored: %v", told.records, written, err)
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
	took := told.ended.Sub(told.began)
	t.Logf("%d records in %v: %.0f a second, %.0f MB/s; CPU %v", written, took, float64(written)/took.Seconds(), float64(size)/1e6/took.Seconds(), time.Duration(told.cpuNow-told.cpuThen))
}

// restored is how many tasks are restored at once.
const restored = 4

// fillChangelog writes a changelog, and says how many records it has, and bytes in them.
func (c *cluster) fillChangelog(t *testing.T, topic string) (records, size int) {
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
		records++
		size += len(key) + len(value)
		client.Produce(context.Background(), &kgo.Record{Topic: topic, Partition: task, Key: key, Value: value}, func(_ *kgo.Record, err error) {
			if err != nil {
				t.Error(err)
			}
		})
	}
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
	return records, size
}

func cpuOf(t *testing.T) int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return u.Utime.Nano() + u.Stime.Nano()
}
