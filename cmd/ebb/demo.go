package main

import (
	"context"
	_ "embed"
	"errors"
	"io"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/zap"

	"github.com/ebbstream/ebb/pipeline/demo"
	"github.com/ebbstream/ebb/schemas"
)

//go:embed demo.yaml
var demoConfig []byte

// The people of the demo are the same for everybody, so that they can be talked about.
const (
	demoSeed     = 5
	demoShoppers = 240
)

// demoPort is Kafka's own, moved out of the way of one that is there.
const demoPort = 19092

// showcase is what was asked of `ebb demo`.
type showcase struct {
	dir   string
	port  int
	lasts time.Duration
	speed float64 // of event time
}

func demoCommand() *cobra.Command {
	var c showcase
	var speed string
	var printConfig bool
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Run everything in one process, on a broker of its own, with shoppers who come and go",
		Long: `Run everything in one process, on a broker of its own, with shoppers who come and go.

The service is that of ebb run, with state on disk and transactions; only the broker and the shoppers are made up. Their time
begins in January 2026 and flies, until it has caught up with the clock. It ends on Ctrl-C. The next ebb demo goes on from there.`,
		Example: "  ebb demo\n  ebb demo --for 30s --dir /tmp/demo\n  ebb demo --print-config > shop.yaml",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if printConfig {
				_, err := cmd.OutOrStdout().Write(demoConfig)
				return err
			}
			a, err := schemas.ParseDuration(speed)
			if err != nil || a <= 0 {
				return asked("--speed: expected the event time that goes by in a second, such as 6h, found %q", speed)
			}
			c.speed = float64(a) / float64(schemas.Second)
			return c.run(cmd.Context(), cmd.OutOrStdout())
		},
	}
	f := cmd.Flags()
	f.StringVar(&c.dir, "dir", filepath.Join("data", "demo"), "the `folder` of the broker and of the state; remove it to begin anew")
	f.IntVar(&c.port, "port", demoPort, "the broker's port on this machine; 0: any, for HTTP, too")
	f.DurationVar(&c.lasts, "for", 0, "stop after this long, such as 30s (default: on Ctrl-C)")
	f.StringVar(&speed, "speed", "6h", "how much event `time` goes by in a second")
	f.BoolVar(&printConfig, "print-config", false, "print the configuration, and end")
	cmd.MarkFlagDirname("dir")
	return cmd
}

// run is the demo: the world, the service and the screen, until it is told to stop.
func (c *showcase) run(ctx context.Context, out io.Writer) error {
	s, err := parse("demo.yaml", demoConfig, unchanged)
	if err != nil {
		return err
	}
	if c.lasts > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.lasts)
		defer cancel()
	}
	topic := s.Sources[0].Topic
	broker, err := demo.StartBroker(filepath.Join(c.dir, "broker"), c.port, topic, s.Kafka.Topics.Partitions)
	if errors.Is(err, syscall.EADDRINUSE) {
		return asked("port %d is taken: if not by another demo, use --port 0; if by another demo, use another --dir, too", c.port)
	}
	if err != nil {
		return err
	}
	defer broker.Close()
	if c.port == 0 {
		s.HTTP.Listen = "127.0.0.1:0"
	}
	s.Kafka.Brokers, s.State.Dir = []string{broker.Address}, filepath.Join(c.dir, "state")
	feed, err := demo.NewFeed(ctx, demo.NewShoppers(demoSeed, demoShoppers), topic, kgo.SeedBrokers(broker.Address))
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return err
	}
	seen := newSeen(s)
	screen := &screen{out: out, speed: c.speed, broker: broker.Address, http: asking(c.port, s), dir: c.dir, feed: feed, seen: seen}
	screen.begin()
	err = together(ctx,
		func(ctx context.Context) error { return feed.Run(ctx, c.speed) },
		func(ctx context.Context) error { return run(ctx, s, false, zap.NewNop(), seen.tell) },
		func(ctx context.Context) error { return seen.watch(ctx, kgo.SeedBrokers(broker.Address)) },
		screen.run,
	)
	screen.end()
	return err
}

// asking is the address that answers questions of profiles; empty where it is any.
func asking(port int, s *settings) string {
	if port == 0 {
		return ""
	}
	return s.HTTP.Listen
}

// together runs all until one fails or ctx is done, and waits for them.
func together(ctx context.Context, all ...func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wait sync.WaitGroup
	errs := make([]error, len(all))
	for i, run := range all {
		wait.Go(func() {
			if errs[i] = run(ctx); errs[i] != nil {
				cancel()
			}
		})
	}
	wait.Wait()
	return errors.Join(errs...)
}
