//go:build linux

package registry

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sr"
)

// A stream is what a writer sends, whose way to brokers and registry is never blocked.
type stream struct {
	t          *testing.T
	brokers    string
	client     *kgo.Client
	registry   *sr.Client
	subject    string
	began      time.Time
	sent       int
	orders     []placed         // that are to be read
	partitions map[string]int32 // of whom
}

func newStream(t *testing.T, registry string) *stream {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(2, "orders"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	s := &stream{t: t, partitions: map[string]int32{}, brokers: cluster.ListenAddrs()[0], began: time.Now().Add(-time.Hour)}
	s.subject = fmt.Sprintf("run%d.orders-value", s.began.UnixNano()) // those of an earlier run are no matter
	if s.client, err = kgo.NewClient(kgo.SeedBrokers(s.brokers)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.client.Close)
	if s.registry, err = sr.NewClient(sr.URLs(registry)); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *stream) register(text string, coupon bool) schema {
	s.t.Helper()
	made, err := s.registry.CreateSchema(s.t.Context(), s.subject, sr.Schema{Schema: text})
	if err != nil {
		s.t.Fatal(err)
	}
	return schema{made.ID, coupon}
}

// place sends one more order of somebody, of a schema. It is to be read.
func (s *stream) place(user string, by schema) {
	s.t.Helper()
	o := placed{number: s.sent, user: user, at: s.began.Add(time.Duration(s.sent) * time.Millisecond), coupon: by.coupon}
	s.sent++
	s.orders = append(s.orders, o)
	r := o.record(by)
	s.send(r)
	s.partitions[user] = r.Partition
}

func (s *stream) send(r *kgo.Record) {
	s.t.Helper()
	if err := s.client.ProduceSync(s.t.Context(), r).FirstErr(); err != nil {
		s.t.Fatal(err)
	}
}

func (s *stream) count(user string) (n int) {
	for _, o := range s.orders {
		if o.user == user {
			n++
		}
	}
	return n
}

// until waits until all orders of these are committed.
func (s *stream) until(m *member, users ...string) {
	s.t.Helper()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		i := slices.IndexFunc(users, func(user string) bool { return m.orders(user) != s.count(user) })
		if i < 0 {
			return
		}
		if time.Now().After(end) {
			s.t.Fatalf("%d of %d orders of %s were read within half a minute:\n%s", m.orders(users[i]), s.count(users[i]), users[i], m.log())
		}
	}
}

// read is what a topic holds.
func (s *stream) read(topic string) (all []*kgo.Record) {
	s.t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(s.brokers), kgo.ConsumeTopics(topic), kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.KeepControlRecords())
	if err != nil {
		s.t.Fatal(err)
	}
	defer client.Close()
	ends, err := kadm.NewClient(client).ListCommittedOffsets(s.t.Context(), topic)
	if err != nil || ends.Error() != nil {
		s.t.Fatal(err, ends.Error())
	}
	left := map[int32]int64{}
	ends.Each(func(o kadm.ListedOffset) {
		if o.Offset > 0 {
			left[o.Partition] = o.Offset
		}
	})
	for len(left) > 0 {
		fetches := client.PollFetches(s.t.Context())
		if err := fetches.Err(); err != nil {
			s.t.Fatal(err)
		}
		for r := range fetches.RecordsAll() {
			if !r.Attrs.IsControl() {
				all = append(all, r)
			}
			if r.Offset+1 >= left[r.Partition] {
				delete(left, r.Partition)
			}
		}
	}
	return all
}

// published are the changes that came out, sorted.
func (s *stream) published() (all []string) {
	s.t.Helper()
	for _, r := range s.read("tea.segment-changes") {
		all = append(all, sameness(s.t, r.Value))
	}
	slices.Sort(all)
	return all
}

// replayed are those that come out of the same as JSON, sorted.
func (s *stream) replayed(m *member) (all []string) {
	s.t.Helper()
	input, output := filepath.Join(m.dir, "events.jsonl"), filepath.Join(m.dir, "replayed")
	var events strings.Builder
	for _, o := range s.orders {
		events.WriteString(o.line())
	}
	if err := os.WriteFile(input, []byte(events.String()), 0o644); err != nil {
		s.t.Fatal(err)
	}
	if out, err := exec.CommandContext(s.t.Context(), m.program(), "replay", "-c", m.config(), "--input", input, "--output", output).CombinedOutput(); err != nil {
		s.t.Fatalf("replaying: %v\n%s", err, out)
	}
	text, err := os.ReadFile(filepath.Join(output, "segment-changes.jsonl"))
	if err != nil {
		s.t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		var event struct{ Data json.RawMessage }
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			s.t.Fatal(err)
		}
		all = append(all, sameness(s.t, event.Data))
	}
	slices.Sort(all)
	return all
}

// sameness is a change without where in the topic its cause lay, of which a file knows nothing.
func sameness(t *testing.T, change []byte) string {
	t.Helper()
	var data map[string]any
	if err := json.Unmarshal(change, &data); err != nil {
		t.Fatalf("%q is no change: %v", change, err)
	}
	if by, ok := data["caused_by"].(map[string]any); ok {
		for _, place := range []string{"topic", "partition", "offset"} {
			delete(by, place)
		}
	}
	text, err := json.Marshal(data)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
