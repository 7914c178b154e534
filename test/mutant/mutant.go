// Package mutant breaks one line of the project for a run of its tests, which have to notice.
package mutant

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
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

// Noticed runs tests with the mistake, which fail if they notice. A test that hangs notices, too, when its time is over.
func (m Mutant) Noticed(t *testing.T, overlay string, test ...string) {
	t.Helper()
	run := exec.CommandContext(t.Context(), "go", append([]string{"test", "-vet=off", "-overlay=" + overlay}, test...)...)
	run.Dir = Root(t)
	out, err := run.CombinedOutput()
	switch text := string(out); {
	case err == nil:
		t.Errorf("nothing notices %q for %q in %s", m.To, m.From, m.File)
	case !strings.Contains(text, "--- FAIL: Test") && !strings.Contains(text, "panic: "):
		t.Errorf("%v\n%s", err, text)
	}
}
