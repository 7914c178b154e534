package main

import (
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/ebbstream/ebb/pipeline"
	"github.com/ebbstream/ebb/pipeline/past"
	"github.com/ebbstream/ebb/schemas"
)

func diffCommand() *cobra.Command {
	var files []string
	var between pastFlags
	var asJSON bool
	var asOf string
	h := &rerun{}
	cmd := &cobra.Command{
		Use:   "diff -c OLD -c NEW (--input FILES... | --from TIME --to TIME)",
		Short: "Tell what a change of definitions would do, on history",
		Long: `Tell what a change of definitions would do, on history: the same events go through both configurations, and of each segment it
is told who would be in it at the end that is not now, and the other way round, and how many changes a day there would be;
of each action, how many decisions. Nothing is published: the events come from files, or from the sources' topics.`,
		Example: `  ebb diff -c shop.yaml -c shop-new.yaml --input january.jsonl.gz february.jsonl.gz
  ebb diff -c shop.yaml -c shop-new.yaml --from 2026-01-01T00:00:00Z --to 2026-03-01T00:00:00Z --json`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if len(files) != 2 {
				return asked("ebb diff takes two configurations, found %d: write it like `ebb diff -c OLD -c NEW --input FILE`", len(files))
			}
			h.inputs = append(h.inputs, args...) // --input a b c
			if len(h.inputs) > 0 == between.given() {
				return asked("say what to run through them: --input FILE, or --from and --to for what is in the topics")
			}
			if h.span, err = between.span(); err != nil {
				return err
			}
			if h.asOf = schemas.Never; asOf != "" {
				if h.asOf, err = instant("as-of", asOf); err != nil {
					return err
				}
			}
			if slices.Contains(h.inputs, "-") {
				return asked("--input -: ebb diff reads what it is given twice, and standard input comes once: give it a file")
			}
			if err := checkInputs(h.inputs, false); err != nil {
				return err
			}
			var came [2]*outcome
			for i, file := range files {
				s, err := load(file)
				if err != nil {
					return err
				}
				if came[i], err = h.run(cmd.Context(), s); err != nil {
					return fmt.Errorf("replaying through %s: %w", file, err)
				}
			}
			d := difference(came[0], came[1])
			if asJSON {
				return writeJSON(cmd.OutOrStdout(), d)
			}
			return d.print(cmd.OutOrStdout())
		},
	}
	f := cmd.Flags()
	f.StringArrayVarP(&files, "config", "c", nil, "a configuration `file`: first the old one, then the new one")
	completes(cmd, "config", "yaml", "yml")
	f.StringArrayVar(&h.inputs, "input", nil, "a file of events; may be repeated")
	completes(cmd, "input", events...)
	between.add(cmd)
	f.StringVar(&asOf, "as-of", "", "the final instant: later events are left out (default: the last event's time)")
	f.BoolVar(&h.sort, "sort", false, "order the events by time first")
	f.BoolVar(&asJSON, "json", false, "print JSON, with everybody who enters or leaves, and every day")
	return cmd
}

// rerun is what is run through a configuration.
type rerun struct {
	inputs []string
	span   past.Span // without inputs
	asOf   schemas.Instant
	sort   bool
}

// run replays it, and tells what came of it.
func (h *rerun) run(ctx context.Context, s *settings) (*outcome, error) {
	dir, err := os.MkdirTemp("", "ebb-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for what comes out: %w", err)
	}
	defer os.RemoveAll(dir)
	r := &pipeline.Replay{Name: s.Name, Catalog: s.catalog, Inputs: h.inputs, AsOf: h.asOf, Sort: h.sort, Output: dir, Memory: 1 << 30, MuteBefore: schemas.Earliest}
	var summary *pipeline.Summary
	run := func() (err error) { summary, err = r.Run(ctx); return err }
	if len(h.inputs) > 0 {
		err = run()
	} else {
		err = withPast(ctx, s, h.span, &r.Open, run)
	}
	if err != nil {
		return nil, err
	}
	o := newOutcome(s, summary)
	return o, o.read(dir)
}
