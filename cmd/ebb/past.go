package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/pipeline"
	"github.com/ebbstream/ebb/pipeline/past"
	"github.com/ebbstream/ebb/schemas"
)

// pastFlags are --from and --to: the time of which the sources' topics are read.
type pastFlags struct{ from, to string }

func (f *pastFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.from, "from", "", "read the sources' topics: the events from this `time` on")
	cmd.Flags().StringVar(&f.to, "to", "", "up to this `time`, which is not among them")
}

func (f *pastFlags) given() bool { return f.from != "" || f.to != "" }

// span is the time asked for.
func (f *pastFlags) span() (s past.Span, err error) {
	s = past.Span{From: schemas.Earliest, To: schemas.Never}
	if f.from != "" {
		if s.From, err = instant("from", f.from); err != nil {
			return s, err
		}
	}
	if f.to != "" {
		if s.To, err = instant("to", f.to); err != nil {
			return s, err
		}
	}
	if s.From >= s.To {
		return s, asked("--from %s is not before --to %s: nothing lies between", f.from, f.to)
	}
	return s, nil
}

// readPast begins to read the sources' topics, in the order of the configuration, and last ebb's own, if it is there. The
// topics are to be closed.
func readPast(ctx context.Context, s *settings, client *kgo.Client, span past.Span, bad func(schemas.DeadLetter)) (*past.Topics, []pipeline.Source, error) {
	read, _, err := sources(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	var names []string
	for _, source := range read {
		names = append(names, source.Topic)
	}
	there, err := kadm.NewClient(client).ListTopics(ctx, names...)
	if err != nil {
		return nil, nil, fmt.Errorf("looking up topics at %v: %w", s.Kafka.Brokers, err)
	}
	if last := len(names) - 1; !there.Has(names[last]) {
		names, read = names[:last], read[:last]
	}
	topics, err := past.Read(ctx, client, names...)
	if err != nil {
		return nil, nil, err
	}
	var out []pipeline.Source
	for _, p := range topics.Partitions {
		for _, source := range read {
			if source.Topic == p.Topic {
				out = append(out, past.NewEvents(p, source.Decoder(), span, bad))
			}
		}
	}
	return topics, out, nil
}

// withPast lets run use a replay, or what is like one, whose Open is set so that it reads the sources' topics.
func withPast(ctx context.Context, s *settings, span past.Span, open *func(func(schemas.DeadLetter)) ([]pipeline.Source, error), run func() error) error {
	options, err := clientOptions(s)
	if err != nil {
		return err
	}
	return askBrokers(options, func(client *kgo.Client) error {
		var topics *past.Topics
		*open = func(bad func(schemas.DeadLetter)) (sources []pipeline.Source, err error) {
			topics, sources, err = readPast(ctx, s, client, span, bad)
			return sources, err
		}
		err := run()
		if topics != nil {
			topics.Close()
		}
		return err
	})
}
