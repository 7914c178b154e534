// Package mutant breaks one line of the project for a run of its tests, which have to notice.
package mutant

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// Mutant is a mistake one could make: a text that stands once in a file, and what would stand there instead.
type Mutant struct{ File, From, To string }

// Root is the project's, two folders above a test's.
func Root(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// Overlay writes the file with its mistake, and the overlay for the go command that puts it in the place of the right one. The list
// of mistakes follows the code: it is a failure if the text does not stand there once.
func (m Mutant) Overlay(t *testing.T) (overlay string) {
	t.Helper()
	path := filepath.Join(Root(t), filepath.FromSlash(m.File))
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), m.From); n != 1 {
		t.Fatalf("%q stands %d times in %s, not once", m.From, n, m.File)
	}
	dir := t.TempDir()
	wrong := filepath.Join(dir, "wrong.go")
	if err := os.WriteFile(wrong, []byte(strings.Replace(string(text), m.From, m.To, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	replace, err := json.Marshal(map[string]map[string]string{"Replace": {path: wrong}})
	if err != nil {
		t.Fatal(err)
	}
	overlay = filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(overlay, replace, 0o600); err != nil {
		t.Fatal(err)
	}
	return overlay
}

// Tests are those of a package that have to notice a mistake.
type Tests struct {
	Package string   // such as ./state
	Tags    string   // with which it is built
	Args    []string // of its binary, such as -test.run
}

// Noticed runs tests with the mistake, which fail if they notice, and says by what. A run that takes longer than limit has not
// noticed: whether it hangs for ever or is slow cannot be told.
func (m Mutant) Noticed(t *testing.T, overlay string, limit time.Duration, tests Tests) {
	t.Helper()
	began := time.Now()
	text, err := tests.run(t, overlay, limit)
	took := time.Since(began).Round(100 * time.Millisecond)
	switch {
	case err == nil:
		t.Errorf("nothing notices %q for %q in %s", m.To, m.From, m.File)
	case strings.Contains(text, "panic: test timed out"):
		t.Errorf("not noticed in %v: %q for %q in %s", limit, m.To, m.From, m.File)
	case !failure.MatchString(text):
		t.Errorf("%v\n%s", err, text)
	default:
		t.Logf("after %v: %s", took, how(text))
	}
}

// Pass is that tests which are to notice mistakes pass without any.
func (tests Tests) Pass(t *testing.T, limit time.Duration) {
	t.Helper()
	if text, err := tests.run(t, "", limit); err != nil {
		t.Errorf("%v without a mistake\n%s", err, text)
	}
}

// run builds the tests with an overlay, if it is not empty, and runs them.
func (tests Tests) run(t *testing.T, overlay string, limit time.Duration) (text string, err error) {
	t.Helper()
	root, binary := Root(t), filepath.Join(t.TempDir(), "mutant.test")
	build := exec.CommandContext(t.Context(), "go", "test", "-c", "-vet=off", "-overlay="+overlay, "-tags", tests.Tags, "-o", binary, tests.Package)
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	run := exec.CommandContext(t.Context(), binary, append([]string{"-test.failfast", "-test.timeout", limit.String()}, tests.Args...)...)
	run.Dir = filepath.Join(root, filepath.FromSlash(tests.Package))
	out, err := run.CombinedOutput()
	return string(out), err
}

// how is the test that noticed, and what it said first but for which histories it tries.
func how(text string) string {
	var said []string
	for _, line := range failure.FindAllString(text, 4) {
		if !strings.Contains(line, " seeds from ") && !strings.Contains(line, "-seed ") {
			said = append(said, strings.TrimSpace(line))
		}
	}
	return strings.Join(said[:min(2, len(said))], " ")
}

// failure is the name of a test that failed and what it said first, or what the program ended with.
var failure = regexp.MustCompile(`--- FAIL: Test\S*|(?m)^ +\w+_test\.go:\d+: .{1,120}|(?m)^(panic|fatal error): .{1,120}`)
