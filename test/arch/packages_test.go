package arch

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/ebbstream/ebb"

// pkg is what the go command says of a package.
type pkg struct {
	ImportPath, Dir, Name              string
	GoFiles, TestGoFiles, XTestGoFiles []string
	Imports, TestImports, XTestImports []string
}

// packages are all of the module.
func packages(t *testing.T) []pkg {
	t.Helper()
	remember(t)
	list := exec.CommandContext(t.Context(), "go", "list", "-json", "./...")
	list.Dir = root(t)
	text, err := list.Output()
	if err != nil {
		var failed *exec.ExitError
		if errors.As(err, &failed) {
			t.Fatalf("go list: %v\n%s", err, failed.Stderr)
		}
		t.Fatalf("go list: %v", err)
	}
	var out []pkg
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	for {
		var p pkg
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, p)
	}
	if len(out) < 10 {
		t.Fatalf("only %d packages found", len(out))
	}
	return out
}

// remember reads all folders, so that the go command knows that a new file makes the last result of this test stale.
func remember(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir(root(t), func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || slices.Contains(made, d.Name())) {
			return fs.SkipDir
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// path is the package's below the module.
func (p pkg) path() string { return below(p.ImportPath) }

func below(importPath string) string {
	return strings.TrimPrefix(strings.TrimPrefix(importPath, module), "/")
}

func isOurs(importPath string) bool {
	return importPath == module || strings.HasPrefix(importPath, module+"/")
}

// isOutside says whether an import comes from another module: a domain comes first.
func isOutside(importPath string) bool {
	first, _, _ := strings.Cut(importPath, "/")
	return strings.Contains(first, ".") && !isOurs(importPath)
}

// fits says whether path is the pattern, or below it if it ends in "...".
func fits(pattern, path string) bool {
	above, all := strings.CutSuffix(pattern, "...")
	if !all {
		return pattern == path
	}
	return above == "" || path+"/" == above || strings.HasPrefix(path, above)
}

func fitsAny(patterns []string, path string) bool {
	for _, p := range patterns {
		if fits(p, path) {
			return true
		}
	}
	return false
}

// inModule says whether an import is of one of the modules.
func inModule(modules []string, importPath string) bool {
	for _, m := range modules {
		if m == "*" || importPath == m || strings.HasPrefix(importPath, m+"/") {
			return true
		}
	}
	return false
}
