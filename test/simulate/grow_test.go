package simulate

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// TestLooseGrows: partitions that a source which is not keyed by profile gets while members run are read from their first record
// on, by the members that have their tasks.
func TestLooseGrows(t *testing.T) {
	e := newEngine(t, "clicks", "orders", "visits")
	bubble(t, func(t *testing.T) {
		s, end := newSimulation(t, 2, e.begin()) // 3 partitions
		defer end()
		s.config.SessionTimeout = 2 * time.Minute // latencies end no session
		s.config.Client = append(s.config.Client, kgo.MetadataMaxAge(10*time.Second))
		s.client.Close()
		s.client = s.newClient()
		s.produce(s.config.Sources)
		if !s.finish() {
			t.Fatal("not all was committed before it grew")
		}
		if _, err := kadm.NewClient(s.client).CreatePartitions(context.Background(), 3, "visits"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		for range 8 {
			s.produce(s.config.Sources)
			time.Sleep(time.Second)
		}
		s.settle()
		s.verify()
		read := map[int32]bool{}
		for _, r := range s.read("visits") {
			read[r.Partition] = true
		}
		if len(read) != 6 {
			t.Errorf("only the partitions %v have records", read)
		}
		const grown = "visits has more partitions than when this member joined"
		if !slices.ContainsFunc(s.told.lines, func(line string) bool { return strings.Contains(line, grown) }) {
			t.Error("nobody told of it")
		}
		if t.Failed() {
			for _, line := range s.told.lines {
				t.Log(line)
			}
		}
	})
}
