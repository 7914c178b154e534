package serve

import (
	"sync"

	"github.com/ebbstream/ebb/operators/catalog"
	"github.com/ebbstream/ebb/pipeline/live"
	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/state/disk"
)

// Node is one member of the group, as it shows itself.
type Node struct {
	name    string
	catalog *catalog.Catalog
	store   partition.Disk
	token   string

	member  *member
	metrics *metrics
	folders folders
	readers sync.Pool // of *partition.Reader
}

// New is a node whose store is open. An empty token is for listeners on loopback.
func New(name string, c *catalog.Catalog, store *disk.Store, token string) *Node {
	n := &Node{name: name, catalog: c, store: partition.Disk{Store: store}, token: token, member: newMember(), metrics: newMetrics()}
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
