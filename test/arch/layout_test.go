package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestPackageComments: each package says once what it is.
func TestPackageComments(t *testing.T) {
	for _, p := range packages(t) {
		var comments []string
		start := "Package " + p.Name + " "
		if p.Name == "main" {
			start = "Command " + filepath.Base(p.path()) + " "
		}
		for _, name := range append(slices.Clone(p.GoFiles), p.TestGoFiles...) {
			f := parse(t, filepath.Join(p.Dir, name), parser.PackageClauseOnly|parser.ParseComments)
			if f.Doc == nil {
				continue
			}
			comments = append(comments, name)
			if !strings.HasPrefix(f.Doc.Text(), start) {
				t.Errorf("%s/%s: the package comment does not begin with %q", p.path(), name, start)
			}
		}
		if len(comments) != 1 {
			t.Errorf("%s has %d package comments (%s): a newcomer looks for one", p.path(), len(comments), strings.Join(comments, ", "))
		}
	}
}

// TestNoInit: nothing happens before main, so that the wiring can be read there.
func TestNoInit(t *testing.T) {
	for _, p := range packages(t) {
		for _, name := range append(append(slices.Clone(p.GoFiles), p.TestGoFiles...), p.XTestGoFiles...) {
			f := parse(t, filepath.Join(p.Dir, name), parser.SkipObjectResolution)
			for _, d := range f.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
					t.Errorf("%s/%s has an init: make the value where it is used, or list it in the catalog", p.path(), name)
				}
			}
		}
	}
}

// TestFolders: the top holds what it always held, and no folder has a name without meaning.
func TestFolders(t *testing.T) {
	entries, err := os.ReadDir(root(t))
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") && !slices.Contains(made, e.Name()) {
			found = append(found, e.Name())
		}
	}
	if !slices.Equal(found, folders) {
		t.Errorf("the folders at the top are %v, not %v: a new one is a decision, taken in this table", found, folders)
	}
	for _, p := range packages(t) {
		for _, part := range strings.Split(p.path(), "/") {
			if why := badNames[part]; why != "" {
				t.Errorf("%s: no folder is called %s: %s", p.path(), part, why)
			}
		}
	}
}

func parse(t *testing.T, path string, mode parser.Mode) *ast.File {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), path, nil, mode)
	if err != nil {
		t.Fatal(err)
	}
	return f
}
