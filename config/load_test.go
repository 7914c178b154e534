package config

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write testdata/*.txt and schema.json anew; then read the diff")

// TestFaults loads each <fault>.bad.yaml and compares what is printed with <fault>.bad.txt.
func TestFaults(t *testing.T) {
	files, err := filepath.Glob("testdata/*.bad.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, _, faults := Load(filepath.Base(file), text, testEnv, testBlocks()...)
			if len(faults) == 0 {
				t.Fatal("no fault")
			}
			var printed bytes.Buffer
			if err := faults.Print(&printed); err != nil {
				t.Fatal(err)
			}
			golden(t, strings.TrimSuffix(file, ".yaml")+".txt", printed.Bytes())
		})
	}
}

func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *rewrite {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s: got\n%s\nwant\n%s", file, got, want)
	}
}

func TestGoodFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/*.good.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		if _, _, faults := loadFile(t, file); faults.Err() != nil {
			t.Errorf("%s:\n%v", file, faults)
		}
	}
}

func loadFile(t *testing.T, file string, blocks ...Block) (*Config, *Document, Faults) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if blocks == nil {
		blocks = testBlocks()
	}
	return Load(filepath.Base(file), text, testEnv, blocks...)
}
