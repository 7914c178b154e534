package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const teaConfig = `
name: tea
segments:
  regulars: {when: 'count("purchase", "30d") >= 2'}
  cooling: {when: 'in_segment("regulars") && since_last("*") > days(10)'}
`

const teaEvents = `{"time": "2026-01-05T09:30:00Z", "subject": "lin", "type": "purchase", "id": "1"}
{"time": "2026-01-06T09:30:00Z", "subject": "lin", "type": "purchase", "id": "2"}
`

// TestStatus: what is asked wrongly ends with 2 and a sentence that says what to do, what fails with 1.
func TestStatus(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{"tea.yaml": teaConfig, "tea.jsonl": teaEvents, "wrong.yaml": "nam: tea\n"} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir("empty", 0o755); err != nil {
		t.Fatal(err)
	}
	if status, _, stderr := ebb("replay", "-c", "tea.yaml", "--input", "tea.jsonl", "--output", "out", "--state", "data"); status != 0 {
		t.Fatal(stderr)
	}
	for _, c := range []struct {
		args   string
		status int
		says   string // a part of what is printed
	}{
		{"", 0, "Usage:"},
		{"--help", 0, "Usage:"},
		{"help check", 0, "Validate a configuration"},
		{"version", 0, "ebb "},
		{"chekc", 2, `there is no command "ebb chekc": did you mean check?`},
		{"launch -c tea.yaml", 2, `there is no command "ebb launch": there are `},
		{"help launch", 2, `there is no command "ebb launch"`},
		{"--verbose check", 2, "there is no flag --verbose before a command: write the command first; see `ebb --help`"},
		{"check --verbose", 2, "unknown flag: --verbose; see `ebb check --help`"},
		{"version now", 2, "`ebb version` takes no arguments, found \"now\": leave it out"},
		{"completion tcsh", 2, `there is no command "ebb completion tcsh": there are bash, fish, zsh, powershell`},
		{"completion bash now", 2, `unknown command "now"`},

		{"check", 2, "no configuration given: use -c FILE"},
		{"check -c none.yaml", 2, "reading the configuration: open none.yaml"},
		{"check -c wrong.yaml", 2, `wrong.yaml:1:1: nam: unknown key; did you mean "name"?`},
		{"check -c tea.yaml tea.jsonl", 2, "`ebb check` takes no arguments, found \"tea.jsonl\""},
		{"check --schema --json", 2, "leave out --json and --avro-schemas"},

		{"replay -c tea.yaml --output out", 2, "no input given: use --input FILE"},
		{"replay -c tea.yaml --input tea.jsonl", 2, "no output folder given: use --output DIR"},
		{"replay -c tea.yaml --input none.jsonl --output out", 2, "--input: stat none.jsonl"},
		{"replay -c tea.yaml --input tea.jsonl --output out --as-of today", 2, `--as-of: time "today" is not RFC 3339, such as 2026-01-05T10:00:00Z`},
		{"replay -c tea.yaml --input tea.jsonl --output out --memory lots", 2, "--memory: "},
		{"replay -c tea.yaml --input tea.jsonl --output out --show sessions", 2, "--show sessions is not known: write --show changes"},
		{"replay -c tea.yaml --input tea.jsonl --output out --show changes --json", 2, "leave one of them out"},
		{"replay -c tea.yaml --input tea.jsonl --output tea.jsonl", 1, "making the output folder"},

		{"profile -c tea.yaml", 2, "ebb profile takes the id of one profile, found 0 ids"},
		{"profile lin -c tea.yaml --node 127.0.0.1:1", 1, "no node answers: is `ebb run` running"},
		{"profile lin -c tea.yaml --node ::", 2, "--node takes an address such as 127.0.0.1:8080"},
		{"profile lin -c tea.yaml --at 2026-01-01T00:00:00Z", 2, "--at is for --dir"},
		{"profile lin -c tea.yaml --dir data --node 127.0.0.1:1", 2, "give either --dir DIR or --node ADDRESS"},
		{"profile lin -c tea.yaml --dir none", 2, "--dir none is no folder"},
		{"profile lin -c tea.yaml --dir empty", 1, "--dir takes the folder of a stopped node"},
		{"profile lan -c tea.yaml --dir data", 1, `there is no profile "lan" in data: nothing was ever applied for this id, or it was erased`},
		{"profile lin -c tea.yaml --dir data --at 2026-01-01T00:00:00Z", 2, `is before the present of profile "lin", which is 2026-01-06T09:30:00Z`},
		{"profile lin -c tea.yaml --dir data --at now", 2, `--at: time "now" is not RFC 3339`},

		{"explain lin -c tea.yaml --dir data", 2, "takes the id of a profile and the name of a segment, found 1"},
		{"explain lin regulars more -c tea.yaml --dir data", 2, "found 3"},
		{"explain lin regulars -c tea.yaml --node 127.0.0.1:1", 1, "no node answers: is `ebb run` running"},
		{"explain lin regulars -c tea.yaml --dir data --node 127.0.0.1:1", 2, "give either --dir DIR, a state folder, or --input FILE"},
		{"explain lin regulars -c tea.yaml --node 127.0.0.1:1 --sort", 2, "--sort is for --input"},

		{"topics", 2, "no configuration given: use -c FILE"},
		{"topics -c tea.yaml now", 2, "`ebb topics` takes no arguments"},
		{"erase -c tea.yaml", 2, "ebb erase takes the ids of profiles, found none"},
		{"run -c tea.yaml now", 2, "`ebb run` takes no arguments"},
		{"explain lin regulars -c tea.yaml --dir data --input tea.jsonl", 2, "give either --dir DIR"},
		{"explain lin regulars -c tea.yaml --dir data --sort", 2, "--sort is for --input"},
		{"explain lin regular -c tea.yaml --dir data", 2, `there is no segment "regular" in tea.yaml: did you mean regulars? (there are regulars, cooling)`},
		{"explain lin buyers -c tea.yaml --dir data", 2, `there is no segment "buyers" in tea.yaml: there are `},
		{"explain lan regulars -c tea.yaml --input tea.jsonl", 1, `there is no event of "lan" in tea.jsonl: nothing is known of this id`},
		{"explain lin regulars -c tea.yaml --input tea.jsonl --at 2026-01-01T00:00:00Z", 1, `there is no event of "lin" up to 2026-01-01T00:00:00Z in tea.jsonl`},
		{"explain lin regulars -c tea.yaml --input none.jsonl", 2, "--input: stat none.jsonl"},
	} {
		status, stdout, stderr := ebb(strings.Fields(c.args)...)
		if status != c.status || !strings.Contains(stdout+stderr, c.says) {
			t.Errorf("ebb %s: status %d, not %d, and does not say %q but\n%s%s", c.args, status, c.status, c.says, stdout, stderr)
		}
		if status != 0 && !strings.HasPrefix(stderr, "ebb: ") && !strings.Contains(stderr, "in the configuration") {
			t.Errorf("ebb %s: %q does not begin with who says it", c.args, stderr)
		}
	}
}

// TestCompletion: a shell is offered commands, segments, and the files that a flag takes.
func TestCompletion(t *testing.T) {
	dir := t.TempDir()
	config := filepath.Join(dir, "tea.yaml")
	if err := os.WriteFile(config, []byte(teaConfig), 0o644); err != nil {
		t.Fatal(err)
	}
	const noFiles, files, ends, folders = ":4", ":0", ":8", ":16"
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"rep"}, "replay\tRun events from files, or of a time, through the configuration, without side effects\n" + noFiles},
		{[]string{"check", "-c", ""}, "yaml\nyml\n" + ends},
		{[]string{"replay", "--input", ""}, strings.Join(slices.Concat(events, tables), "\n") + "\n" + ends},
		{[]string{"replay", "--input", "a.jsonl", ""}, files},
		{[]string{"replay", "--output", ""}, folders},
		{[]string{"replay", "--show", ""}, "changes\n" + noFiles},
		{[]string{"profile", "lin", "--dir", ""}, folders},
		{[]string{"profile", ""}, noFiles},
		{[]string{"explain", "-c", config, "lin", ""}, "cooling\nregulars\n" + noFiles},
	} {
		_, stdout, _ := ebb(append([]string{"__complete"}, c.args...)...)
		if strings.TrimSpace(stdout) != c.want {
			t.Errorf("%v is completed as %q, not %q", c.args, stdout, c.want)
		}
	}
}
