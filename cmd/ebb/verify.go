package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/pipeline/past"
	"github.com/ebbstream/ebb/pipeline/repeat"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state/disk"
)

func verifyCommand() *cobra.Command {
	var file string
	var between pastFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "verify -c FILE [--from TIME] [--to TIME]",
		Short: "Repeat what was run live, and compare what was published",
		Long: `Repeat what was run live, and compare what was published: every commit of the service is done again, with the records that it
had and as far as event time had come, and the changes, sessions, decisions and late events whose time is from --from up to
--to are compared with those in the topics, byte by byte.

It begins with the first commit, whatever --from says, as what is published rests on all before it: so sources and NAME.commits
must still hold their first records. What was published under other definitions than those of today is counted apart. Nothing
is written to Kafka. The status is 1 if there is a difference.`,
		Example: "  ebb verify -c shop.yaml --from 2026-01-01T00:00:00Z --to 2026-01-08T00:00:00Z",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			span, err := between.span()
			if err != nil {
				return err
			}
			s, err := load(file)
			if err != nil {
				return err
			}
			if s.Kafka.Start.Latest || !s.Kafka.Start.At.IsZero() {
				return asked("kafka.start is not earliest: with which records the service began is not known, so that it cannot be repeated")
			}
			options, err := clientOptions(s)
			if err != nil {
				return err
			}
			v := newVerification(span)
			if err := askBrokers(options, func(client *kgo.Client) error { return v.run(cmd.Context(), s, client) }); err != nil {
				return err
			}
			if asJSON {
				err = writeJSON(cmd.OutOrStdout(), v.result())
			} else {
				err = v.print(cmd.OutOrStdout())
			}
			if n := v.differences(); n > 0 {
				err = errors.Join(err, fmt.Errorf("%d differences between what was published and what is repeated", n))
			}
			return err
		},
	}
	configFlag(cmd, &file)
	between.add(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// run reads what was published, and then repeats each task.
func (v *verification) run(ctx context.Context, s *settings, client *kgo.Client) error {
	for _, segment := range s.catalog.Plan.Segments {
		v.definitions[segment.Definition] = true
	}
	var kinds []string
	for _, kind := range verified {
		v.kinds[s.Name+"."+kind] = &verifiedKind{Kind: kind}
		kinds = append(kinds, s.Name+"."+kind)
	}
	read, registry, err := sources(ctx, s)
	if err != nil {
		return err
	}
	v.reader = readPublished(registry)
	published, err := past.Read(ctx, client, kinds...)
	if err != nil {
		return err
	}
	defer published.Close()
	for _, p := range published.Partitions {
		if err := eachRecord(p, v.published); err != nil {
			return err
		}
	}
	tasks, topics, err := tasksToRepeat(ctx, s, client)
	if err != nil {
		return err
	}
	defer topics.Close()
	log, err := newLog(s)
	if err != nil {
		return err
	}
	common, err := partitions(ctx, s, read, registry, true, log)
	if err != nil {
		return err
	}
	common.IdleAfter, common.MergeWait, common.Profiles, common.Memberships = schemas.Forever, 0, -1, false
	dir, err := os.MkdirTemp("", "ebb-")
	if err != nil {
		return fmt.Errorf("making a folder for the state: %w", err)
	}
	defer os.RemoveAll(dir)
	store, err := disk.Open(dir, disk.Options{Cache: int64(s.State.Cache), NoWAL: true})
	if err != nil {
		return err
	}
	for _, t := range tasks {
		if err == nil {
			err = t.Run(common, partition.Disk{Store: store}, v.repeated)
		}
	}
	return errors.Join(err, store.Close())
}

// tasksToRepeat are all tasks with their inputs, in the order of the configuration.
func tasksToRepeat(ctx context.Context, s *settings, client *kgo.Client) (tasks []*repeat.Task, topics *past.Topics, err error) {
	commits := s.Name + ".commits"
	names := []string{commits}
	for _, source := range s.sources {
		names = append(names, source.Topic)
	}
	if topics, err = past.Read(ctx, client, append(names, s.Name+".events")...); err != nil {
		return nil, nil, err
	}
	for _, p := range topics.Partitions {
		if p.Topic == commits {
			tasks = append(tasks, &repeat.Task{Number: p.Number, Commits: p})
			continue
		}
		t := tasks[int(p.Number)%len(tasks)] // as it is run
		t.Inputs = append(t.Inputs, p)
	}
	return tasks, topics, nil
}

func eachRecord(p *past.Partition, use func(*kgo.Record) error) error {
	for {
		r, err := p.Next()
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = use(r)
		}
		if err != nil {
			return err
		}
	}
}
