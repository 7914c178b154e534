//go:build linux

package broker

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/pipeline/behind"
	"github.com/ebbstream/ebb/pipeline/live"
	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/state/disk"
	"github.com/ebbstream/ebb/test/counter"
)

var (
	asked   = flag.Bool("broker", false, "run the tests that need a real broker; without one they fail")
	seed    = flag.Uint64("seed", 0, "seed of what happens to the members; 0: a new one")
	keep    = flag.String("keep", "", "folder in which logs and data are kept")
	only    = flag.String("only", "", "the one thing that is done to members: kill, stop, freeze or broker")
	people  = flag.Int("people", 100_000, "how many people's state BenchmarkRestart measures with")
	further = flag.Int("further", 0, "how many events a person BenchmarkRestart sends beyond the first, on average")
	soak    = flag.Duration("soak", 0, "how long TestSoak runs; 0: not at all")
	rate    = flag.Int("rate", 10_000, "how many events a second TestSoak and BenchmarkLatency send")
	latency = flag.Duration("latency", 20*time.Second, "how long BenchmarkLatency measures each way")
	long    = flag.Duration("long", 2*time.Minute, "how long members are attacked")
)

const memberEnv = "EBB_TEST_MEMBER"

// TestMain is also the program of the members, which are to be killed and so need processes of their own.
func TestMain(m *testing.M) {
	if text := os.Getenv(memberEnv); text != "" {
		if err := runMember(text); err != nil {
			fmt.Fprintln(os.Stderr, "member:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// A member is how a process is told what to be.
type member struct {
	Brokers  []string
	Name     string
	Instance string
	Sources  []string
	Dir      string
	NoWAL    bool
	Leave    bool
}

func runMember(text string) error {
	var m member
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	store, err := disk.Open(m.Dir, disk.Options{NoWAL: m.NoWAL, Memtable: 1 << 20})
	if err != nil {
		return err
	}
	rows := behind.New(partition.Disk{Store: store}) // counters are rows that nothing wakes: they are shorter than a row's time
	err = live.Run(ctx, live.Config{
		Name: m.Name, Instance: m.Instance, Sources: m.Sources,
		CommitInterval: 100 * time.Millisecond, SessionTimeout: sessionTimeout, Leave: m.Leave,
		Open: counter.Open(m.Name+".counts", rows), Store: rows,
		Tell: func(e live.Event) {
			if _, often := e.(live.Committed); !often {
				fmt.Fprintln(os.Stderr, time.Now().UTC().Format("15:04:05.000"), e)
			}
		},
		Client: []kgo.Opt{kgo.SeedBrokers(m.Brokers...)},
	})
	return errors.Join(err, rows.Close(), store.Close())
}

const sessionTimeout = 6 * time.Second // the least that brokers allow by default
