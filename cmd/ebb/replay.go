package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/ebbstream/ebb/config"
	"github.com/ebbstream/ebb/pipeline"
	"github.com/ebbstream/ebb/schemas"
)

func replayCommand() *cobra.Command {
	var file, asOf, state, memory, topic string
	r := &pipeline.Replay{}
	var show, format string
	var between pastFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "replay -c FILE (--input FILES... | --from TIME --to TIME) --output DIR",
		Short: "Run events from files, or of a time, through the configuration, without side effects",
		Long: `Run events from files, or of a time, through the configuration, without side effects.

Inputs are lines of JSON, each a CloudEvents event, plain or compressed with gzip or zstd; several are merged by the time
of their heads. With --source they are records of that topic instead and become events by its map: Avro files (.avro), rows
with the names of their columns first (.csv), Parquet files (.parquet), or lines in the topic's format. With --from and --to the
events come from the sources' topics instead: those whose time is from the one up to the other. No group is joined and nothing is
written there. The output folder gets segment-changes, sessions, actions, profiles, late and dead-letters (.jsonl), in order of
time and profile, and summary.json; with --format parquet they are tables (.parquet) with a column for each member of the lines.
With --show changes the segment changes are printed, too, with what they
hang on: the parts of the condition but for which they would not have come.`,
		Example: `  ebb replay -c shop.yaml --input january.jsonl.gz february.jsonl.gz --output out --show changes
  ebb replay -c shop.yaml --from 2026-01-01T00:00:00Z --to 2026-02-01T00:00:00Z --output out`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			r.Inputs = append(r.Inputs, args...) // --input a b c
			if len(r.Inputs) == 0 && !between.given() {
				return asked("no input given: use --input FILE, or --from and --to for what is in the topics")
			}
			if len(r.Inputs) > 0 && between.given() {
				return asked("--input reads files, and --from and --to the sources' topics: leave one of them out")
			}
			if topic != "" && between.given() {
				return asked("--source says whose records files hold, and --from and --to read all topics: leave it out")
			}
			if r.Output == "" {
				return asked("no output folder given: use --output DIR")
			}
			switch {
			case format != "jsonl" && format != "parquet":
				return asked("--format %s is not known: write --format jsonl or --format parquet", format)
			case show != "" && format == "parquet":
				return asked("--show reads the lines that it prints from: leave out --format parquet")
			case show != "" && show != "changes":
				return asked("--show %s is not known: write --show changes", show)
			case show != "" && asJSON:
				return asked("--show prints a table for people, and --json the summary for machines: leave one of them out; the changes are lines of JSON in %s", filepath.Join(r.Output, "segment-changes.jsonl"))
			}
			s, err := load(file)
			if err != nil {
				return err
			}
			if topic != "" {
				if r.Mapped, err = mappedFiles(s, file, topic); err != nil {
					return err
				}
			}
			r.AsOf = schemas.Never
			if asOf != "" {
				if r.AsOf, err = instant("as-of", asOf); err != nil {
					return err
				}
			}
			var size config.Size
			if err := size.UnmarshalText([]byte(memory)); err != nil {
				return asked("--memory: %w", err)
			}
			if err := checkInputs(r.Inputs, topic != ""); err != nil {
				return err
			}
			r.Parquet = format == "parquet"
			r.Name, r.Catalog, r.Memory, r.State = s.Name, s.catalog, int64(size), state
			r.Sessions, r.Profiles, r.MuteBefore = s.Outputs.Sessions, !s.Outputs.Profiles.Off(), s.muteBefore()
			span, err := between.span()
			if err != nil {
				return err
			}
			bar := progress(cmd.ErrOrStderr())
			r.Progress = bar.show
			var summary *pipeline.Summary
			run := func() (err error) { summary, err = r.Run(cmd.Context()); return err }
			if between.given() {
				err = withPast(cmd.Context(), s, span, &r.Open, run)
			} else {
				err = run()
			}
			bar.end()
			if err != nil {
				return fmt.Errorf("replaying: %w", err)
			}
			if show != "" {
				if err := showChanges(cmd.OutOrStdout(), r.Output, summary.Lines["segment-changes"], spans(s.catalog.Plan)); err != nil {
					return err
				}
				fmt.Fprintln(cmd.OutOrStdout())
			}
			return tell(cmd.OutOrStdout(), summary, asJSON)
		},
	}
	f := cmd.Flags()
	configFlag(cmd, &file)
	f.StringArrayVar(&r.Inputs, "input", nil, "a file of events; may be repeated; - is standard input")
	between.add(cmd)
	f.StringVar(&show, "show", "", "print `what`, as a table: changes")
	f.StringVar(&r.Output, "output", "", "the folder for the results")
	f.StringVar(&asOf, "as-of", "", "the final instant: later events are left out (default: the last event's time)")
	f.StringVar(&topic, "source", "", "the inputs are records of this `topic`, and become events by its map")
	f.BoolVar(&r.Sort, "sort", false, "order the events by time first")
	f.StringVar(&state, "state", "", "keep the final state in this folder, for ebb profile --dir")
	f.StringVar(&memory, "memory", "1GiB", "about how much memory to use for profiles and sorting")
	f.IntVar(&r.Workers, "workers", 0, "goroutines that fold (default: one a core)")
	f.StringVar(&format, "format", "jsonl", "how the results are written: jsonl or parquet")
	f.BoolVar(&asJSON, "json", false, "print the summary as JSON")
	completes(cmd, "input", slices.Concat(events, tables)...)
	cmd.MarkFlagDirname("output")
	cmd.MarkFlagDirname("state")
	cmd.RegisterFlagCompletionFunc("show", cobra.FixedCompletions([]string{"changes"}, cobra.ShellCompDirectiveNoFileComp))
	cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"jsonl", "parquet"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func tell(w io.Writer, s *pipeline.Summary, asJSON bool) error {
	if asJSON {
		out := json.NewEncoder(w)
		out.SetIndent("", "  ")
		return out.Encode(s)
	}
	t := &table{}
	t.row("events", fmt.Sprint(s.Events), fmt.Sprintf("%.0f a second", s.EventsPerSecond))
	t.row("profiles", fmt.Sprint(s.Profiles))
	for _, name := range []string{"segment-changes", "sessions", "actions", "late", "dead-letters"} {
		if name == "actions" && s.Lines[name] == 0 {
			continue // most configurations have none
		}
		t.row(name, fmt.Sprint(s.Lines[name]))
	}
	if s.Final != nil {
		t.row("as of", s.Final.String())
	}
	for _, warning := range s.Warnings {
		t.row("warning", warning)
	}
	return t.print(w)
}

// bar is a progress bar on a terminal, and nothing elsewhere.
type bar struct {
	on    bool
	w     io.Writer
	bar   *progressbar.ProgressBar
	stage string
}

func progress(w io.Writer) *bar {
	file, isFile := w.(*os.File)
	if !isFile {
		return &bar{}
	}
	info, err := file.Stat()
	return &bar{on: err == nil && info.Mode()&os.ModeCharDevice != 0, w: w}
}

func (b *bar) show(p pipeline.Progress) {
	if !b.on {
		return
	}
	if b.bar == nil || b.stage != p.Stage {
		b.end()
		total := p.Total
		if total == 0 || p.Stage == "finishing" {
			total = -1
		}
		b.bar, b.stage = progressbar.NewOptions64(total, progressbar.OptionSetWriter(b.w), progressbar.OptionShowBytes(true),
			progressbar.OptionSetDescription(p.Stage), progressbar.OptionClearOnFinish(), progressbar.OptionFullWidth()), p.Stage
	}
	b.bar.Describe(fmt.Sprintf("%s, %d events", p.Stage, p.Events))
	b.bar.Set64(min(p.Done, max(p.Total, p.Done)))
}

func (b *bar) end() {
	if b.bar != nil {
		b.bar.Finish()
		b.bar = nil
	}
}
