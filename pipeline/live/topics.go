package live

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// A topic is what requests made by hand need to know.
type topic struct {
	id         [16]byte
	partitions int
}

// A refusal is an error that another try would meet again: a person has to act.
type refusal struct{ err error }

func (r *refusal) Error() string { return r.err.Error() }
func (r *refusal) Unwrap() error { return r.err }

func refuse(format string, args ...any) error { return &refusal{fmt.Errorf(format, args...)} }

// findTopics looks up the topics of the tasks. Those that are keyed by profile need as many partitions each, or a profile's
// behaviour, spread by the same hash over different numbers, would meet in no task.
func (c *Config) findTopics(ctx context.Context, client *kgo.Client) (map[string]topic, error) {
	names := append(c.keyed(), c.changelog(), c.commits())
	found, err := kadm.NewClient(client).ListTopics(ctx, append(names, c.Loose...)...)
	if err != nil {
		return nil, fmt.Errorf("looking up topics: %w", err)
	}
	if err := found.Error(); err != nil {
		return nil, fmt.Errorf("looking up topics: %w", err)
	}
	topics := map[string]topic{}
	first := c.changelog()
	want := len(found[first].Partitions)
	for _, name := range names {
		detail := found[name]
		if n := len(detail.Partitions); n != want {
			return nil, refuse("topic %s has %d partitions and %s has %d: all that is keyed by profile needs as many", name, n, first, want)
		}
		topics[name] = topic{id: detail.ID, partitions: want}
	}
	for _, name := range c.Loose {
		topics[name] = topic{id: found[name].ID, partitions: len(found[name].Partitions)}
	}
	return topics, nil
}
