package live

import (
	"context"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
)

// findOrphans looks once, some time after the start, whether every task has an owner. Between giving a task up and joining
// again, which gives it to another, a member may die; when it comes back under its name, the group hands it what it had
// after giving up, and has no reason to share out the rest.
func (s *session) findOrphans(ctx context.Context) {
	if s.look.IsZero() || time.Now().Before(s.look) {
		return
	}
	s.look = time.Now().Add(s.c.SessionTimeout / 2) // again, unless the answer is that there is no need
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	groups, err := kadm.NewClient(s.client).DescribeGroups(ctx, s.c.Name)
	group := groups[s.c.Name]
	if err != nil || group.State != "Stable" {
		return
	}
	assigned := group.AssignedPartitions()
	var orphans []int32
	for _, topic := range s.c.keyed() { // of a loose one the leader may not know yet that it has grown
		for p := range int32(s.txn.topics[topic].partitions) {
			if _, found := assigned[topic][p]; !found && !slices.Contains(orphans, p) {
				orphans = append(orphans, p)
			}
		}
	}
	if len(orphans) > 0 {
		s.c.Tell(Orphaned{orphans})
		s.client.ForceRebalance()
		return
	}
	s.look = time.Time{}
}
