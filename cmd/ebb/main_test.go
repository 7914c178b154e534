package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var rewrite = flag.Bool("rewrite", false, "write what was printed into testdata; then read the diff")

func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"ebb": main}) }

// TestScripts runs the commands as a person would: each script is a folder, commands, and what they print.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"), UpdateScripts: *rewrite, RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(e *testscript.Env) error {
			root, err := filepath.Abs(filepath.Join("..", ".."))
			e.Setenv("WEATHER", filepath.Join(root, "schemas", "testdata", "avro", "weather.avro"))
			e.Setenv("PARQUET", filepath.Join(root, "pipeline", "columns", "testdata", "pyarrow.parquet"))
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"unrated": unrated},
	})
}

var rate = regexp.MustCompile(`\d+ a second`)

// unrated FILE keeps what was printed last, without the speed, which no two runs share.
func unrated(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: unrated FILE")
	}
	text := rate.ReplaceAllString(ts.ReadFile("stdout"), "N a second")
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o644))
}

// ebb runs the command in this process.
func ebb(args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	cmd := root()
	cmd.SetArgs(args)
	cmd.SetOut(&out)
	cmd.SetErr(&errs)
	status = report(cmd.Execute(), &errs)
	return status, out.String(), errs.String()
}

// TestWrong: each wrong configuration is refused with messages that a newcomer understands. They stand beside it.
func TestWrong(t *testing.T) {
	t.Chdir(filepath.Join("testdata", "wrong"))
	files, err := filepath.Glob("*.yaml")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d wrong configurations, %v", len(files), err)
	}
	for _, file := range files {
		status, stdout, stderr := ebb("check", "-c", file)
		if status != 2 || stdout != "" {
			t.Errorf("%s: status %d, not 2; printed %q", file, status, stdout)
		}
		golden := strings.TrimSuffix(file, ".yaml") + ".txt"
		if *rewrite {
			if err := os.WriteFile(golden, []byte(stderr), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if stderr != string(want) {
			t.Errorf("%s says\n%s\nnot\n%s", file, stderr, want)
		}
	}
}
