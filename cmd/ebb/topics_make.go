package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/zap"
)

// makeTopics makes those of ebb's own topics that are missing. The sources must be there: ebb does not know how many
// partitions they are to have.
func makeTopics(ctx context.Context, s *settings, options []kgo.Opt, log *zap.Logger) error {
	client, err := kgo.NewClient(options...)
	if err != nil {
		return fmt.Errorf("making a client: %w", err)
	}
	defer client.Close()
	admin := kadm.NewClient(client)
	there, err := admin.ListTopics(ctx)
	if err != nil {
		return fmt.Errorf("looking up topics at %v: %w", s.Kafka.Brokers, err)
	}
	tasks, err := tasksOf(s, there)
	if err != nil {
		return err
	}
	var made []string
	for _, t := range topics(s) {
		if t.Direction == "read" || there.Has(t.Topic) && there[t.Topic].Err == nil {
			continue
		}
		n := s.Kafka.Topics.Partitions
		if t.perTask(s.Name) {
			n = tasks
		}
		replication, settings := int16(min(s.Kafka.Topics.Replication, 32767)), t.settings(s)
		resp, err := admin.CreateTopic(ctx, int32(n), replication, settings, t.Topic)
		if errors.Is(err, kerr.InvalidReplicationFactor) || errors.Is(resp.Err, kerr.InvalidReplicationFactor) {
			return fmt.Errorf("making topic %s with %d copies: the cluster has fewer brokers; set kafka.topics: {replication: 1, min_insync: 1} for a cluster of one", t.Topic, replication)
		}
		if err = errors.Join(err, resp.Err); err != nil && !errors.Is(err, kerr.TopicAlreadyExists) {
			return fmt.Errorf("making topic %s: %w", t.Topic, err)
		}
		log.Info("made topic", zap.String("topic", t.Topic), zap.Int("partitions", n))
		made = append(made, t.Topic)
	}
	return awaitTopics(ctx, admin, made)
}

// awaitTopics waits until topics just made are known to the brokers, with leaders.
func awaitTopics(ctx context.Context, admin *kadm.Client, names []string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for len(names) > 0 {
		there, err := admin.ListTopics(ctx, names...)
		if err != nil {
			return fmt.Errorf("waiting for topics that were made: %w", err)
		}
		names = slices.DeleteFunc(names, func(name string) bool {
			detail := there[name]
			led := func(p kadm.PartitionDetail) bool { return p.Leader >= 0 }
			return detail.Err == nil && len(detail.Partitions) > 0 && !slices.ContainsFunc(slices.Collect(maps.Values(detail.Partitions)), func(p kadm.PartitionDetail) bool { return !led(p) })
		})
		if len(names) > 0 {
			time.Sleep(50 * time.Millisecond)
		}
	}
	return nil
}

// tasksOf is how many partitions the sources have, all of them alike.
func tasksOf(s *settings, there kadm.TopicDetails) (int, error) {
	n, first := 0, ""
	for _, c := range s.sources {
		detail, found := there[c.Topic]
		if !found || detail.Err != nil {
			return 0, fmt.Errorf("the source %s is not there: make the topic, with as many partitions as the other sources", c.Topic)
		}
		if parts := len(detail.Partitions); n == 0 {
			n, first = parts, c.Topic
		} else if parts != n {
			return 0, fmt.Errorf("%s has %d partitions and %s has %d: profiles would not find each other; sources that are keyed by profile need as many", first, n, c.Topic, parts)
		}
	}
	if n == 0 {
		n = s.Kafka.Topics.Partitions
	}
	return n, nil
}

// perTask is whether a topic has a partition for each task.
func (t *topic) perTask(name string) bool {
	return slices.Contains([]string{name + ".events", name + ".changelog", name + ".commits"}, t.Topic)
}

// settings are those of a topic that is made.
func (t *topic) settings(s *settings) map[string]*string {
	text := func(v string) *string { return &v }
	out := map[string]*string{
		"cleanup.policy":      text(t.Cleanup),
		"min.insync.replicas": text(strconv.Itoa(s.Kafka.Topics.MinInsync)),
	}
	if t.Cleanup == "delete" {
		out["retention.ms"] = text(strconv.FormatInt(int64(s.Kafka.Topics.Retention), 10))
	}
	return out
}
