package main

import (
	"fmt"
	"strings"
)

// topic is one that ebb reads or writes.
type topic struct {
	Topic      string `json:"topic"`
	Direction  string `json:"direction"`         // "read", "write" or "both"
	Partitions *int   `json:"partitions"`        // null: as it has them
	Cleanup    string `json:"cleanup,omitempty"` // "compact" or "delete"; empty where the topic is not ebb's
	Retention  string `json:"retention,omitempty"`
	What       string `json:"what"`
	keyed      bool   // by profile: a source with as many partitions as all others that are
}

// topics are what a configuration reads, and what it writes (SPEC section 6).
func topics(s *settings) []topic {
	c := s.Config
	var all []topic
	for _, s := range c.Sources {
		what := s.Format
		if s.Keyed {
			what += ", keyed by profile"
		} else {
			what += ", keyed anew by way of " + c.Name + ".events"
		}
		all = append(all, topic{Topic: s.Topic, Direction: "read", What: what, keyed: s.Keyed})
	}
	partitions := c.Kafka.Topics.Partitions
	own := func(name, direction, cleanup, what string) {
		t := topic{Topic: c.Name + "." + name, Direction: direction, Partitions: &partitions, Cleanup: cleanup, What: what}
		if cleanup == "delete" {
			t.Retention = c.Kafka.Topics.Retention.String()
		}
		all = append(all, t)
	}
	own("events", "both", "delete", "ebb's own input: erasures, feedback, what is read again or keyed anew")
	own("segment-changes", "write", "delete", "who enters and leaves a segment, and why")
	if c.Outputs.Sessions {
		own("sessions", "write", "delete", "finished sessions")
	}
	decisions := "decisions: what to offer whom"
	if len(s.blocks.Actions) == 0 {
		decisions = "decisions"
	}
	own("actions", "write", "delete", decisions)
	if !c.Outputs.Profiles.Off() {
		own("profiles", "write", "compact", fmt.Sprintf("the public view of profiles, every %s at most", c.Outputs.Profiles))
	}
	if c.Outputs.Memberships {
		own("memberships", "write", "compact", "who is in which segment")
	}
	own("late", "write", "delete", "events that came too late for something")
	own("dead-letters", "write", "delete", "records that could not be used")
	own("changelog", "both", "compact", "internal: the state, one partition a task")
	own("commits", "both", "delete", "internal: a record a commit")
	return all
}

func (t *topic) cells() []string {
	direction := map[string]string{"read": "reads", "write": "writes", "both": "reads, writes"}[t.Direction]
	partitions := "its own"
	if t.Partitions != nil {
		partitions = fmt.Sprint(*t.Partitions)
	}
	kept := strings.TrimSpace(t.Retention)
	if t.Cleanup == "compact" {
		kept = "compacted"
	}
	return []string{shown(t.Topic), direction, partitions, kept, t.What}
}
