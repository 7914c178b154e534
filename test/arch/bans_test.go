package arch

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"testing"
)

// TestBans: clocks, goroutines, I/O and chance stay where they belong. Tests may use them all.
func TestBans(t *testing.T) {
	needed := map[int]bool{}
	for _, p := range packages(t) {
		var here []ban
		for _, b := range bans {
			if fitsAny(b.paths, p.path()) && !fitsAny(b.except, p.path()) {
				here = append(here, b)
			}
		}
		for _, name := range p.GoFiles {
			files := token.NewFileSet()
			f, err := parser.ParseFile(files, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range here {
				for _, found := range offences(f, b) {
					at := p.path() + "/" + name
					if i := excepted(at, found.use); i >= 0 {
						needed[i] = true
						continue
					}
					t.Errorf("%s:%d uses %s: %s", at, files.Position(found.at).Line, found.use, b.why)
				}
			}
		}
	}
	for i, e := range exceptions {
		if !needed[i] {
			t.Errorf("%s no longer uses %s: take the exception off the table", e.file, e.use)
		}
		if e.why == "" {
			t.Errorf("the exception of %s has no reason", e.file)
		}
	}
}

func excepted(file, use string) int {
	for i, e := range exceptions {
		if e.file == file && e.use == use {
			return i
		}
	}
	return -1
}

// offence is one banned thing in a file.
type offence struct {
	use string
	at  token.Pos
}

func offences(f *ast.File, b ban) []offence {
	var out []offence
	names := map[string]string{} // what the file calls a package → its path
	for _, spec := range f.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		name := filepath.Base(path)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = path
		if fitsAny(b.imports, path) {
			out = append(out, offence{path, spec.Pos()})
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			if b.goes {
				out = append(out, offence{"go", n.Pos()})
			}
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && names[x.Name] != "" {
				if use := fmt.Sprintf("%s.%s", names[x.Name], n.Sel.Name); fitsAny(b.uses, use) {
					out = append(out, offence{use, n.Pos()})
				}
			}
			if b.goes && n.Sel.Name == "Go" { // of a WaitGroup or an errgroup
				out = append(out, offence{"Go", n.Pos()})
			}
		}
		return true
	})
	return out
}

// TestBansBite: what the test looks for, it finds.
func TestBansBite(t *testing.T) {
	const text = `package x

import (
	"net/http"
	clock "time"
)

func f(n int) { go f(1); _ = clock.Now(); _ = http.Get; var now = clock.UnixMilli; _ = now }
`
	f, err := parser.ParseFile(token.NewFileSet(), "x.go", text, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, o := range offences(f, ban{imports: []string{"net/..."}, uses: []string{"time.Now"}, goes: true}) {
		got += o.use + " "
	}
	if want := "net/http go time.Now "; got != want {
		t.Errorf("found %q, not %q", got, want)
	}
}
