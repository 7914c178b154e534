package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/zap"

	"github.com/ebbstream/ebb/pipeline/live"
)

// lookTopics says how all topics stand at the brokers, and how many tasks there are; 0: the sources are not all there.
func lookTopics(ctx context.Context, admin *kadm.Client, s *settings) (all []standing, tasks int, err error) {
	listed, err := admin.ListTopics(ctx)
	if err != nil {
		return nil, 0, fmt.Errorf("looking up topics at %v: %w", s.Kafka.Brokers, err)
	}
	if tasks, err = tasksOf(s, listed); err != nil {
		return nil, 0, err
	}
	wanted := topics(s)
	there := map[string]existing{}
	var own []string
	for _, t := range wanted {
		detail, found := listed[t.Topic]
		if !found || detail.Err != nil {
			continue
		}
		there[t.Topic] = existing{partitions: len(detail.Partitions), replication: detail.Partitions.NumReplicas(), settings: map[string]string{}}
		if t.Direction != "read" {
			own = append(own, t.Topic)
		}
	}
	if len(own) > 0 {
		described, err := admin.DescribeTopicConfigs(ctx, own...)
		if err != nil {
			return nil, 0, fmt.Errorf("looking up the settings of topics: %w", err)
		}
		for _, d := range described { // of one that this user may not see, nothing is said
			for _, c := range d.Configs {
				there[d.Name].settings[c.Key] = c.MaybeValue()
			}
		}
	}
	return compare(wanted, s, there, tasks), tasks, nil
}

// startTopics makes what is missing before the service runs, and says how many tasks there are. It refuses what would lose
// the state or the input, and warns of the rest.
func startTopics(ctx context.Context, s *settings, options []kgo.Opt, log *zap.Logger) (tasks int, err error) {
	err = insist(ctx, log, "the Kafka cluster", func() error {
		return askBrokers(options, func(client *kgo.Client) error {
			ctx, cancel := context.WithTimeout(ctx, topicTimeout)
			defer cancel()
			admin := kadm.NewClient(client)
			all, n, err := lookTopics(ctx, admin, s)
			if err != nil {
				return err
			}
			tasks = n
			for i := range all {
				t := &all[i]
				t.fixes = nil // of a running cluster only `ebb topics --apply` changes settings
				if t.blocks {
					return refusal("the topic %s %s", t.Topic, strings.Join(t.Remarks, "; "))
				}
				if len(t.Remarks) > 0 && t.State != topicMissing {
					log.Warn("a topic is not as the configuration has it", zap.String("topic", t.Topic), zap.Strings("remarks", t.Remarks))
				}
			}
			err = applyTopics(ctx, admin, s, all)
			for _, t := range all {
				if t.Done != "" {
					log.Info("made topic", zap.String("topic", t.Topic), zap.Int("partitions", *t.Partitions))
				}
			}
			return err
		})
	})
	return tasks, err
}

// applyTopics makes those of ebb's own that are missing, and sets right what loses nothing.
func applyTopics(ctx context.Context, admin *kadm.Client, s *settings, all []standing) error {
	var made []string
	for i := range all {
		t := &all[i]
		switch {
		case t.Direction == "read" && t.State == topicMissing:
			return refusal("the source %s is not there: make the topic, with %s", t.Topic, t.count())
		case t.State == topicMissing:
			if err := makeTopic(ctx, admin, s, &t.topic); err != nil {
				return err
			}
			t.Done = "made"
			made = append(made, t.Topic)
		case len(t.fixes) > 0:
			if err := setTopic(ctx, admin, t); err != nil {
				return err
			}
			t.Done = "set"
		}
	}
	return awaitTopics(ctx, admin, made)
}

func makeTopic(ctx context.Context, admin *kadm.Client, s *settings, t *topic) error {
	replication := int16(min(s.Kafka.Topics.Replication, 32767))
	resp, err := admin.CreateTopic(ctx, int32(*t.Partitions), replication, t.settings(s), t.Topic)
	if errors.Is(err, kerr.InvalidReplicationFactor) || errors.Is(resp.Err, kerr.InvalidReplicationFactor) {
		// A broker that has just started, or is slow to say that it lives, is not counted by the controller: that passes.
		if brokers, err := admin.ListBrokers(ctx); err == nil && (len(brokers) == 0 || len(brokers) >= int(replication)) {
			return fmt.Errorf("making topic %s with %d copies: not all of the %d brokers are counted yet", t.Topic, replication, len(brokers))
		}
		return refusal("making topic %s with %d copies: the cluster has fewer brokers; set kafka.topics: {replication: 1, min_insync: 1} for a cluster of one", t.Topic, replication)
	}
	if err = errors.Join(err, resp.Err); err != nil && !errors.Is(err, kerr.TopicAlreadyExists) { // by another member
		return fmt.Errorf("making topic %s: %w", t.Topic, err)
	}
	return nil
}

// setTopic sets what is set otherwise.
func setTopic(ctx context.Context, admin *kadm.Client, t *standing) error {
	var changes []kadm.AlterConfig
	for _, key := range slices.Sorted(maps.Keys(t.fixes)) {
		value := t.fixes[key]
		changes = append(changes, kadm.AlterConfig{Op: kadm.SetConfig, Name: key, Value: &value})
	}
	resp, err := admin.AlterTopicConfigs(ctx, changes, t.Topic)
	for _, r := range resp {
		err = errors.Join(err, r.Err)
	}
	if err != nil {
		return fmt.Errorf("setting topic %s right: %w", t.Topic, err)
	}
	return nil
}

// topicTimeout is how long the brokers may take to make topics known.
const topicTimeout = 30 * time.Second

// awaitTopics waits until topics just made are known to the brokers, with leaders.
func awaitTopics(ctx context.Context, admin *kadm.Client, names []string) error {
	ctx, cancel := context.WithTimeout(ctx, topicTimeout)
	defer cancel()
	for len(names) > 0 {
		there, err := admin.ListTopics(ctx, names...)
		if err != nil {
			return fmt.Errorf("waiting for topics that were made: %w", err)
		}
		names = slices.DeleteFunc(names, func(name string) bool {
			detail := there[name]
			if detail.Err != nil || len(detail.Partitions) == 0 {
				return false
			}
			for _, p := range detail.Partitions {
				if p.Leader < 0 {
					return false
				}
			}
			return true
		})
		if len(names) > 0 && pause(ctx, 50*time.Millisecond) != nil {
			return fmt.Errorf("waiting for topics that were made: after %v %v have no leader", topicTimeout, names)
		}
	}
	return nil
}

// tasksOf is how many partitions the sources that are keyed by profile have, all of them alike; 0: not all sources are there.
// Where none is keyed, <name>.events says it, once it is there.
func tasksOf(s *settings, there kadm.TopicDetails) (int, error) {
	n, first := 0, ""
	for _, c := range s.sources {
		detail, found := there[c.Topic]
		if !found || detail.Err != nil {
			return 0, nil
		}
		switch parts := len(detail.Partitions); {
		case !c.Keyed:
		case n == 0:
			n, first = parts, c.Topic
		case parts != n:
			return 0, refusal("%s has %d partitions and %s has %d: profiles would not find each other; sources that are keyed by profile need as many", first, n, c.Topic, parts)
		}
	}
	if own, found := there[s.Name+".events"]; n == 0 && found && own.Err == nil {
		n = len(own.Partitions)
	}
	if n == 0 {
		n = s.Kafka.Topics.Partitions
	}
	return n, nil
}

// count is how many partitions a source that is to be made needs, in words.
func (t *topic) count() string {
	if t.keyed {
		return "as many partitions as the other keyed sources"
	}
	return "any number of partitions, as it is not keyed by profile"
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
		"max.message.bytes":   text(strconv.Itoa(live.LargestRecord)),
	}
	if t.Cleanup == "delete" {
		out["retention.ms"] = text(strconv.FormatInt(int64(s.Kafka.Topics.Retention), 10))
	}
	return out
}
