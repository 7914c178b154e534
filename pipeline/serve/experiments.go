package serve

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/ebbstream/ebb/operators/experiment"
	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/state"
)

// Experiments are what was counted of all experiments in some partitions.
type Experiments struct {
	Partitions  []int32              `json:"partitions,omitempty"` // that it was counted in; of files there are none
	Of          int                  `json:"of,omitempty"`         // so many that there are; 0: it is not known
	Experiments []*experiment.Report `json:"experiments"`
}

// experiments answers GET /experiments: what is committed of the partitions that this member holds.
func (n *Node) experiments(w http.ResponseWriter, _ *http.Request) (err error) {
	if why := n.member.unready(); why != "" {
		return refuse(http.StatusServiceUnavailable, "not ready: %s", why)
	}
	answer := Experiments{Partitions: n.member.restored(), Of: int(n.member.tasks.Load())}
	counted := state.Counted{}
	for _, task := range answer.Partitions {
		of, err := n.tallies(task)
		if err != nil {
			return err
		}
		counted.AddAll(of)
	}
	answer.Experiments = n.catalog.Report(counted)
	text, err := json.Marshal(answer)
	if err != nil {
		return fmt.Errorf("writing the answer: %w", err)
	}
	return write(w, http.StatusOK, text)
}

func (n *Node) tallies(task int32) (of state.Counted, err error) {
	now, err := n.store.Snapshot(task)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, now.Close()) }()
	return partition.ReadTallies(now, task, n.catalog.Studies())
}
