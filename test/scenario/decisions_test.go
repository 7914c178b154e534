package scenario

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ebbstream/ebb/schemas"
)

// TestDecisionCases: the decisions of the hand-checked cases (their source and licence stand beside them) are what comes out.
func TestDecisionCases(t *testing.T) {
	cases := filepath.Join("..", "model", "testdata")
	paths, err := filepath.Glob(filepath.Join(cases, "*", "expected", "actions.jsonl"))
	if err != nil || len(paths) < 6 {
		t.Fatalf("%d cases, %v", len(paths), err)
	}
	for _, path := range paths {
		dir := filepath.Dir(filepath.Dir(path))
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(filepath.Join(dir, "config.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			replay, faults := load(text)
			if err := faults.Err(); err != nil {
				t.Fatal(err)
			}
			s := &story{inputs: []string{filepath.Join(dir, "in.jsonl")}, asOf: schemas.Never}
			if text, err := os.ReadFile(filepath.Join(dir, "as-of")); err == nil {
				if s.asOf, err = schemas.ParseInstant(strings.TrimSpace(string(text))); err != nil {
					t.Fatal(err)
				}
			}
			expected, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			want, got := byAction(t, expected), byAction(t, run(t, replay, s)["actions.jsonl"])
			for i := range max(len(want), len(got)) {
				switch {
				case i >= len(want):
					t.Errorf("not expected:\n\t%s", got[i].text)
				case i >= len(got):
					t.Errorf("missing:\n\t%s", want[i].text)
				default:
					if d := differences("", want[i].value, got[i].value); len(d) > 0 {
						t.Errorf("%s\n\twant %s\n\tgot  %s", strings.Join(d, "; "), want[i].text, got[i].text)
					}
				}
			}
		})
	}
}

// byAction are the lines, those of one instant and profile by their actions: their ids are no matter of the cases.
func byAction(t *testing.T, text []byte) []line {
	lines := parseLines(t, "actions.jsonl", text)
	key := func(l line) string {
		v := flat(l.value)
		at, _ := v["time"].(string)
		profile, _ := v["profile"].(string)
		action, _ := v["action"].(string)
		expires, _ := v["expires_at"].(string)
		return strings.Join([]string{at, profile, action, expires}, " ")
	}
	slices.SortStableFunc(lines, func(a, b line) int { return cmp.Compare(key(a), key(b)) })
	return lines
}
