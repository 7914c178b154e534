package main

import "github.com/spf13/cobra"

// The ends of the names of files of events, for completion.
var events = []string{"jsonl", "json", "ndjson", "gz", "zst"}

// configFlag is -c, which every command with a configuration has.
func configFlag(cmd *cobra.Command, file *string) {
	cmd.Flags().StringVarP(file, "config", "c", "", "the configuration `file`")
	completes(cmd, "config", "yaml", "yml")
}

// completes makes a shell offer files whose names end so for a flag.
func completes(cmd *cobra.Command, flag string, ends ...string) {
	if err := cmd.MarkFlagFilename(flag, ends...); err != nil {
		panic(err) // there is no such flag
	}
}

// nodeFlag is --node, which every command that asks a node that runs has.
func nodeFlag(cmd *cobra.Command, node *string) {
	cmd.Flags().StringVar(node, "node", "", "the `address` of a node that runs, if it is not the configuration's http.listen")
}

// dirFlag is --dir, which every command that reads a state folder has.
func dirFlag(cmd *cobra.Command, dir *string) {
	cmd.Flags().StringVar(dir, "dir", "", "the state `folder` of a stopped node, or of ebb replay --state")
	cmd.MarkFlagDirname("dir")
}
