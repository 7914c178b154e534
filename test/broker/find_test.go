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
	if !*asked {
		t.Skip("needs a real broker: make broker")
	}
	if given := os.Getenv("KAFKA_BROKERS"); given != "" && len(features) == 0 {
		return &cluster{addresses: strings.Split(given, ",")}
	}
	if len(features) == 0 && hasDocker() {
		return newContainer(t)
	}
	p := newProcess(t, features...)
	p.start(t)
	return &cluster{addresses: []string{p.address()}, restart: func(signal syscall.Signal, down time.Duration) {
		p.stop(signal)
		time.Sleep(down)
		p.start(t)
	}}
}
