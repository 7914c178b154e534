package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"github.com/ebbstream/ebb/pipeline/live"
	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/pipeline/registry"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
	"github.com/ebbstream/ebb/state/disk"
)

func runCommand() *cobra.Command {
	var file string
	var forget bool
	cmd := &cobra.Command{
		Use:   "run -c FILE",
		Short: "Run the service on Kafka, until it is told to stop",
		Long: `Run the service on Kafka, until it is told to stop.

It makes the topics of its own that are missing, restores what the state folder lacks from the changelog, and goes on where
it stopped. On SIGINT or SIGTERM it commits what it has folded, and ends within ten seconds.`,
		Example: "  ebb run -c shop.yaml",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := load(file)
			if err != nil {
				return err
			}
			log, err := newLog(s)
			if err != nil {
				return err
			}
			defer func() { _ = log.Sync() }()
			return run(cmd.Context(), s, forget, log, func(e live.Event) { tellLog(log, e) })
		},
	}
	configFlag(cmd, &file)
	cmd.Flags().BoolVar(&forget, "forget-history", false, "go on though the state lacks history that the configuration needs")
	return cmd
}

// run is the service: build, run, close. It tells what happens to its member.
func run(ctx context.Context, s *settings, forget bool, log *zap.Logger, tell func(live.Event)) (err error) {
	if err := os.MkdirAll(s.State.Dir, 0o750); err != nil {
		return fmt.Errorf("making the state folder: %w", err)
	}
	store, err := disk.Open(s.State.Dir, disk.Options{Cache: int64(s.State.Cache)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	instance, err := instanceOf(s)
	if err != nil {
		return err
	}
	client, err := clientOptions(s)
	if err != nil {
		return err
	}
	if err := makeTopics(ctx, s, client, log); err != nil {
		return err
	}
	common, err := partitions(ctx, s, forget)
	if err != nil {
		return err
	}
	rows := partition.Disk{Store: store}
	c := live.Config{
		Name: s.Name, Instance: instance, CommitInterval: time.Duration(s.Kafka.CommitInterval) * time.Millisecond,
		SessionTimeout: 45 * time.Second, Start: startOf(s), Store: rows, Client: client,
		Open: func(task int32, position state.Position) (live.Folder, error) {
			return partition.New(common, task, position, rows)
		},
		Tell: tell,
	}
	for _, source := range s.sources {
		c.Sources = append(c.Sources, source.Topic)
	}
	log.Info("running", zap.String("name", s.Name), zap.String("instance", instance), zap.Strings("sources", c.Sources))
	return live.Run(ctx, c)
}

// instanceOf is this member's name: the configured one, or one made once and kept in the state folder.
func instanceOf(s *settings) (string, error) {
	if s.Instance != "" {
		return s.Instance, nil
	}
	path := filepath.Join(s.State.Dir, "instance")
	text, err := os.ReadFile(path)
	if err == nil {
		return strings.TrimSpace(string(text)), nil
	}
	if !os.IsNotExist(err) {
		return "", fmt.Errorf("reading this member's name: %w", err)
	}
	name := newInstance()
	if err := os.WriteFile(path, []byte(name+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("keeping this member's name: %w", err)
	}
	return name, nil
}

func startOf(s *settings) live.Start {
	switch start := s.Kafka.Start; {
	case start.Latest:
		return live.Start{Latest: true}
	case !start.At.IsZero():
		return live.Start{At: schemas.Instant(start.At.UnixMilli())}
	}
	return live.Start{}
}

// partitions is what all partitions of the service have in common.
func partitions(ctx context.Context, s *settings, forget bool) (*partition.Config, error) {
	c := &partition.Config{
		Name: s.Name, Catalog: s.catalog, Lateness: schemas.Duration(s.Time.Lateness), MaxAhead: schemas.Duration(s.Time.MaxAhead),
		MergeWait: schemas.Duration(s.Time.MergeWait), IdleAfter: schemas.Forever, MuteBefore: schemas.Earliest, Profiles: -1,
		Sessions: s.Outputs.Sessions, Memberships: s.Outputs.Memberships, Profiled: int(s.State.Cache / decodedSize), ForgetHistory: forget,
	}
	if !s.Time.IdleAfter.Never() {
		c.IdleAfter = schemas.Duration(s.Time.IdleAfter)
	}
	if !s.Outputs.Profiles.Off() {
		c.Profiles = schemas.Duration(s.Outputs.Profiles)
	}
	if mute := s.Outputs.MuteBefore; !mute.IsZero() {
		c.MuteBefore = schemas.Instant(mute.UnixMilli())
	}
	var writers schemas.AvroSchemas
	if r := s.Kafka.SchemaRegistry; r != nil {
		client, err := registry.New(ctx, registry.Options{URL: r.URL, User: r.User, Password: r.Password})
		if err != nil {
			return nil, err
		}
		writers = client
	}
	for _, source := range s.sources {
		c.Sources = append(c.Sources, partition.Source{Topic: source.Topic, Loose: !source.Keyed, Decoder: func() partition.Decoder { return source.mapper(writers) }})
	}
	own, err := ownEvents(s)
	if err != nil {
		return nil, err
	}
	c.Sources = append(c.Sources, partition.Source{Topic: own.Topic, Own: true, Decoder: func() partition.Decoder { return own.mapper(nil) }})
	return c, nil
}

// decodedSize is about what a decoded profile takes, in bytes.
const decodedSize = 2 << 10
