package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// The ends of the names of files of events, for completion.
var events = []string{"jsonl", "json", "ndjson", "gz", "zst"}

// tables end the names of files whose rows become events by a source's map.
var tables = []string{"avro", "csv", "parquet"}

// checkInputs wants files that are there, and of events where no source says how to make some.
func checkInputs(paths []string, mapped bool) error {
	for _, path := range paths {
		if _, err := os.Stat(path); err != nil && path != "-" {
			return asked("--input: %w", err)
		}
		name := strings.TrimSuffix(strings.TrimSuffix(path, ".gz"), ".zst")
		switch end := strings.TrimPrefix(filepath.Ext(name), "."); {
		case !mapped && slices.Contains(tables, end):
			return asked("--input %s: the rows of a table become events by a source's map: choose it with --source TOPIC", path)
		case end == "parquet" && name != path:
			return asked("--input %s: a Parquet file is read from its end, and has its own compression: unpack it first", path)
		}
	}
	return nil
}

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
