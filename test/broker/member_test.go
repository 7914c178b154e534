//go:build linux

package broker

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/pipeline/live"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
	"github.com/ebbstream/ebb/state/disk"
)

var (
	asked = flag.Bool("broker", false, "run the tests that need a real broker; without one they fail")
	seed  = flag.Uint64("seed", 0, "seed of what happens to the members; 0: a new one")
	keep  = flag.String("keep", "", "folder in which logs and data are kept")
	only  = flag.String("only", "", "the one thing that is done to members: kill, stop, freeze or broker")
	long  = flag.Duration("long", 2*time.Minute, "how long members are attacked")
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
	err = live.Run(ctx, live.Config{
		Name: m.Name, Instance: m.Instance, Sources: m.Sources,
		CommitInterval: 100 * time.Millisecond, SessionTimeout: sessionTimeout, Start: kgo.NewOffset().AtStart(), Leave: m.Leave,
		Fold:  count(m.Name + ".counts"),
		Store: pebbleStore{store},
		Tell: func(e live.Event) {
			if _, often := e.(live.Committed); !often {
				fmt.Fprintln(os.Stderr, time.Now().UTC().Format("15:04:05.000"), e)
			}
		},
		Client: []kgo.Opt{kgo.SeedBrokers(m.Brokers...)},
	})
	if err != nil {
		return err
	}
	return store.Close()
}

const sessionTimeout = 6 * time.Second // the least that brokers allow by default

// count is the operator: how many records of the key there were. Its output says by which record it came to that.
func count(topic string) live.Fold {
	return func(value []byte, r *kgo.Record) ([]byte, []*kgo.Record) {
		n, _ := strconv.Atoi(string(value))
		next := strconv.Itoa(n + 1)
		out := fmt.Sprintf("%s %s/%d/%d", next, r.Topic, r.Partition, r.Offset)
		return []byte(next), []*kgo.Record{{Topic: topic, Key: r.Key, Value: []byte(out)}}
	}
}

// A pebbleStore keeps counters as profiles that nothing wakes.
type pebbleStore struct{ *disk.Store }

func (s pebbleStore) Get(task int32, key string) ([]byte, error) {
	value, found, err := s.Profile(nil, task, key)
	if !found {
		return nil, err
	}
	return value, err
}

func (s pebbleStore) Apply(task int32, rows map[string][]byte, position state.Position) error {
	b := s.NewBatch()
	for id, value := range rows {
		if value == nil {
			b.DeleteProfile(task, id, schemas.Never)
		} else {
			b.PutProfile(task, id, value, schemas.Never, schemas.Never)
		}
	}
	b.SetPosition(task, position)
	if err := b.Commit(false); err != nil {
		return err
	}
	return b.Close()
}

func (s pebbleStore) Drop(task int32) error { return s.DropTask(task) }
