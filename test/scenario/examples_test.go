package scenario

import (
	"os"
	"path/filepath"
	"testing"
)

// TestExamples: the stories in test/examples come out as they are told, all of one configuration.
func TestExamples(t *testing.T) {
	dir := filepath.Join("..", "examples")
	common, err := os.ReadFile(filepath.Join(dir, "corner.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	checkAll(t, dir, common)
}
