package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/zap"

	"github.com/ebbstream/ebb/pipeline/behind"
	"github.com/ebbstream/ebb/pipeline/live"
	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/pipeline/serve"
	"github.com/ebbstream/ebb/state"
)

func runCommand() *cobra.Command {
	var file string
	var forget bool
	cmd := &cobra.Command{
		Use:   "run -c FILE",
		Short: "Run the service on Kafka, until it is told to stop",
		Long: `Run the service on Kafka, until it is told to stop.

It makes the topics of its own that are missing, restores what the state folder lacks from the changelog, and goes on where
it stopped. Brokers that do not answer are asked again and again. On SIGINT or SIGTERM it commits what it has folded, and ends within ten seconds.`,
		Example: "  ebb run -c shop.yaml",
		Args:    noArguments,
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

// garbage is how much may lie about before it is collected, in percent of what is in use; GOGC says otherwise. With Go's own
// 100 an eighth of the rate is lost.
const garbage = 200

// run is the service: build, run, close. It tells what happens to its member.
func run(ctx context.Context, s *settings, forget bool, log *zap.Logger, tell func(live.Event)) (err error) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
	store, err := openState(s)
	if err != nil {
		return err
	}
	rows := behind.New(partition.Disk{Store: store})
	defer func() { err = withRoom(s.State.Dir, errors.Join(err, closeState(store, rows))) }()
	instance, err := instanceOf(s)
	if err != nil {
		return err
	}
	client, err := clientOptions(s)
	if err != nil {
		return err
	}
	client = append(client, clientLog(log))
	node := serve.New(s.Name, s.catalog, rows, store.Metrics, s.HTTP.Token)
	ctx, stop, err := listen(ctx, node, s.HTTP.Listen, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	tasks, err := startTopics(ctx, s, client, log)
	if err != nil || ctx.Err() != nil {
		return unlessStopped(ctx, err)
	}
	node.Tasks(tasks)
	read, registry, err := liveSources(ctx, s, log)
	if err != nil {
		return err
	}
	defer registry.Close()
	common, err := partitions(ctx, s, read, registry, forget, log)
	if err != nil {
		return unlessStopped(ctx, err)
	}
	common.Rows = max(common.Rows/int64(tasks), 1<<20) // as if this member had all partitions: then it has room for them
	c := live.Config{
		Name: s.Name, Instance: instance, CommitInterval: time.Duration(s.Kafka.CommitInterval) * time.Millisecond,
		SessionTimeout: time.Duration(s.Kafka.SessionTimeout) * time.Millisecond, Start: startOf(s), Outputs: outputs(s), AtOnce: atOnce(s), Store: rows, Client: append(client, kgo.WithHooks(node.Hook())),
		Open: func(task int32, position state.Position) (live.Folder, error) {
			p, err := partition.New(common, task, position, rows)
			if err != nil {
				return nil, err
			}
			return node.Watch(task, position, p), nil
		},
		Tell: func(e live.Event) {
			node.Tell(e)
			tell(e)
		},
	}
	for _, source := range s.sources {
		if source.Keyed {
			c.Sources = append(c.Sources, source.Topic)
		} else {
			c.Loose = append(c.Loose, source.Topic)
		}
	}
	log.Info("running", zap.String("name", s.Name), zap.String("instance", instance), zap.Strings("sources", append(c.Sources, c.Loose...)), zap.Int("tasks", tasks))
	return live.Run(ctx, c)
}

// listen answers HTTP until stop is called, which is after the last commit. Should the listener fail, the context it returns ends.
func listen(ctx context.Context, node *serve.Node, address string, log *zap.Logger) (_ context.Context, stop func() error, err error) {
	listener, err := serve.Listen(address)
	if err != nil {
		return nil, nil, err
	}
	log.Info("listening", zap.String("address", "http://"+listener.Addr().String()))
	serving, end := context.WithCancel(context.WithoutCancel(ctx))
	running, fail := context.WithCancelCause(ctx)
	ended := make(chan error, 1)
	go func() {
		err := node.Serve(serving, listener)
		fail(err)
		ended <- err
	}()
	return running, func() error {
		end()
		return <-ended
	}, nil
}

// unlessStopped is nil for what failed because the service was told to stop.
func unlessStopped(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
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
