package config

import (
	"strings"
	"testing"
)

const places = `name: shop
features:
  plain: count("x") >= bad
  single: 'a == ''it'' && bad'
  double: "a == \"\u00e4\" &&\tbad"
  literal: |
    a == 1 &&

      bad
  folded: >-  # a comment
    a == 1 &&
    b == 2 &&

    bad
  lines: a == 1 &&
    b == 2 &&   bad
  quoted: "a == 1 &&
    b && \
    bad"
  spend.90d: bad
  variable: '${WORD} == "${PASSWORD}" && $${x} && bad'
  umlaut: "'ä' == ß && bad"
sources:
  - topic: clicks
    format: segment
    where: msg.a &&bad
`

// TestFaultOffsets looks for "bad" in each expression, as the compiler of expressions would report it.
func TestFaultOffsets(t *testing.T) {
	features := map[string]string{}
	cfg, doc, faults := Load("x.yaml", []byte(places), testEnv, Block{Key: "features", Into: &features})
	if faults.Err() != nil {
		t.Fatal(faults)
	}
	for name, expr := range features {
		f := doc.Fault("features."+name, strings.Index(expr, "bad"), "bad")
		checkPlace(t, f, "features."+name)
		if at := doc.FaultAt([]string{"features", name}, strings.Index(expr, "bad"), "bad"); at != f {
			t.Errorf("%s: FaultAt is %v, Fault is %v", name, at, f)
		}
	}
	offset := strings.Index(cfg.Sources[0].Where, "bad")
	checkPlace(t, doc.Fault("sources[0].where", offset, "bad"), "sources[0].where")
	checkPlace(t, doc.Fault("sources.0.where", offset, "bad"), "sources.0.where")
	checkPlace(t, doc.FaultAt([]string{"sources", "[0]", "where"}, offset, "bad"), "sources[0].where")
}

func checkPlace(t *testing.T, f Fault, path string) {
	t.Helper()
	line := []rune(strings.Split(places, "\n")[f.Line-1])
	if rest := string(line[f.Column-1:]); !strings.HasPrefix(rest, "bad") {
		t.Errorf("%s: line %d, column %d is at %q", path, f.Line, f.Column, rest)
	}
	if f.Path != path {
		t.Errorf("path is %q, want %q", f.Path, path)
	}
}

func TestFaultPlaces(t *testing.T) {
	_, doc, _ := Load("x.yaml", []byte(places), testEnv, Block{Key: "features", Into: &map[string]string{}})
	for _, tc := range []struct {
		path         string
		offset       int
		line, column int
	}{
		{"", 0, 1, 1},
		{"name", 0, 1, 7},
		{"name", 4, 1, 11},
		{"name", 99, 1, 11},
		{"name.of.nothing", 0, 1, 7},
		{"features", 0, 2, 1},
		{"features.absent", 3, 2, 1},
		{"features.single", 0, 4, 12},
		{"features.single", 6, 4, 19},
		{"features.literal", 0, 7, 5},
		{"features.variable", 2, 21, 14},  // within what ${WORD} became
		{"features.variable", 16, 21, 39}, // after it
		{"features.variable", 20, 21, 42}, // within $${
		{"sources", 0, 23, 1},
		{"sources[0]", 0, 24, 5},
		{"sources[7].topic", 0, 23, 1},
		{"sources.x", 0, 23, 1},
		{"kafka", 0, 1, 1},
	} {
		if f := doc.Fault(tc.path, tc.offset, "m"); f.Line != tc.line || f.Column != tc.column {
			t.Errorf("%q + %d: got %d:%d, want %d:%d", tc.path, tc.offset, f.Line, f.Column, tc.line, tc.column)
		}
	}
}

// TestFaultThroughAlias: the place is that of the use, as the text may well be right where it was written.
func TestFaultThroughAlias(t *testing.T) {
	text := "name: shop\nfeatures:\n  a: &x count(1)\n  b: *x\n"
	_, doc, _ := Load("x.yaml", []byte(text), testEnv, Block{Key: "features", Into: &map[string]string{}})
	if f := doc.Fault("features.b", 6, "m"); f.Line != 4 || f.Column != 6 {
		t.Errorf("got %d:%d", f.Line, f.Column)
	}
}

func TestHas(t *testing.T) {
	_, doc, _ := Load("x.yaml", []byte(places), testEnv, Block{Key: "features", Into: &map[string]string{}})
	for _, tc := range []struct {
		path []string
		want bool
	}{
		{[]string{"name"}, true},
		{[]string{"features", "spend.90d"}, true},
		{[]string{"features", "spend", "90d"}, false},
		{[]string{"sources", "0", "where"}, true},
		{[]string{"sources", "0", "each"}, false},
		{[]string{"kafka"}, false},
		{[]string{"name", "x"}, false},
	} {
		if got := doc.Has(tc.path...); got != tc.want {
			t.Errorf("%q: got %v", tc.path, got)
		}
	}
	_, doc, faults := Load("x.yaml", []byte("a: [\n"), testEnv)
	if len(faults) != 1 || doc.Has("a") {
		t.Errorf("no YAML: %v", faults)
	}
	if f := doc.Fault("a", 0, "m"); f.Error() != "x.yaml:1:1: a: m" {
		t.Errorf("no YAML: %v", f)
	}
}

// TestLineEnds: neither a byte order mark nor \r\n moves a place or gets into a value.
func TestLineEnds(t *testing.T) {
	text := "\ufeff" + strings.ReplaceAll(places, "\n", "\r\n")
	features := map[string]string{}
	cfg, doc, faults := Load("x.yaml", []byte(text), testEnv, Block{Key: "features", Into: &features})
	if faults.Err() != nil || cfg.Name != "shop" {
		t.Fatalf("%q: %v", cfg.Name, faults)
	}
	for name, expr := range features {
		checkPlace(t, doc.Fault("features."+name, strings.Index(expr, "bad"), "bad"), "features."+name)
	}
}
