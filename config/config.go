package config

import (
	"fmt"
	"regexp"
	"strings"
)

// Config is ebb's own part of the file; SPEC section 3 shows it whole.
type Config struct {
	Name     string  `yaml:"name" required:"true" doc:"prefix of topics, consumer group and transactional ids"`
	Instance string  `yaml:"instance" doc:"this member's stable id; made once and kept in the state folder when empty"`
	Kafka    Kafka   `yaml:"kafka" doc:"the brokers, and what ebb creates there"`
	State    State   `yaml:"state" doc:"where profiles are kept"`
	Time     Time    `yaml:"time" doc:"how far events may be out of order"`
	Sources  Sources `yaml:"sources" doc:"topics to read; <name>.events is always read too"`
	Limits   Limits  `yaml:"limits" doc:"what an aggregate of a profile remembers exactly"`
	Outputs  Outputs `yaml:"outputs" doc:"what is published, and how"`
	HTTP     HTTP    `yaml:"http" doc:"the API, metrics and console"`
	Log      Log     `yaml:"log" doc:"what is logged, and how"`
}

// Defaults is a Config without a name, as if the file said nothing.
func Defaults() *Config {
	return &Config{
		Kafka: Kafka{
			Brokers:        []string{"localhost:9092"},
			Guarantee:      "exactly_once",
			CommitInterval: 100 * Millisecond,
			SessionTimeout: 45 * Second,
			Topics:         Topics{Partitions: 12, Replication: 3, MinInsync: 2, Retention: 7 * Day},
		},
		State:   State{Dir: "./data", Cache: 256 * MiB},
		Time:    Time{Lateness: 10 * Minute, Accept: Day, MaxAhead: 5 * Minute, IdleAfter: DurationOrNever(30 * Second), MergeWait: Second},
		Limits:  Limits{Events: 10_000, Values: 1000},
		Outputs: Outputs{Format: "json", Sessions: true, Profiles: DurationOrFalse(Minute)},
		HTTP:    HTTP{Listen: "127.0.0.1:8080"},
		Log:     Log{Level: "info", Format: "console"},
	}
}

var nameText = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,199}$`)

// Check holds the rules that need more than one section, and the name's.
func (c *Config) Check(report func(path, message string)) {
	if !nameText.MatchString(c.Name) {
		report("name", fmt.Sprintf("expected up to 200 lower-case letters, digits and . _ - with a letter or digit first, as topics are named after it, found %q; write it like name: shop", c.Name))
	}
	if c.Outputs.Format == "avro" && c.Kafka.SchemaRegistry == nil {
		report("outputs.format", "expected a schema registry for avro, found none; add kafka.schema_registry: {url: …}, or write format: json")
	}
	for i, s := range c.Sources {
		if s.Format == "avro" && s.Schema == "" && c.Kafka.SchemaRegistry == nil {
			report(fmt.Sprintf("sources[%d].schema", i), "expected an Avro schema or a schema registry, found neither; add kafka.schema_registry: {url: …}, or schema: event.avsc")
		}
		if own, ok := strings.CutPrefix(s.Topic, c.Name+"."); ok && ownTopics[own] {
			report(fmt.Sprintf("sources[%d].topic", i), fmt.Sprintf("expected a topic of yours, found %q, which is ebb's own; remove this source (%s.events is always read)", s.Topic, c.Name))
		}
	}
}

// ownTopics are what <name>. stands before (SPEC section 6).
var ownTopics = map[string]bool{
	"events": true, "segment-changes": true, "sessions": true, "actions": true, "profiles": true, "memberships": true,
	"late": true, "dead-letters": true, "changelog": true, "commits": true,
}
