package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ebbstream/ebb/schemas"
)

// TestShowAtMost: what people are shown ends somewhere, and says how much more there is.
func TestShowAtMost(t *testing.T) {
	dir := t.TempDir()
	c := &schemas.SegmentChange{Profile: "lin", Segment: "regulars", Time: 1_767_225_600_000, Cause: schemas.CauseTimer, ExpiresAt: schemas.Never}
	line := string(schemas.AppendMessage(nil, "tea", c)) + "\n"
	path := filepath.Join(dir, "segment-changes.jsonl")
	if err := os.WriteFile(path, []byte(strings.Repeat(line, 1234)), 0o644); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := showChanges(&out, dir, 1234, nil); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 1001 || lines[1000] != "and 234 more changes in "+path {
		t.Errorf("%d lines, the last %q", len(lines), lines[len(lines)-1])
	}
	if lines[0] != "2026-01-01T00:00:00Z  lin  left  regulars  timer" {
		t.Errorf("a change is %q", lines[0])
	}
}

// TestEvidenceInWords: evidence as people read it.
func TestEvidenceInWords(t *testing.T) {
	number, whole, span := schemas.DoubleValue, schemas.IntValue, schemas.SpanValue
	for _, c := range []struct {
		schemas.Evidence
		want string
	}{
		{schemas.Evidence{Expr: `count("purchase", "90d")`, Op: ">=", Threshold: whole(1), Value: whole(1)}, `count("purchase", "90d") = 1 (>= 1)`},
		{schemas.Evidence{Expr: `consent("marketing")`, Value: schemas.BoolValue(true)}, `consent("marketing") = true`},
		{schemas.Evidence{Expr: `local_hour()`, Op: "<", Threshold: whole(21), Value: whole(21)}, `local_hour() = 21 (not < 21)`},
		{schemas.Evidence{Expr: `avg("p", "x")`, Op: ">", Threshold: whole(2), Value: schemas.NullValue}, `avg("p", "x") = null (not > 2)`},
		{schemas.Evidence{Expr: `trait("plan")`, Op: "==", Threshold: schemas.StringValue("gold"), Value: schemas.StringValue("gold")}, `trait("plan") = "gold" (== "gold")`},
		{schemas.Evidence{Expr: `trait("plan")`, Op: "!=", Threshold: schemas.NullValue, Value: schemas.StringValue("x\u202e")}, `trait("plan") = "\"x\u202e\"" (!= null)`},
		{schemas.Evidence{Expr: "d", Op: ">=", Threshold: whole(3), Value: number(10.359639544037488)}, `d = 10.3596 (>= 3)`},
		{schemas.Evidence{Expr: "d", Op: "<", Threshold: whole(3), Value: number(2.9999999988167705)}, `d = 2.9999999988167705 (< 3)`},
		{schemas.Evidence{Expr: `since_last("*")`, Op: ">", Threshold: span(10 * schemas.Day), Value: span(10*schemas.Day + 1)}, `since_last("*") = 10d1ms (> 10d)`},
		{schemas.Evidence{Expr: `since_last("*")`, Op: ">", Threshold: span(schemas.Day), Value: span(schemas.Forever)}, `since_last("*") = never (> 1d)`},
	} {
		if got := evidenceInWords(c.Evidence); got != c.want {
			t.Errorf("%s, not %s", got, c.want)
		}
	}
}

// TestShort: numbers of about three digits.
func TestShort(t *testing.T) {
	for n, want := range map[float64]string{0: "0", 2: "2", 0.2857142: "0.286", 1.3619: "1.36", 29.31: "29.3", 1023.4: "1023", 86400: "86400", 100: "100"} {
		if got := short(n); got != want {
			t.Errorf("%v is %s, not %s", n, got, want)
		}
	}
}
