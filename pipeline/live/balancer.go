package live

import (
	"fmt"
	"slices"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// A balancer shares out tasks: all partitions of a task, of every topic, go to one member. Members keep what they have as far
// as a share of n/m, give or take one, allows; what has to move is first given up and, when the group has met again, given out.
type balancer struct {
	loose []string // topics that do not say how many tasks there are
}

func (balancer) ProtocolName() string { return "ebb-tasks" }
func (balancer) IsCooperative() bool  { return true }

func (balancer) JoinGroupMetadata(topics []string, owned map[string][]int32, generation int32) []byte {
	meta := kmsg.NewConsumerMemberMetadata()
	meta.Version = 3
	meta.Topics = topics
	meta.Generation = generation
	for _, topic := range topics {
		if len(owned[topic]) > 0 {
			o := kmsg.NewConsumerMemberMetadataOwnedPartition()
			o.Topic, o.Partitions = topic, owned[topic]
			meta.OwnedPartitions = append(meta.OwnedPartitions, o)
		}
	}
	return meta.AppendTo(nil)
}

func (balancer) ParseSyncAssignment(assignment []byte) (map[string][]int32, error) {
	return kgo.ParseConsumerSyncAssignment(assignment)
}

func (b balancer) MemberBalancer(members []kmsg.JoinGroupResponseMember) (kgo.GroupMemberBalancer, map[string]struct{}, error) {
	c, err := kgo.NewConsumerBalancer(b, members)
	return c, c.MemberTopics(), err
}

func (b balancer) Balance(c *kgo.ConsumerBalancer, topics map[string]int32) kgo.IntoSyncAssignment {
	tasks := int32(-1)
	for topic := range c.MemberTopics() {
		n := topics[topic]
		if n == 0 {
			c.SetError(fmt.Errorf("topic %s is not there: its partitions would go to nobody", topic))
			return nil
		}
		if slices.Contains(b.loose, topic) {
			continue
		}
		if tasks >= 0 && n != tasks {
			c.SetError(fmt.Errorf("topic %s has %d partitions and another %d: they cannot be tasks", topic, n, tasks))
			return nil
		}
		tasks = n
	}
	owners := claims(c, tasks)
	plan := c.NewPlan()
	for m, numbers := range share(owners, tasks, len(c.Members())) {
		member, meta := c.MemberAt(m)
		for _, t := range numbers {
			if owner, owned := owners[t]; owned && owner != m {
				continue // next time: the owner does not yet know that it has to let go
			}
			for _, topic := range meta.Topics {
				for p := t; p < topics[topic]; p += tasks {
					plan.AddPartition(member, topic, p)
				}
			}
		}
	}
	return plan
}

// taskOf is the task of a partition of any topic: of one that is keyed by profile, which has as many as there are tasks, the
// one of its number. Nothing else decides.
func taskOf(partition, tasks int32) int32 { return partition % tasks }

// claims are the owners of tasks, by their places among the members. Of two that claim one task, the claim from the later
// generation holds: the other has missed that the task went on.
func claims(c *kgo.ConsumerBalancer, tasks int32) map[int32]int {
	owners, of := map[int32]int{}, map[int32]int32{}
	for m := range c.Members() {
		_, meta := c.MemberAt(m)
		for _, o := range meta.OwnedPartitions {
			for _, p := range o.Partitions {
				t := taskOf(p, tasks)
				if generation, claimed := of[t]; !claimed || meta.Generation > generation {
					owners[t], of[t] = m, meta.Generation
				}
			}
		}
	}
	return owners
}

// share gives each of n tasks to one of m members, as few as possible to another than its owner.
func share(owners map[int32]int, n int32, m int) [][]int32 {
	shares := make([][]int32, m)
	for p := range n {
		if owner, owned := owners[p]; owned {
			shares[owner] = append(shares[owner], p)
		}
	}
	order := make([]int, m) // those with the most first: they keep the greater shares
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return len(shares[b]) - len(shares[a]) })
	quota := make([]int, m)
	for i, member := range order {
		quota[member] = int(n) / m
		if i < int(n)%m {
			quota[member]++
		}
		shares[member] = shares[member][:min(len(shares[member]), quota[member])]
	}
	taken := map[int32]bool{}
	for _, numbers := range shares {
		for _, p := range numbers {
			taken[p] = true
		}
	}
	next := 0
	for p := range n {
		if taken[p] {
			continue
		}
		for len(shares[order[next]]) >= quota[order[next]] {
			next++
		}
		shares[order[next]] = append(shares[order[next]], p)
	}
	return shares
}
