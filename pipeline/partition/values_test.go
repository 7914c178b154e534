package partition_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/schemas"
)

// TestEncoders: values are written by the encoder of their kind of topic, and by JSON where there is none.
func TestEncoders(t *testing.T) {
	b := newBench(t, func(c *partition.Config) {
		c.Memberships = true
		c.Encoders = map[string]schemas.Encoder{"segment-changes": schemas.AvroFramed{ID: 7}, "memberships": schemas.AudienceCalls{}}
	}, "clicks", "t.events")
	b.push("clicks", "1", "p", "u1", "09:00:00")
	b.push("clicks", "2", "x", "u2", "10:20:00")
	b.commit()
	const change = "\x00\x00\x00\x00\x07\x0cbuyers\x04u1\x0e"
	want := []string{
		"t.segment-changes application/avro " + change + "entered",
		`t.memberships application/json {"type":"track","messageId":"`,
		"t.segment-changes application/avro " + strings.TrimSuffix(change, "\x0e") + "\x0cexited",
		"t.memberships  ",
		`t.sessions application/json {"profile":"u1","session":"`,
	}
	for i, r := range b.sealed.Outputs {
		content := ""
		if at := slices.IndexFunc(r.Headers, func(h kgo.RecordHeader) bool { return h.Key == "content-type" }); at >= 0 {
			content = string(r.Headers[at].Value)
		}
		if got := r.Topic + " " + content + " " + string(r.Value); i >= len(want) || !strings.HasPrefix(got, want[i]) {
			t.Errorf("%q is not expected here, of %q", got, want)
		}
	}
	if len(b.sealed.Outputs) != len(want) {
		t.Errorf("%d records, not %d", len(b.sealed.Outputs), len(want))
	}
}
