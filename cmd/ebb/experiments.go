package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/ebbstream/ebb/operators/catalog"
	"github.com/ebbstream/ebb/pipeline"
	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/pipeline/serve"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
	"github.com/ebbstream/ebb/state/disk"
)

func experimentsCommand() *cobra.Command {
	var file, dir, asOf, topic string
	var nodes []string
	var asJSON bool
	survey := &pipeline.Survey{Memory: 1 << 30, AsOf: schemas.Never}
	cmd := &cobra.Command{
		Use:   "experiments -c FILE [--node ADDRESS... | --dir DIR | --input FILES...]",
		Short: "Show what came of experiments: arms, rates, lifts",
		Long: `Show what came of experiments: arms, rates, lifts.

A node that runs is asked, at the http.listen of the configuration or at --node, and tells what Kafka has committed of the
partitions it holds; of several nodes all have to be named. With --dir the state folder of a stopped node, or of ebb replay
--state, is read. With --input the events in these files are replayed.

DECIDED counts decisions, those of the control arm included, EXPOSED to CONVERTED those of them of which so much has come: by
ebb.feedback, or by the experiment's reward, which is owed to the latest decision before it. PEOPLE are those whose first
decision lies longer back than "within", and RATE is the share of them who did what the reward says in that time. The bounds
hold with 95 % confidence however often one looks, so that one may stop as soon as they say enough; both bounds of the lift
hold at once, as each arm's are kept wider for it (the union bound).

Of actions under learning it tells what to write there as "known": whom of those it was offered to it succeeded with. Decisions
rest on what the configuration says, and on nothing that was counted meanwhile, so that a replay decides as the service did.`,
		Example: `  ebb experiments -c shop.yaml
  ebb experiments -c shop.yaml --input 2025.jsonl.gz --as-of 2026-01-01T00:00:00Z`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 && len(survey.Inputs) == 0 {
				return asked("ebb experiments takes no arguments, found %q: files of events are given as --input FILES", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			survey.Inputs = append(survey.Inputs, args...) // --input a b c
			given := 0
			for _, is := range []bool{dir != "", len(nodes) > 0, len(survey.Inputs) > 0} {
				if is {
					given++
				}
			}
			if given > 1 {
				return asked("give either --dir DIR, a state folder, or --input FILE, events to replay, or --node ADDRESS, nodes that run")
			}
			if len(survey.Inputs) == 0 && (survey.Sort || asOf != "" || topic != "") {
				return asked("--sort, --as-of and --source are for --input: leave them out")
			}
			s, err := load(file)
			if err != nil {
				return err
			}
			if len(s.catalog.Studies()) == 0 {
				return asked("there are no experiments in %s, nor learning: add one, such as `experiments: {reminders: {actions: [reminder], control: 0.1, reward: purchase, within: 3d}}`", file)
			}
			if topic != "" {
				if survey.Mapped, err = mappedFiles(s, file, topic); err != nil {
					return err
				}
			}
			if asOf != "" {
				if survey.AsOf, err = instant("as-of", asOf); err != nil {
					return err
				}
			}
			var found *serve.Experiments
			switch {
			case dir != "":
				found, err = experimentsKept(s, dir)
			case len(survey.Inputs) > 0:
				survey.Catalog = s.catalog
				found, err = experimentsOf(cmd, survey)
			default:
				found, err = experimentsOfNodes(cmd, s, nodes)
			}
			if err != nil {
				return err
			}
			if asJSON {
				return writeJSON(cmd.OutOrStdout(), found)
			}
			return printExperiments(cmd.OutOrStdout(), found)
		},
	}
	f := cmd.Flags()
	configFlag(cmd, &file)
	dirFlag(cmd, &dir)
	f.StringArrayVar(&nodes, "node", nil, "the `address` of a node that runs, if it is not the configuration's http.listen; may be repeated")
	f.StringArrayVar(&survey.Inputs, "input", nil, "a `file` of events; may be repeated; - is standard input")
	f.StringVar(&asOf, "as-of", "", "the final instant: later events are left out (default: the last event's time)")
	f.StringVar(&topic, "source", "", "the inputs are records of this `topic`, and become events by its map")
	f.BoolVar(&survey.Sort, "sort", false, "order the events by time first")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	completes(cmd, "input", events...)
	return cmd
}

// experimentsOf replays files.
func experimentsOf(cmd *cobra.Command, survey *pipeline.Survey) (*serve.Experiments, error) {
	for _, path := range survey.Inputs {
		if _, err := os.Stat(path); err != nil && path != "-" {
			return nil, asked("--input: %w", err)
		}
	}
	bar := progress(cmd.ErrOrStderr())
	survey.Progress = bar.show
	read, err := survey.Run(cmd.Context(), func(c *catalog.Chain, p *state.Profile, final schemas.Instant) {
		c.Pass(p, final, func(schemas.Message) {})
	})
	bar.end()
	if err != nil {
		return nil, fmt.Errorf("replaying: %w", err)
	}
	return &serve.Experiments{Experiments: survey.Catalog.Report(read.Counted)}, nil
}

// experimentsKept reads a state folder.
func experimentsKept(s *settings, dir string) (found *serve.Experiments, err error) {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, asked("--dir %s is no folder: give the folder of a stopped node or of `ebb replay --state DIR`", dir)
	}
	store, err := disk.Open(dir, disk.Options{ReadOnly: true})
	if err != nil {
		return nil, fmt.Errorf("reading the state: %w; --dir takes the folder of a stopped node or of `ebb replay --state`", err)
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	found = &serve.Experiments{}
	if found.Partitions, err = store.Tasks(); err != nil {
		return nil, err
	}
	counted := state.Counted{}
	for _, task := range found.Partitions {
		of, err := partition.ReadTallies(partition.Disk{Store: store}, task, s.catalog.Studies())
		if err != nil {
			return nil, err
		}
		counted.AddAll(of)
	}
	found.Experiments = s.catalog.Report(counted)
	return found, nil
}

// experimentsOfNodes asks nodes that run, and adds what they say.
func experimentsOfNodes(cmd *cobra.Command, s *settings, nodes []string) (*serve.Experiments, error) {
	if len(nodes) == 0 {
		nodes = []string{""}
	}
	var all *serve.Experiments
	for _, node := range nodes {
		text, err := askNode(cmd.Context(), s, node, nil, "experiments")
		if err != nil {
			return nil, err
		}
		var one serve.Experiments
		if err := json.Unmarshal(text, &one); err != nil {
			return nil, fmt.Errorf("reading what the node %s says: %w", node, err)
		}
		if all == nil {
			all = &one
			continue
		}
		if err := merge(all, &one); err != nil {
			return nil, fmt.Errorf("adding what the node %s says: %w", node, err)
		}
	}
	return all, nil
}

// merge adds what was counted in other partitions.
func merge(all, one *serve.Experiments) error {
	for _, p := range one.Partitions {
		if slices.Contains(all.Partitions, p) {
			return fmt.Errorf("partition %d was counted by another one, too: is it named twice, or are the partitions just being shared out anew?", p)
		}
	}
	all.Partitions = append(all.Partitions, one.Partitions...)
	slices.Sort(all.Partitions)
	all.Of = cmp.Or(all.Of, one.Of)
	if len(all.Experiments) != len(one.Experiments) {
		return errors.New("it has other experiments: do all nodes run with the same configuration?")
	}
	for i, r := range one.Experiments {
		if all.Experiments[i].Experiment != r.Experiment {
			return errors.New("it has other experiments: do all nodes run with the same configuration?")
		}
		all.Experiments[i].Add(r)
	}
	return nil
}
