package config

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// FuzzLoad: whatever the file, Load and Print end, faults lie within the file, and no fault means a name.
func FuzzLoad(f *testing.F) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte("name: &a [*a]\n<<: *a\n? [x]\n: !t {a, b: }\n"))
	f.Add([]byte("a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		cfg, doc, faults := Load("x.yaml", text, testEnv, testBlocks()...)
		if faults == nil && cfg.Name == "" {
			t.Error("no name, and no fault")
		}
		for _, fault := range faults {
			if fault.Line < 1 || fault.Line > len(doc.starts) || fault.Column < 1 {
				t.Errorf("outside of the file: %v", fault)
			}
			_ = doc.Fault(fault.Path, len(fault.Path), "again")
		}
		if err := faults.Print(new(bytes.Buffer)); err != nil {
			t.Error(err)
		}
	})
}
