package scenario

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/ebbstream/ebb/schemas"
)

var (
	fenced  = regexp.MustCompile("(?s)```(\\w+)\n(.*?)```")
	finalAt = regexp.MustCompile(`--as-of (\S+)`)
	example = regexp.MustCompile("(?m)^\\| .*\\| `([^`]+)` \\|$")
)

// TestReadme: the example of README.md gives what it says, and every expression in its table is one.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string][]string{}
	for _, m := range fenced.FindAllStringSubmatch(string(readme), -1) {
		parts[m[1]] = append(parts[m[1]], m[2])
	}
	if len(parts["yaml"]) != 1 || len(parts["jsonl"]) != 1 || len(parts["json"]) == 0 {
		t.Fatalf("the example is not whole: %d configurations, %d inputs, %d results", len(parts["yaml"]), len(parts["jsonl"]), len(parts["json"]))
	}

	replay, faults := load([]byte(parts["yaml"][0]))
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	input := filepath.Join(t.TempDir(), "tea.jsonl")
	if err := os.WriteFile(input, []byte(parts["jsonl"][0]), 0o644); err != nil {
		t.Fatal(err)
	}
	asOf, err := schemas.ParseInstant(finalAt.FindStringSubmatch(string(readme))[1])
	if err != nil {
		t.Fatal(err)
	}
	out := run(t, replay, &story{inputs: []string{input}, asOf: asOf})
	came := parseLines(t, "segment-changes", out["segment-changes.jsonl"])
	for _, text := range parts["json"] {
		var flatText strings.Builder
		for line := range strings.Lines(text) {
			flatText.WriteString(strings.TrimSpace(line))
		}
		want := parseLines(t, "README", []byte(flatText.String()))[0]
		found := false
		for _, c := range came {
			found = found || reflect.DeepEqual(c.value, want.value)
		}
		if !found {
			t.Errorf("README says\n%s\nwhat came out is\n%s", want.text, out["segment-changes.jsonl"])
		}
	}

	examples := example.FindAllStringSubmatch(string(readme), -1)
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
