package simulate

import (
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"net"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/pipeline/behind"
	"github.com/ebbstream/ebb/pipeline/live"
)

// A machine is where a member runs. When it is killed nothing leaves it any more, neither to the brokers nor to the store.
type machine struct {
	store *memory
	rows  *behind.Store // written behind, to the store
	stop  context.CancelFunc
	ended chan struct{}
	err   error
	mu    struct {
		sync.Mutex
		dead   bool
		conns  map[net.Conn]bool
		plan   fault
		random *rand.Rand
	}
}

// A fault happens when the machine sends its n-th request of a kind (-1: of any).
type fault struct {
	kind  int16
	n     int
	slow  time.Duration // nothing breaks, but each of these requests takes so much longer
	sent  bool          // the request still gets there, and its answer is lost
	kills bool          // else only that connection breaks
}

func startMachine(c live.Config, store *memory, rows *behind.Store, plan fault, random *rand.Rand, dial dialer) *machine {
	m := &machine{store: store, rows: rows, ended: make(chan struct{})}
	m.mu.conns, m.mu.plan, m.mu.random = map[net.Conn]bool{}, plan, random
	ctx, stop := context.WithCancel(context.Background())
	m.stop, c.Store = stop, rows
	c.Client = append(c.Client, kgo.Dialer(func(ctx context.Context, network, address string) (net.Conn, error) {
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.mu.dead {
			return nil, errDead
		}
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		m.mu.conns[conn] = true
		return &wire{conn, m}, nil
	}))
	go func() {
		defer close(m.ended)
		m.err = errors.Join(live.Run(ctx, c), rows.Close())
	}()
	return m
}

type dialer func(ctx context.Context, network, address string) (net.Conn, error)

// kill ends the machine at this instant.
func (m *machine) kill() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mu.dead = true
	m.store.breakDown()
	for conn := range m.mu.conns {
		conn.Close()
	}
	m.stop()
}

func (m *machine) dead() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.mu.dead
}

// due tells whether it is time for the fault.
func (m *machine) due(request []byte) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(request) < 6 || m.mu.plan.n == 0 {
		return false
	}
	if kind := int16(binary.BigEndian.Uint16(request[4:])); m.mu.plan.kind >= 0 && kind != m.mu.plan.kind {
		return false
	}
	m.mu.plan.n--
	return m.mu.plan.n == 0
}

// slowness is what a request takes longer by the plan.
func (m *machine) slowness(request []byte) time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(request) < 6 || int16(binary.BigEndian.Uint16(request[4:])) != m.mu.plan.kind {
		return 0
	}
	return m.mu.plan.slow
}

// latency is mostly short, now and then so long that others overtake, and rarely longer than a session.
func (m *machine) latency() time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	most := 3000
	switch n := m.mu.random.IntN(400); {
	case n == 0:
		most = 5_000_000
	case n < 20:
		most = 300_000
	}
	return time.Duration(m.mu.random.IntN(most)) * time.Microsecond
}

// A wire is a connection of a machine. The client writes each request at once.
type wire struct {
	net.Conn
	m *machine
}

func (w *wire) Write(b []byte) (int, error) {
	time.Sleep(w.m.latency() + w.m.slowness(b))
	if !w.m.due(b) {
		return w.Conn.Write(b)
	}
	if w.m.mu.plan.sent {
		_, _ = w.Conn.Write(b)
	}
	if w.m.mu.plan.kills {
		w.m.kill()
	}
	w.Close()
	return 0, errDead
}
