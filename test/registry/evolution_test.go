//go:build linux

package registry

import (
	"bytes"
	"flag"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

var away = flag.Duration("away", 5*time.Second, "how long the registry is away")

// TestEvolution: while a member runs, a writer goes over to a newer schema, and the registry cannot be reached. What is of the
// known schema is read meanwhile; what is of the newer one waits, and with it what lies behind it in its partition, also over
// a restart of the member; and when the registry is back, all of it is read, once, as if it had come as JSON.
func TestEvolution(t *testing.T) {
	registry := anyRegistry(t)
	before := startProxy(t, registry)
	s := newStream(t, registry)
	plain := s.register(plainOrder, false)
	m := newMember(t, s.brokers, before.url())
	m.start()
	for range 10 {
		s.place("early", plain)
		s.place("late", plain)
	}
	if s.partitions["early"] == s.partitions["late"] {
		t.Fatal("they share a partition, where one waits for the other")
	}
	s.until(m, "early", "late")
	before.away()
	left := time.Now()
	newer := s.register(couponOrder, true)
	behind := s.count("late")
	for time.Since(left) < *away {
		s.place("early", plain)
		s.place("late", newer)
		s.place("late", plain) // behind the newer one
		s.until(m, "early")
		if n := m.orders("late"); n != behind {
			t.Fatalf("%d orders are read of somebody with %d before the newer schema", n, behind)
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Logf("away for %v: %d orders were read, and %d wait", time.Since(left).Round(time.Millisecond), s.count("early"), s.count("late")-behind)
	m.end(syscall.SIGTERM)
	m.start() // it knows no schema now
	s.place("early", plain)
	time.Sleep(time.Second)
	before.back()
	s.until(m, "early", "late")
	useless := placed{user: "late"}.record(schema{id: 1 << 30}) // there is none: it stops nobody
	s.send(useless)
	s.place("late", newer)
	s.until(m, "early", "late")
	m.end(syscall.SIGTERM)

	if got, want := s.published(), s.replayed(m); !slices.Equal(got, want) || len(want) < 20 {
		t.Errorf("published are %d changes:\n%s\nand of the same as JSON %d:\n%s", len(got), strings.Join(got, "\n"), len(want), strings.Join(want, "\n"))
	}
	dead := s.read("tea.dead-letters")
	if len(dead) != 1 || !bytes.Equal(dead[0].Value, useless.Value) || !strings.Contains(reason(dead[0]), `"schema_unknown"`) {
		t.Errorf("%d records were of no use, and one is of a schema that there is not:\n%s", len(dead), m.log())
	}
}

// reason is why a record is a dead letter.
func reason(r *kgo.Record) string {
	i := slices.IndexFunc(r.Headers, func(h kgo.RecordHeader) bool { return h.Key == "ebb_dead_letter" })
	if i < 0 {
		return ""
	}
	return string(r.Headers[i].Value)
}
