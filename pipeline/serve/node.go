package serve

import (
	"sync"

	"github.com/ebbstream/ebb/operators/catalog"
	"github.com/ebbstream/ebb/pipeline/live"
	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
	"github.com/ebbstream/ebb/state/disk"
)

// Node is one member of the group, as it shows itself.
type Node struct {
	name    string
	catalog *catalog.Catalog
	store   Store
	disk    func() disk.Metrics
	token   string

	member  *member
	metrics *metrics
	folders folders
	readers sync.Pool // of *partition.Reader
}

// A Store is where a node looks up what is committed, while it is folded further.
type Store interface {
	Position(task int32) (position state.Position, found bool, err error)
	Due(task int32, upTo schemas.Instant, most int) ([]partition.Timer, error)
	Snapshot(task int32) (partition.Snapshot, error)
	Waiting() int64 // bytes of changelog that are not written to the disk yet
}

// New is a node whose store is open, with the figures of the disk below. An empty token is for listeners on loopback.
func New(name string, c *catalog.Catalog, store Store, below func() disk.Metrics, token string) *Node {
	n := &Node{name: name, catalog: c, store: store, disk: below, token: token, member: newMember(), metrics: newMetrics()}
	n.readers.New = func() any { return partition.NewReader(c) }
	n.metrics.registry.MustRegister(gauges{n})
	return n
}

// Tasks says how many all members hold together; before that no profile is found.
func (n *Node) Tasks(tasks int) { n.member.tasks.Store(int32(tasks)) }

// Tell is told what happens to the member.
func (n *Node) Tell(e live.Event) {
	n.member.tell(e)
	n.metrics.tell(e)
	switch e := e.(type) {
	case live.Committed:
		for task, b := range e.Batches {
			if f := n.folders.get(task); f != nil {
				f.landed(b.Told.Sizes)
			}
		}
	case live.Released:
		n.folders.drop(e.Task)
	case live.Ended:
		n.folders.clear()
	}
}
