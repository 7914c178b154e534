//go:build linux

package registry

import (
	"flag"
	"testing"

	"github.com/twmb/franz-go/pkg/sr/srfake"
)

var (
	own     = flag.Bool("apicurio", false, "run the tests that need a real registry, with one of their own; without Java and Maven they fail")
	address = flag.String("registry", "", "the address of a real registry to run them with")
)

// findRegistry gives the address of a real registry, or fails.
func findRegistry(t *testing.T) string {
	t.Helper()
	switch {
	case *address != "":
		return *address
	case *own:
		return startApicurio(t)
	}
	t.Skip("needs a real registry: make registry")
	return ""
}

// anyRegistry gives the address of a real registry if one is asked for, else of one in memory.
func anyRegistry(t *testing.T) string {
	t.Helper()
	if *address != "" || *own {
		return findRegistry(t)
	}
	fake := srfake.New()
	t.Cleanup(fake.Close)
	return fake.URL()
}
