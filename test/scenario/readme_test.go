package scenario

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ebbstream/ebb/schemas"
)

var (
	fenced    = regexp.MustCompile("(?s)```(\\w+)\n(.*?)```")
	finalAt   = regexp.MustCompile(`--as-of (\S+Z)`)
	storyLink = regexp.MustCompile(`\[([a-z-]+)\]\(test/examples/([a-z-]+)\.txtar\)`)
	example   = regexp.MustCompile("(?m)^\\| .*\\| `([^`]+)` \\|$")
)

// TestReadme: the examples of README.md give what it says. The first is whole, the configuration of the second an excerpt.
func TestReadme(t *testing.T) {
	parts := readmeParts(t)
	if len(parts["yaml"]) != 2 || len(parts["jsonl"]) != 2 || len(parts["json"]) < 2 {
		t.Fatalf("the examples are not whole: %d configurations, %d inputs, %d results", len(parts["yaml"]), len(parts["jsonl"]), len(parts["json"]))
	}
	corner, err := os.ReadFile(filepath.Join("..", "examples", "corner.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	rest := string(corner)
	for line := range strings.Lines(parts["yaml"][1]) {
		_, after, found := strings.Cut(rest, "\n"+line)
		if !found {
			t.Errorf("corner.yaml has no line %q after those before it", line)
			continue
		}
		rest = "\n" + after
	}

	ends := finalAt.FindAllStringSubmatch(parts["all"][0], -1)
	came := ranReadme(t, []byte(parts["yaml"][0]), parts["jsonl"][0], ends[0][1])
	came = append(came, ranReadme(t, corner, parts["jsonl"][1], ends[len(ends)-1][1])...)
	for _, text := range parts["json"] {
		var flatText strings.Builder
		for line := range strings.Lines(text) {
			flatText.WriteString(strings.TrimSpace(line))
		}
		want := parseLines(t, "README", []byte(flatText.String()))[0]
		if !slices.ContainsFunc(came, func(c line) bool { return reflect.DeepEqual(c.value, want.value) }) {
			t.Errorf("README says\n%s\nwhat came out is\n%v", want.text, came)
		}
	}
}

// readmeParts are the fenced blocks of README.md by their languages, and under "all" the whole text.
func readmeParts(t *testing.T) map[string][]string {
	t.Helper()
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string][]string{"all": {string(readme)}}
	for _, m := range fenced.FindAllStringSubmatch(string(readme), -1) {
		parts[m[1]] = append(parts[m[1]], m[2])
	}
	return parts
}

// ranReadme is what comes out of an example: changes and decisions.
func ranReadme(t *testing.T, config []byte, events, asOf string) []line {
	t.Helper()
	replay, faults := load(config)
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	input := filepath.Join(t.TempDir(), "in.jsonl")
	if err := os.WriteFile(input, []byte(events), 0o644); err != nil {
		t.Fatal(err)
	}
	at, err := schemas.ParseInstant(asOf)
	if err != nil {
		t.Fatal(err)
	}
	out := run(t, replay, &story{inputs: []string{input}, asOf: at})
	return append(parseLines(t, "segment-changes", out["segment-changes.jsonl"]), parseLines(t, "actions", out["actions.jsonl"])...)
}

// TestReadmeExpressions: every expression in README's table is one.
func TestReadmeExpressions(t *testing.T) {
	examples := example.FindAllStringSubmatch(readmeParts(t)["all"][0], -1)
	if len(examples) < 20 {
		t.Fatalf("%d examples of expressions", len(examples))
	}
	for _, m := range examples {
		expression, err := json.Marshal(m[1])
		if err != nil {
			t.Fatal(err)
		}
		_, faults := load([]byte(`
name: tea
interests: {category: {field: category, half_life: 14d, weights: {product_view: 1}}}
models: {purchase: {unit: week, params: {r: 0.243, alpha: 4.414, a: 0.793, b: 2.426}}}
segments: {regulars: {when: ever("purchase")}}
features: {example: ` + string(expression) + `}
`))
		if err := faults.Err(); err != nil {
			t.Errorf("%s: %v", m[1], err)
		}
	}
}

// TestReadmeStories: README lists the stories of test/examples, all of them.
func TestReadmeStories(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("..", "examples", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	var there, listed []string
	for _, path := range paths {
		there = append(there, strings.TrimSuffix(filepath.Base(path), ".txtar"))
	}
	for _, m := range storyLink.FindAllStringSubmatch(readmeParts(t)["all"][0], -1) {
		if listed = append(listed, m[1]); m[1] != m[2] {
			t.Errorf("[%s] leads to %s", m[1], m[2])
		}
	}
	slices.Sort(listed)
	if !slices.Equal(there, listed) {
		t.Errorf("README lists\n%v\nthere are\n%v", listed, there)
	}
}
