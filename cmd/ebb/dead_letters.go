package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kgo"
)

func deadLettersCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "dead-letters",
		Short: "Look at records that could not be used, and bring in those that can be by now",
	}
	cmd.AddCommand(listLettersCommand(), showLetterCommand(), redriveCommand())
	return cmd
}

// lettersFlags are what the commands about dead letters have in common.
type lettersFlags struct {
	file, reason string
	asJSON       bool
}

func (f *lettersFlags) add(cmd *cobra.Command) {
	configFlag(cmd, &f.file)
	cmd.Flags().BoolVar(&f.asJSON, "json", false, "print JSON")
}

// with reads the dead letters and lets use have them, with a client.
func (f *lettersFlags) with(ctx context.Context, use func(s *settings, client *kgo.Client, all []*letter) error) error {
	s, err := load(f.file)
	if err != nil {
		return err
	}
	options, err := clientOptions(s)
	if err != nil {
		return err
	}
	return askBrokers(options, func(client *kgo.Client) error {
		all, err := readLetters(ctx, client, s.Name)
		if err != nil {
			return err
		}
		if f.reason != "" {
			all = slices.DeleteFunc(all, func(l *letter) bool { return l.Reason != f.reason })
		}
		return use(s, client, all)
	})
}

func listLettersCommand() *cobra.Command {
	f := &lettersFlags{}
	cmd := &cobra.Command{
		Use:     "list -c FILE",
		Short:   "List the records that could not be used, with the reason",
		Example: "  ebb dead-letters list -c shop.yaml --reason not_mappable",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return f.with(cmd.Context(), func(_ *settings, _ *kgo.Client, all []*letter) error {
				return printLetters(cmd.OutOrStdout(), all, f.asJSON)
			})
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&f.reason, "reason", "", "only those with this `reason`")
	return cmd
}

func printLetters(w io.Writer, all []*letter, asJSON bool) error {
	if asJSON {
		return writeJSON(w, all)
	}
	t := &table{}
	t.row("LETTER", "SINCE", "REASON", "TOPIC", "PARTITION", "OFFSET", "DETAIL")
	for _, l := range all {
		t.row(l.Letter, l.Since.String(), shown(l.Reason), shown(l.Topic), strconv.Itoa(int(l.Partition)), strconv.FormatInt(l.Offset, 10), shown(l.Detail))
	}
	return t.print(w)
}

func showLetterCommand() *cobra.Command {
	f := &lettersFlags{}
	cmd := &cobra.Command{
		Use:     "show LETTER -c FILE",
		Short:   "Show one of them: its bytes and headers as they were, and what is wrong",
		Example: "  ebb dead-letters show 3/1201 -c shop.yaml",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return asked("ebb dead-letters show takes one letter, as `ebb dead-letters list` names it, such as 3/1201")
			}
			return nil
		},
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.with(cmd.Context(), func(_ *settings, _ *kgo.Client, all []*letter) error {
				chosen, err := choose(all, args)
				if err != nil {
					return err
				}
				return chosen[0].print(cmd.OutOrStdout(), f.asJSON)
			})
		},
	}
	f.add(cmd)
	return cmd
}

// choose picks letters by their names.
func choose(all []*letter, names []string) (chosen []*letter, err error) {
	for _, name := range names {
		i := slices.IndexFunc(all, func(l *letter) bool { return l.Letter == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no letter %q: `ebb dead-letters list` names those there are", name)
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}
