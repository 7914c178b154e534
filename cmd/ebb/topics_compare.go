package main

import (
	"fmt"
	"strconv"

	"github.com/ebbstream/ebb/config"
	"github.com/ebbstream/ebb/pipeline/live"
)

// existing is a topic as the brokers have it.
type existing struct {
	partitions  int
	replication int
	settings    map[string]string
}

// The states of a topic.
const (
	topicThere   = "there"
	topicMissing = "missing"
	topicOther   = "otherwise" // set otherwise, and could be set right without losing anything
	topicRefused = "refused"   // to set it right would lose data, or to use it as it is
)

// standing is how a topic stands to what it is to be.
type standing struct {
	topic
	State   string            `json:"state"`
	Found   int               `json:"found_partitions,omitempty"`
	Remarks []string          `json:"remarks,omitempty"`
	Done    string            `json:"done,omitempty"` // by --apply: "made" or "set"
	blocks  bool              // ebb run refuses to start on it
	fixes   map[string]string // settings that can be set right
}

// compare says how all topics stand. tasks is how many partitions the topics of the tasks have; 0: the sources are not all there.
func compare(wanted []topic, s *settings, there map[string]existing, tasks int) []standing {
	var all []standing
	for _, t := range wanted {
		if t.perTask(s.Name) {
			t.Partitions = nil
			if tasks > 0 {
				t.Partitions = &tasks
			}
		}
		one := standing{topic: t, State: topicMissing}
		if found, ok := there[t.Topic]; ok {
			one.stand(s, found)
		} else if t.Direction == "read" {
			one.remark("make it, with %s: ebb does not know how many it is to have", t.count())
		}
		all = append(all, one)
	}
	return all
}

func (t *standing) remark(format string, args ...any) {
	t.Remarks = append(t.Remarks, fmt.Sprintf(format, args...))
}

func (t *standing) refuse(format string, args ...any) {
	t.State = topicRefused
	t.remark(format, args...)
}

// stand compares one of ebb's own topics with what is there.
func (t *standing) stand(s *settings, found existing) {
	t.State, t.Found = topicThere, found.partitions
	if t.Direction == "read" {
		return
	}
	if t.Partitions != nil && found.partitions != *t.Partitions {
		t.refuse("has %d partitions, not %d: %s", found.partitions, *t.Partitions, t.otherCount(s))
		t.blocks = t.perTask(s.Name)
	}
	cleanup := found.settings["cleanup.policy"]
	if cleanup != "" && cleanup != t.Cleanup {
		t.refuse("cleanup.policy is %s, not %s: %s; set it by hand if nothing is missed, or remove the topic", cleanup, t.Cleanup, lossBy(t.Cleanup))
		t.blocks = true
	}
	t.standSettings(s, found)
	if found.replication > 0 && found.replication != s.Kafka.Topics.Replication {
		t.remark("has %d copies, not %d: reassign its partitions (kafka-reassign-partitions.sh), or leave it", found.replication, s.Kafka.Topics.Replication)
	}
}

// otherCount says what another partition count means.
func (t *standing) otherCount(s *settings) string {
	if t.perTask(s.Name) {
		return "a profile's events and its state would no longer meet; run under a new name, or bring the sources to that number"
	}
	return "what is keyed would change its partition, and lose its order; set kafka.topics.partitions, or begin with a new name"
}

// lossBy says what is lost under a clean-up that was not meant.
func lossBy(wanted string) string {
	if wanted == "compact" {
		return "what is older than its retention is deleted, though it is the latest of its key"
	}
	return "all but the latest record of each key is deleted"
}

// standSettings compares what can be set again at any time.
func (t *standing) standSettings(s *settings, found existing) {
	fix := func(key, value string) {
		switch t.State {
		case topicRefused:
			return // a person has to look at it first
		case topicThere:
			t.State = topicOther
		}
		if t.fixes == nil {
			t.fixes = map[string]string{}
		}
		t.fixes[key] = value
	}
	// A setting that is not there is one that this user may not see.
	if is, want := found.settings["min.insync.replicas"], strconv.Itoa(s.Kafka.Topics.MinInsync); is != "" && is != want {
		fix("min.insync.replicas", want)
		t.remark("%s copies must have been written, not %s", is, want)
	}
	if n, err := strconv.Atoi(found.settings["max.message.bytes"]); err == nil && n < live.LargestRecord {
		fix("max.message.bytes", strconv.Itoa(live.LargestRecord))
		t.remark("takes records of %d bytes at most, not %d: a larger one would end ebb run", n, live.LargestRecord)
	}
	is, err := strconv.ParseInt(found.settings["retention.ms"], 10, 64)
	if want := int64(s.Kafka.Topics.Retention); err == nil && t.Cleanup == "delete" && is != want {
		if is >= 0 && is < want {
			fix("retention.ms", strconv.FormatInt(want, 10))
			t.remark("is kept %s, not %s", keptFor(is), s.Kafka.Topics.Retention)
		} else {
			t.remark("is kept %s, not %s: to keep it shorter would delete records; it stays as it is", keptFor(is), s.Kafka.Topics.Retention)
		}
	}
}

func keptFor(ms int64) string {
	if ms < 0 {
		return "for ever"
	}
	return config.Duration(ms).String()
}
