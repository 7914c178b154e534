package simulate

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/ebbstream/ebb/pipeline/behind"
	"github.com/ebbstream/ebb/pipeline/live"
)

const simTasks = 4

// kinds are the requests at which faults are of interest; -1 is any.
var kinds = []kmsg.Key{-1, kmsg.Produce, kmsg.Produce, kmsg.TxnOffsetCommit, kmsg.TxnOffsetCommit, kmsg.EndTxn, kmsg.EndTxn, kmsg.EndTxn,
	kmsg.InitProducerID, kmsg.OffsetFetch, kmsg.ListOffsets, kmsg.Fetch, kmsg.JoinGroup, kmsg.SyncGroup, kmsg.Heartbeat}

// A simulation is a group of machines on brokers in this process.
type simulation struct {
	t        *testing.T
	random   *rand.Rand
	config   live.Config
	work     work
	cluster  *kfake.Cluster
	dial     dialer
	client   *kgo.Client
	sends    *kgo.Client // input in transactions, as some producers do
	machines map[string]*machine
	stores   map[string]*memory
	began    time.Time
	told     struct {
		sync.Mutex
		lines []string
	}
}

func newSimulation(t *testing.T, seed uint64, w work, options ...kfake.Opt) (s *simulation, end func()) {
	network := &kfake.VirtualNetwork{}
	sources := []string{"clicks", "orders"}
	options = append(options, kfake.NumBrokers(2), kfake.Ports(9092, 9093), kfake.ListenFn(network.Listen), kfake.GroupMinSessionTimeout(100*time.Millisecond),
		kfake.SeedTopics(1+int32(seed%(2*simTasks+1)), "visits"),
		kfake.SeedTopics(simTasks, slices.Concat(sources, w.outputs(), []string{"shop.events", "shop.changelog", "shop.commits"})...))
	cluster, err := kfake.NewCluster(options...)
	if err != nil {
		t.Fatal(err)
	}
	s = &simulation{t: t, work: w, cluster: cluster, random: rand.New(rand.NewPCG(seed, 0)), dial: network.DialContext, began: time.Now(), machines: map[string]*machine{}, stores: map[string]*memory{}}
	brokers := kgo.SeedBrokers(cluster.ListenAddrs()...)
	s.config = live.Config{Name: "shop", Sources: sources, Loose: w.loose(), CommitInterval: 20 * time.Millisecond, SessionTimeout: 2 * time.Second, Client: []kgo.Opt{brokers}}
	s.client = s.newClient()
	s.sends = s.newClient(kgo.TransactionalID("shoppers"))
	return s, func() {
		s.client.Close()
		s.sends.Close()
		cluster.Close()
		time.Sleep(time.Minute) // a client that is closed leaves requests behind, which end in their own time
	}
}

func (s *simulation) newClient(options ...kgo.Opt) *kgo.Client {
	client, err := kgo.NewClient(append(options, append(s.config.Client, kgo.Dialer(s.dial))...)...)
	if err != nil {
		s.t.Fatal(err)
	}
	return client
}

func simulate(t *testing.T, seed uint64, w work, atOnce []string) {
	s, end := newSimulation(t, seed, w)
	defer end()
	const long = 6 * time.Hour // of its own time: the longest takes a fraction of that
	defer time.AfterFunc(long, func() { panic(fmt.Sprintf("the history of -seed %d has no end", seed)) }).Stop()
	s.config.AtOnce = atOnce
	for range 12 {
		s.produce(s.config.Sources)
		s.act()
		time.Sleep(time.Duration(s.random.IntN(700)) * time.Millisecond)
	}
	s.settle()
	s.verify()
	if t.Failed() {
		for _, line := range s.told.lines {
			t.Log(line)
		}
		t.Logf("-seed %d", seed)
	}
}

func (s *simulation) say(format string, args ...any) {
	s.told.Lock()
	defer s.told.Unlock()
	s.told.lines = append(s.told.lines, fmt.Sprintf("%9.4fs ", time.Since(s.began).Seconds())+fmt.Sprintf(format, args...))
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
	c.Tell = func(e live.Event) { s.say("%s: %v", instance, e) }
	s.machines[instance] = s.machine(c, s.stores[instance], f)
}

func (s *simulation) machine(c live.Config, store *memory, f fault) *machine {
	rows := behind.New(store)
	c.Open = s.work.open(rows)
	return startMachine(c, store, rows, f, s.fork(), s.dial)
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
