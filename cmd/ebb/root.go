package main

import (
	"fmt"
	"io"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/ebbstream/ebb/config"
)

// wrong is what a person asked for and cannot have: flags or a configuration. ebb exits with status 2.
type wrong struct {
	err    error
	faults config.Faults
}

func (w *wrong) Error() string { return w.err.Error() }

func (w *wrong) print(out io.Writer) {
	if len(w.faults) == 0 {
		fmt.Fprintln(out, "ebb:", w.err)
		return
	}
	w.faults.Print(out)
	if len(w.faults) == 1 {
		fmt.Fprintln(out, "1 fault in the configuration")
	} else {
		fmt.Fprintf(out, "%d faults in the configuration\n", len(w.faults))
	}
}

func asked(format string, args ...any) error { return &wrong{err: fmt.Errorf(format, args...)} }

func root() *cobra.Command {
	cmd := &cobra.Command{
		Use:           "ebb",
		Short:         "Profiles and segments from streams of behaviour, true as time passes",
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return asked("%w; see `%s --help`", err, cmd.CommandPath())
	})
	cmd.AddCommand(replayCommand(), versionCommand())
	for _, c := range cmd.Commands() {
		if check := c.Args; check != nil {
			c.Args = func(cmd *cobra.Command, args []string) error {
				if err := check(cmd, args); err != nil {
					return asked("%w; see `%s --help`", err, cmd.CommandPath())
				}
				return nil
			}
		}
	}
	return cmd
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: cobra.NoArgs,
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
