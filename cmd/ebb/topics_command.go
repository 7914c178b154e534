package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

func topicsCommand() *cobra.Command {
	var file string
	var apply, asJSON bool
	cmd := &cobra.Command{
		Use:   "topics -c FILE [--apply]",
		Short: "Show how the topics stand at the brokers, or make what is missing",
		Long: `Show how the topics that a configuration reads and writes stand at the brokers: there, missing, set otherwise, or refused.

With --apply those of ebb's own that are missing are made, and settings are set right where nothing is lost by it. What would
lose data is refused, with status 1, and left as it is: another number of partitions, a compacted topic that is not compacted
or the other way round. Sources are never made or changed. ebb run makes what is missing, too.`,
		Example: `  ebb topics -c shop.yaml
  ebb topics -c shop.yaml --apply`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := load(file)
			if err != nil {
				return err
			}
			options, err := clientOptions(s)
			if err != nil {
				return err
			}
			return showTopics(cmd.Context(), cmd.OutOrStdout(), s, options, apply, asJSON)
		},
	}
	configFlag(cmd, &file)
	cmd.Flags().BoolVar(&apply, "apply", false, "make what is missing, and set right what loses nothing")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// showTopics prints how the topics stand, after they were made if that was asked for.
func showTopics(ctx context.Context, out io.Writer, s *settings, options []kgo.Opt, apply, asJSON bool) error {
	var all []standing
	var failed error
	err := askBrokers(options, func(client *kgo.Client) (err error) {
		admin := kadm.NewClient(client)
		if all, _, err = lookTopics(ctx, admin, s); err == nil && apply {
			failed = applyTopics(ctx, admin, s, all)
		}
		return err
	})
	if err != nil {
		return err
	}
	if asJSON {
		err = writeJSON(out, all)
	} else {
		err = printTopics(out, all)
	}
	if err == nil && failed == nil {
		failed = refusals(all)
	}
	if err != nil {
		return err
	}
	return failed
}

// refusals is an error if topics stand in the way.
func refusals(all []standing) error {
	var names []string
	for _, t := range all {
		if t.State == topicRefused {
			names = append(names, t.Topic)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return refusal("refused: %s, as data would be lost; nothing of that was changed", strings.Join(names, ", "))
}

func printTopics(w io.Writer, all []standing) error {
	t := &table{}
	t.row("TOPIC", "IS", "PARTITIONS", "KEPT", "REMARKS")
	for _, one := range all {
		state := one.State
		if one.Done != "" {
			state = one.Done
		}
		cells := one.cells() // topic, direction, partitions, kept, what
		partitions := cells[2]
		switch {
		case one.Found > 0:
			partitions = fmt.Sprint(one.Found)
		case one.Partitions == nil && one.Direction == "read" && !one.keyed:
			partitions = "any"
		case one.Partitions == nil:
			partitions = "as the sources"
		}
		t.row(cells[0], state, partitions, cells[3], strings.Join(one.Remarks, "; "))
	}
	return t.print(w)
}
