package live

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// TestSimulate: members count records while they are killed, cut off and stopped at instants that a seed chooses. Read
// afterwards, every record has been counted once.
func TestSimulate(t *testing.T) {
	n := *seeds
	first := *seed
	if first == 0 {
		first = uint64(time.Now().UnixNano())
	} else {
		n = 1
	}
	for i := range uint64(n) {
		bubble(t, func(t *testing.T) { simulate(t, first+i) })
		if t.Failed() {
			return
		}
	}
}

const simTasks = 4

// kinds are the requests at which faults are of interest; -1 is any.
var kinds = []kmsg.Key{-1, kmsg.Produce, kmsg.Produce, kmsg.TxnOffsetCommit, kmsg.TxnOffsetCommit, kmsg.EndTxn, kmsg.EndTxn, kmsg.EndTxn,
	kmsg.InitProducerID, kmsg.OffsetFetch, kmsg.ListOffsets, kmsg.Fetch, kmsg.JoinGroup, kmsg.SyncGroup, kmsg.Heartbeat}

// A simulation is a group of machines on brokers in this process.
type simulation struct {
	t        *testing.T
	random   *rand.Rand
	config   Config
	dial     dialer
	client   *kgo.Client
	machines map[string]*machine
	stores   map[string]*memory
	began    time.Time
	told     struct {
		sync.Mutex
		lines []string
	}
}

func newSimulation(t *testing.T, seed uint64, options ...kfake.Opt) (s *simulation, end func()) {
	network := &kfake.VirtualNetwork{}
	sources := []string{"clicks", "orders"}
	options = append(options, kfake.NumBrokers(2), kfake.Ports(9092, 9093), kfake.ListenFn(network.Listen), kfake.GroupMinSessionTimeout(100*time.Millisecond),
		kfake.SeedTopics(simTasks, append(sources, "shop.events", "shop.changelog", "shop.commits", "shop.counts")...))
	cluster, err := kfake.NewCluster(options...)
	if err != nil {
		t.Fatal(err)
	}
	s = &simulation{t: t, random: rand.New(rand.NewPCG(seed, 0)), dial: network.DialContext, began: time.Now(), machines: map[string]*machine{}, stores: map[string]*memory{}}
	brokers := kgo.SeedBrokers(cluster.ListenAddrs()...)
	s.config = Config{Name: "shop", Sources: sources, CommitInterval: 20 * time.Millisecond, SessionTimeout: 2 * time.Second,
		Start: kgo.NewOffset().AtStart(), Fold: countOnce, Client: []kgo.Opt{brokers}}
	if s.client, err = kgo.NewClient(brokers, kgo.Dialer(network.DialContext)); err != nil {
		t.Fatal(err)
	}
	return s, func() {
		s.client.Close()
		cluster.Close()
		time.Sleep(time.Minute) // a client that is closed leaves requests behind, which end in their own time
	}
}

func simulate(t *testing.T, seed uint64) {
	s, end := newSimulation(t, seed)
	defer end()
	for range 12 {
		s.produce(s.config.Sources)
		s.act()
		time.Sleep(time.Duration(s.random.IntN(700)) * time.Millisecond)
	}
	s.settle()
	s.verify(s.config.Sources)
	if t.Failed() {
		for _, line := range s.told.lines {
			t.Log(line)
		}
		t.Logf("-seed %d", seed)
	}
}

// countOnce is the operator of the test: its output says the count and the record that made it.
func countOnce(value []byte, r *kgo.Record) ([]byte, []*kgo.Record) {
	n, _ := strconv.Atoi(string(value))
	next := strconv.Itoa(n + 1)
	out := fmt.Sprintf("%s %s/%d/%d", next, r.Topic, r.Partition, r.Offset)
	return []byte(next), []*kgo.Record{{Topic: "shop.counts", Key: r.Key, Value: []byte(out)}}
}

func (s *simulation) say(format string, args ...any) {
	s.told.Lock()
	defer s.told.Unlock()
	s.told.lines = append(s.told.lines, fmt.Sprintf("%9.4fs ", time.Since(s.began).Seconds())+fmt.Sprintf(format, args...))
}

func (s *simulation) produce(topics []string) {
	for range s.random.IntN(60) {
		r := &kgo.Record{Topic: topics[s.random.IntN(len(topics))], Key: fmt.Appendf(nil, "u%d", s.random.IntN(20)), Value: []byte("x")}
		if err := s.client.ProduceSync(context.Background(), r).FirstErr(); err != nil {
			s.t.Fatal(err)
		}
	}
}

// act starts, stops or kills a member.
func (s *simulation) act() {
	instance := fmt.Sprintf("m%d", s.random.IntN(3))
	m := s.machines[instance]
	switch {
	case m == nil || m.dead():
		s.start(instance, fault{kind: int16(kinds[s.random.IntN(len(kinds))]), n: 1 + s.random.IntN(12), sent: s.random.IntN(2) == 0, kills: s.random.IntN(2) == 0})
	case s.random.IntN(3) > 0:
		s.say("%s is killed", instance)
		m.kill()
	default:
		s.stop(instance)
	}
}

func (s *simulation) start(instance string, f fault) {
	if m := s.machines[instance]; m != nil { // it was killed
		<-m.ended
		switch s.random.IntN(3) {
		case 0:
			delete(s.stores, instance)
		case 1:
			s.stores[instance] = m.store.survivor(s.random.IntN(10))
		default:
			s.stores[instance] = m.store.survivor(0)
		}
	}
	if s.stores[instance] == nil {
		s.stores[instance] = newMemory()
	}
	s.say("%s starts; %+v", instance, f)
	c := s.config
	c.Instance, c.Leave = instance, s.random.IntN(2) == 0
	c.Tell = func(e Event) { s.say("%s: %v", instance, e) }
	s.machines[instance] = startMachine(c, s.stores[instance], f, s.fork(), s.dial)
}

// fork is a source of chance of its own, so that one machine's use of it does not change what happens to another.
func (s *simulation) fork() *rand.Rand { return rand.New(rand.NewPCG(s.random.Uint64(), 0)) }

func (s *simulation) stop(instance string) {
	s.say("%s is stopped", instance)
	m := s.machines[instance]
	m.stop()
	<-m.ended
	if m.err != nil && !m.dead() {
		s.t.Errorf("%s stopped: %v", instance, m.err)
	}
	delete(s.machines, instance)
	if m.dead() {
		s.stores[instance] = m.store.survivor(0)
	}
}

// settle lets all members finish their work.
func (s *simulation) settle() {
	defer s.stopAll()
	if s.finish() {
		return
	}
	// kfake miscounts who is joining once it has replaced a static member that was waiting in SyncGroup, and then waits for
	// nobody. It counts anew when the group was empty.
	s.say("all are sent away, so that the group forgets them")
	s.stopAll()
	time.Sleep(4 * patience)
	if !s.finish() {
		s.t.Errorf("not all was committed")
	}
}

// finish starts who is not there, and tells whether all input was then committed.
func (s *simulation) finish() bool {
	admin := kadm.NewClient(s.client)
	for deadline := time.Now().Add(2 * patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		for i := range 3 {
			instance := fmt.Sprintf("m%d", i)
			if m := s.machines[instance]; m == nil || m.dead() {
				s.start(instance, fault{})
			}
		}
		lags, err := admin.Lag(context.Background(), "shop")
		if lag := lags["shop"]; err == nil && lag.Error() == nil && len(lag.Lag) > 0 && lag.Lag.Total() == 0 {
			return true
		}
	}
	return false
}

func (s *simulation) stopAll() {
	for i := range 3 {
		if instance := fmt.Sprintf("m%d", i); s.machines[instance] != nil {
			s.stop(instance)
		}
	}
}
