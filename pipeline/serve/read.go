package serve

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/ebbstream/ebb/operators/catalog"
	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// found is a profile as it is committed, on loan with the chain that explains it.
type found struct {
	*state.Profile
	chain   *catalog.Chain
	task    int32
	applied map[string]int64 // by source: the last offset of the task's own partition that is in the profile, if it was meant for it
}

// refusal is an answer without what was asked for.
type refusal struct {
	status  int
	message string
}

func (r *refusal) Error() string { return r.message }

func refuse(status int, format string, args ...any) error {
	return &refusal{status, fmt.Sprintf(format, args...)}
}

// with reads a profile and lets use see it; it is not to be kept.
func (n *Node) with(id string, use func(*found) error) error {
	task, err := n.taskOf(id)
	if err != nil {
		return err
	}
	r := n.readers.Get().(*partition.Reader)
	defer n.readers.Put(r)
	p, position, err := n.read(r, task, id)
	switch {
	case errors.Is(err, partition.ErrNoProfile):
		return refuse(http.StatusNotFound, "there is no profile %q: nothing was applied for this id, as far as is committed", id)
	case err != nil:
		return err
	case !p.Alive:
		return refuse(http.StatusNotFound, "there is no profile %q: it was erased at %s", id, p.Erased)
	}
	f := &found{Profile: p, chain: r.Chain(), task: task, applied: map[string]int64{}}
	for _, in := range position.Inputs {
		if in.Next > 0 && in.Partition == task { // others are of sources that are not keyed by profile
			f.applied[in.Topic] = in.Next - 1
		}
	}
	return use(f)
}

// taskOf is the task of an id, if this member holds it.
func (n *Node) taskOf(id string) (int32, error) {
	tasks := int(n.member.tasks.Load())
	if tasks == 0 {
		return 0, refuse(http.StatusServiceUnavailable, "not ready: the brokers have not been reached yet")
	}
	task := partition.TaskOf(id, tasks)
	if n.member.holds(task) {
		return task, nil
	}
	if why := n.member.unready(); why != "" {
		return 0, refuse(http.StatusServiceUnavailable, "not ready: %s", why)
	}
	return 0, refuse(http.StatusNotFound, "profile %q belongs to partition %d, which this member of group %s does not hold: ask the member that does (queries are not forwarded)", id, task, n.name)
}

// read is a profile and the position it belongs to.
func (n *Node) read(r *partition.Reader, task int32, id string) (p *state.Profile, position state.Position, err error) {
	now, err := n.store.Snapshot(task)
	if err != nil {
		return nil, position, err
	}
	defer func() { err = errors.Join(err, now.Close()) }()
	if position, _, err = now.Position(task); err != nil {
		return nil, position, err
	}
	p, err = r.Read(now, task, id)
	return p, position, err
}

// at brings a profile to an instant that is not before its present, as if no event came, and gives what changes until then.
func (f *found) at(n schemas.Instant) (changes []*schemas.SegmentChange, err error) {
	if n < f.Now {
		return nil, refuse(http.StatusBadRequest, "%s is before the present of profile %q, which is %s: the state keeps no past; ebb explain --input tells it from files", n, f.ID, f.Now)
	}
	f.chain.Advance(f.Profile, n, func(m schemas.Message) {
		if c, ok := m.(*schemas.SegmentChange); ok {
			changes = append(changes, c.Kept())
		}
	})
	return changes, nil
}
