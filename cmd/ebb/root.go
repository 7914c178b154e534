package main

import (
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

func root() *cobra.Command {
	cmd := &cobra.Command{
		Use:           "ebb",
		Short:         "Profiles and segments from streams of behaviour, true as time passes",
		SilenceErrors: true,
		SilenceUsage:  true,
		// The flags are a subcommand's: here they would only hide that the subcommand is not known.
		DisableFlagParsing:         true,
		SuggestionsMinimumDistance: 2,
		Args:                       cobra.ArbitraryArgs,
		RunE:                       noCommand,
	}
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return asked("%w; see `%s --help`", err, cmd.CommandPath())
	})
	cmd.AddCommand(replayCommand(), checkCommand(), profileCommand(), explainCommand(), versionCommand())
	for _, c := range cmd.Commands() {
		c.RunE = marked(c.RunE)
	}
	return cmd
}

// noCommand is ebb without a command, or with one that there is not.
func noCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 || args[0] == "--help" || args[0] == "-h" {
		return cmd.Help()
	}
	if strings.HasPrefix(args[0], "-") {
		return asked("there is no flag %s before a command: write the command first, such as `ebb replay %s`; see `ebb --help`", args[0], args[0])
	}
	known := make([]string, 0, len(cmd.Commands()))
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			known = append(known, c.Name())
		}
	}
	return asked("there is no command %q: %s", args[0], instead(args[0], known))
}

// marked tells what fails while a command runs from what was asked wrongly.
func marked(run func(*cobra.Command, []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		if err := run(cmd, args); err != nil {
			return &failed{err}
		}
		return nil
	}
}

// noArguments is for commands that take flags only.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return asked("`%s` takes no arguments, found %q: leave it out; see `%s --help`", cmd.CommandPath(), args[0], cmd.CommandPath())
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			info, _ := debug.ReadBuildInfo()
			version := info.Main.Version
			for _, s := range info.Settings {
				if s.Key == "vcs.revision" && version == "(devel)" {
					version += " " + s.Value
				}
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "ebb %s %s\n", version, info.GoVersion)
			return err
		},
	}
}
