//go:build linux

package broker

import (
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A cluster is the brokers of a test.
type cluster struct {
	addresses []string
	restart   func(signal syscall.Signal, down time.Duration) // nil: not ours to stop
}

// findCluster finds brokers, or fails.
func findCluster(t testing.TB, features ...string) *cluster {
	t.Helper()
	if c := givenCluster(t); c != nil && len(features) == 0 {
		return c
	}
	if len(features) == 0 && hasDocker() {
		return newContainer(t)
	}
	return newProcess(t, features...).cluster(t)
}

// givenCluster is that of KAFKA_BROKERS, or nil. It skips what was not asked for.
func givenCluster(t testing.TB) *cluster {
	t.Helper()
	if !*asked {
		t.Skip("needs a real broker: make broker")
	}
	if given := os.Getenv("KAFKA_BROKERS"); given != "" {
		return &cluster{addresses: strings.Split(given, ",")}
	}
	return nil
}
