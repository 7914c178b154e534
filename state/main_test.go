package state_test

import (
	"flag"
	"os"
	"testing"
)

// TestMain lets rapid try more than its 100 cases: cells are quick. -rapid.checks has the last word.
func TestMain(m *testing.M) {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "rapid.checks" })
	if !given {
		if err := flag.Set("rapid.checks", "1000"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
