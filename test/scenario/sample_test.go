package scenario

import (
	"cmp"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ebbstream/ebb/schemas"
)

// told is one line of the sample's README: a time, entered or left, a segment, a cause, and perhaps an end.
var told = regexp.MustCompile(`^(\d{4}-\S+Z) +(entered|left) +(\w+) +(\w+)(?: +until (\S+))?$`)

// TestSample: what test/sample/README.md tells of the shoppers is what comes out.
func TestSample(t *testing.T) {
	dir := filepath.Join("..", "sample")
	readme, err := os.ReadFile(filepath.Join(dir, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	who := ""
	for line := range strings.Lines(string(readme)) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "## "); ok {
			who = name
		}
		if m := told.FindStringSubmatch(line); m != nil {
			want = append(want, strings.Join(append([]string{who}, m[1:]...), " "))
		}
	}

	text, err := os.ReadFile(filepath.Join(dir, "shop.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	replay, faults := load(text)
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	var got []string
	out := run(t, replay, &story{inputs: []string{filepath.Join(dir, "shop.jsonl")}, asOf: schemas.Never})
	for _, l := range parseLines(t, "segment-changes", out["segment-changes.jsonl"]) {
		field := func(name string) string { text, _ := flat(l.value)[name].(string); return text }
		status := map[string]string{"entered": "entered", "exited": "left"}[field("status")]
		got = append(got, strings.Join([]string{field("profile"), field("time"), status, field("segment"), field("cause"), field("expires_at")}, " "))
	}
	slices.SortStableFunc(got, func(a, b string) int { // the README goes by person
		who, _, _ := strings.Cut(a, " ")
		other, _, _ := strings.Cut(b, " ")
		return cmp.Compare(who, other)
	})
	if !slices.Equal(want, got) {
		t.Errorf("told:\n%s\n\ncame out:\n%s", strings.Join(want, "\n"), strings.Join(got, "\n"))
	}
}
