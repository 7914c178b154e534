package live

import (
	"fmt"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/state"
)

// The first byte of a key in the changelog.
const (
	keyPosition = 0 // nothing follows: compaction keeps the last position of the partition
	keyProfile  = 1 // the profile's id follows
)

// rowRecord is a changed row; a tombstone if there is none any more.
func (c *Config) rowRecord(task int32, row state.Row) *kgo.Record {
	return &kgo.Record{Topic: c.changelog(), Partition: task, Key: append([]byte{keyProfile}, row.Key...), Value: row.Value}
}

// positionRecord is where the task stands after its transaction.
func (c *Config) positionRecord(task int32, p state.Position) *kgo.Record {
	return &kgo.Record{Topic: c.changelog(), Partition: task, Key: []byte{keyPosition}, Value: p.AppendBinary(nil)}
}

// commitRecord is the same for those who repeat what was run: unlike the changelog, its topic keeps every one.
func (c *Config) commitRecord(task int32, p state.Position) *kgo.Record {
	return &kgo.Record{Topic: c.commits(), Partition: task, Value: p.AppendBinary(nil)}
}

// partitioner puts a task's own records into its own partitions, and all others where any producer would put their key.
func (c *Config) partitioner() kgo.Partitioner { return partitioner{c} }

type partitioner struct{ c *Config }

func (p partitioner) ForTopic(topic string) kgo.TopicPartitioner {
	if topic == p.c.changelog() || topic == p.c.commits() {
		return kgo.ManualPartitioner().ForTopic(topic)
	}
	return kgo.StickyKeyPartitioner(nil).ForTopic(topic)
}

// readChangelog tells what a record of the changelog says: of a profile, or of the position.
func readChangelog(r *kgo.Record) (id string, position *state.Position, err error) {
	switch {
	case len(r.Key) > 0 && r.Key[0] == keyProfile:
		return string(r.Key[1:]), nil, nil
	case len(r.Key) == 1 && r.Key[0] == keyPosition:
		p, err := state.DecodePosition(r.Value)
		if err != nil {
			return "", nil, fmt.Errorf("reading the position at offset %d of %s partition %d: %w", r.Offset, r.Topic, r.Partition, err)
		}
		return "", &p, nil
	}
	return "", nil, fmt.Errorf("the record at offset %d of %s partition %d has a key that is not known: was it written by a newer ebb?", r.Offset, r.Topic, r.Partition)
}
