package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/zap"

	"github.com/ebbstream/ebb/pipeline"
	"github.com/ebbstream/ebb/pipeline/demo"
	"github.com/ebbstream/ebb/pipeline/shop"
)

//go:embed bench.yaml
var benchConfig []byte

// benchSeed makes the traffic the same on every machine.
const benchSeed = 42

// benchmark is what was asked of `ebb bench`.
type benchmark struct {
	file   string
	events int
	people int
	lasts  time.Duration // of the second part
	bar    *bar
}

func benchCommand() *cobra.Command {
	var b benchmark
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure ebb on this machine, on a broker of its own",
		Long: `Measure ebb on this machine, on a broker of its own.

First events are decoded and folded in memory by one goroutine: the number to compare machines by. Then they lie in a topic,
and the service reads them all, with exactly-once commits every 100 ms. Then a quarter of that rate comes one by one, and
what is measured is the time from when an event was due to when a reader of committed records sees the change it caused. The
first quarter of that time is warm-up; it is said if the service did not keep up, as then a queue was measured. Let
the machine have nothing else to do: every hop from the sender to the reader waits for a processor.
The broker, the made-up traffic of the last part and its reader are in the same process and share its processors: a cluster
apart leaves ebb more of them. The traffic is the same in every run. With -c, it goes through that file's definitions: of
its sources, brokers and folders nothing is used.`,
		Example: "  ebb bench\n  ebb bench --events 2000000 --people 200000 --json\n  ebb bench -c shop.yaml",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if b.events < 1 || b.people < 2 || b.lasts <= 0 {
				return asked("expected --events of at least 1, --people of at least 2 and --for above 0, found %d, %d and %v", b.events, b.people, b.lasts)
			}
			b.bar = progress(cmd.ErrOrStderr())
			r, err := b.run(cmd.Context())
			b.bar.end()
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(r)
			}
			return r.print(cmd.OutOrStdout())
		},
	}
	f := cmd.Flags()
	f.IntVar(&b.events, "events", 500_000, "how many events the first two parts take")
	f.IntVar(&b.people, "people", 50_000, "how many people they are of, at most")
	f.DurationVar(&b.lasts, "for", 8*time.Second, "how long the last part takes")
	f.StringVarP(&b.file, "config", "c", "", "the configuration `file` whose definitions are measured (default: a shop's)")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	completes(cmd, "config", "yaml", "yml")
	return cmd
}

// settings are those of the file, if one was given, on the broker and the traffic of the bench.
func (b *benchmark) settings() (*settings, error) {
	own, err := parse("bench.yaml", benchConfig, unchanged)
	if err != nil || b.file == "" {
		return own, err
	}
	s, err := load(b.file)
	if err != nil {
		return nil, err
	}
	s.Kafka, s.HTTP, s.Sources, s.Instance = own.Kafka, own.HTTP, own.Sources, ""
	sources, faults := compileSources(s.Sources, "", s.catalog.Plan.Fields)
	if len(faults) > 0 {
		return nil, errors.New(faults[0].Message)
	}
	s.sources = sources
	return s, nil
}

// run measures one part after the other, in a folder that is gone afterwards.
func (b *benchmark) run(ctx context.Context) (r *benchResult, err error) {
	s, err := b.settings()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "ebb-bench-")
	if err != nil {
		return nil, fmt.Errorf("making a folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	r = &benchResult{Events: b.events}
	traffic := shop.New(benchSeed, b.events, b.people)
	lines := make([][]byte, 0, b.events)
	keys := make([]string, 0, b.events)
	for range b.events {
		e := traffic.Next()
		lines, keys = append(lines, e.AppendJSON(nil)), append(keys, shopKey(e))
	}
	if err := r.fold(ctx, s, lines, b.show); err != nil {
		return nil, err
	}
	topic := s.Sources[0].Topic
	broker, err := demo.StartBroker(filepath.Join(dir, "broker"), 0, topic, s.Kafka.Topics.Partitions)
	if err != nil {
		return nil, err
	}
	defer broker.Close()
	s.Kafka.Brokers, s.State.Dir = []string{broker.Address}, filepath.Join(dir, "state")
	client, err := kgo.NewClient(kgo.SeedBrokers(broker.Address), kgo.DefaultProduceTopic(topic))
	if err != nil {
		return nil, fmt.Errorf("making a client: %w", err)
	}
	defer client.Close()
	if err := b.fill(ctx, client, keys, lines); err != nil {
		return nil, err
	}

	m := newMeter(s.Name)
	running, stop := context.WithCancel(ctx)
	defer stop()
	err = together(running,
		func(ctx context.Context) error { return run(ctx, s, false, zap.NewNop(), m.tell) },
		func(ctx context.Context) error {
			defer stop()
			if err := m.drained(ctx, b.events, b.show); err != nil {
				return err
			}
			r.service(m)
			return r.latency(ctx, b, m, &openLoop{client: client, traffic: traffic, changes: s.Name + ".segment-changes", rate: r.Service.EventsPerSecond * share})
		})
	if ctx.Err() != nil {
		return nil, errors.New("stopped before all was measured")
	}
	r.PeakBytes = usage().peak
	return r, err
}

// fill produces all events beforehand, so that producing is not measured.
func (b *benchmark) fill(ctx context.Context, client *kgo.Client, keys []string, lines [][]byte) error {
	const piece = 10_000
	for from := 0; from < len(lines); from += piece {
		to := min(from+piece, len(lines))
		records := make([]*kgo.Record, 0, piece)
		for i := from; i < to; i++ {
			records = append(records, &kgo.Record{Key: []byte(keys[i]), Value: lines[i]})
		}
		if err := client.ProduceSync(ctx, records...).FirstErr(); err != nil {
			if ctx.Err() != nil {
				return errors.New("stopped before all was measured")
			}
			return fmt.Errorf("producing the events: %w", err)
		}
		b.show("producing", to, len(lines))
	}
	return nil
}

func shopKey(e *shop.Event) string { return fmt.Sprintf("user-%08d", e.User) }

func (b *benchmark) show(stage string, done, total int) {
	b.bar.show(pipeline.Progress{Stage: stage, Events: int64(done), Done: int64(done), Total: int64(total)})
}
