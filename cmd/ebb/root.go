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
		DisableFlagParsing: true,
	}
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return asked("%w; see `%s --help`", err, cmd.CommandPath())
	})
	cmd.AddCommand(demoCommand(), benchCommand(), replayCommand(), checkCommand(), profileCommand(), explainCommand(), fitCommand(), experimentsCommand(),
		runCommand(), topicsCommand(), eraseCommand(), deadLettersCommand(), diffCommand(), exportCommand(), verifyCommand(),
		versionCommand())
	for _, c := range cmd.Commands() {
		c.RunE = marked(c.RunE)
		for _, below := range c.Commands() {
			below.RunE = marked(below.RunE)
		}
	}
	cmd.SetHelpCommand(helpCommand())
	cmd.InitDefaultHelpCmd()
	cmd.InitDefaultCompletionCmd()
	needsCommand(cmd)
	for _, c := range cmd.Commands() {
		if c.HasSubCommands() {
			needsCommand(c)
		}
	}
	return cmd
}

// needsCommand makes a command that only has others below it say what they are.
func needsCommand(cmd *cobra.Command) {
	cmd.Args = cobra.ArbitraryArgs
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 || args[0] == "--help" || args[0] == "-h" {
			return cmd.Help()
		}
		if strings.HasPrefix(args[0], "-") {
			return asked("there is no flag %s before a command: write the command first; see `%s --help`", args[0], cmd.CommandPath())
		}
		return noCommand(cmd, args[0])
	}
}

func noCommand(cmd *cobra.Command, name string) error {
	var known []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() || c.Name() == "help" {
			known = append(known, c.Name())
		}
	}
	return asked("there is no command \"%s %s\": %s", cmd.CommandPath(), name, instead(name, known))
}

func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]", Short: "Say what a command does",
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil {
				return err
			}
			if len(rest) > 0 && about.HasSubCommands() {
				return noCommand(about, rest[0])
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
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
