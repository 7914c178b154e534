package arch

import (
	"slices"
	"testing"
)

// TestImports: each package imports what its rule says; its tests may also import itself and test libraries.
func TestImports(t *testing.T) {
	for _, p := range packages(t) {
		i := slices.IndexFunc(imports, func(r rule) bool { return fits(r.path, p.path()) })
		if i < 0 {
			t.Errorf("%s: no rule says what it may import; add it to the table of imports", p.path())
			continue
		}
		r := imports[i]
		for _, path := range p.Imports {
			if !allowed(r, p.path(), path) {
				t.Errorf("%s imports %s: %s", p.path(), short(path), r.why)
			}
		}
		for _, path := range append(p.TestImports, p.XTestImports...) {
			if !allowed(r, p.path(), path) && path != p.ImportPath && !inModule(testModules, path) {
				t.Errorf("a test of %s imports %s: %s; what needs more than one package goes into test/", p.path(), short(path), r.why)
			}
		}
	}
}

// TestDepartures: a departure that is no longer needed goes.
func TestDepartures(t *testing.T) {
	all := packages(t)
	for _, d := range departures {
		from := slices.IndexFunc(all, func(p pkg) bool { return p.path() == d.from })
		if from < 0 || !slices.Contains(all[from].Imports, module+"/"+d.to) {
			t.Errorf("%s no longer imports %s: take the departure off the table", d.from, d.to)
		}
		if d.why == "" {
			t.Errorf("the departure from %s to %s has no reason", d.from, d.to)
		}
	}
}

func allowed(r rule, from, path string) bool {
	switch {
	case isOurs(path):
		if fitsAny(r.ours, below(path)) {
			return true
		}
		for _, d := range departures {
			if d.from == from && d.to == below(path) {
				return true
			}
		}
		return false
	case isOutside(path):
		return inModule(r.outside, path)
	}
	return path != "C" && path != "plugin"
}

func short(path string) string {
	if isOurs(path) {
		return below(path)
	}
	return path
}
