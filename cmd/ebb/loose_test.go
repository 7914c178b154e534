package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/config"
)

// TestLooseSources: sources that are not keyed by profile have more partitions than there are tasks, and fewer. What they hold is
// folded once, over a restart, and the commands read all of it.
func TestLooseSources(t *testing.T) {
	file, options := brokers(t, fmt.Sprintf("http: {listen: %q}\nlog: {level: error, format: json}\n", address(t)))
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	const more = "sources: [{topic: visits, format: cloudevents, keyed: false}, {topic: calls, format: cloudevents, keyed: false}, "
	if err := os.WriteFile(file, []byte(strings.Replace(string(text), "sources: [", more, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	status, stdout, stderr := ebb("topics", "-c", file)
	if status != 0 || !strings.Contains(stdout, "make it, with any number of partitions") {
		t.Errorf("without them: status %d\n%s%s", status, stdout, stderr)
	}
	for topic, partitions := range map[string]int32{"visits": 5, "calls": 1} {
		if _, err := admin(t, options).CreateTopic(t.Context(), partitions, 1, nil, topic); err != nil {
			t.Fatal(err)
		}
	}
	client, err := kgo.NewClient(append(options, kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)))...)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	const people = 20
	in := map[int32]bool{}
	send := func(topic string, day int) {
		t.Helper()
		for who := range people {
			r := purchase(fmt.Sprintf("%s-%d-%d", topic, day, who), fmt.Sprintf("%s%d", topic[:2], who), time.Date(2026, 1, day, 9, who, 0, 0, time.UTC).Format(time.RFC3339))
			if r.Topic = topic; topic != "clicks" {
				r.Key = fmt.Appendf(nil, "%x", r.Key) // of the person's own, but not the profile's id
			}
			sent, err := client.ProduceSync(t.Context(), r).First()
			if err != nil {
				t.Fatal(err)
			}
			if topic == "visits" {
				in[sent.Partition] = true
			}
		}
	}
	serve := func(events int) *service {
		t.Helper()
		v := start(t, file)
		until(t, "not all is counted, or folded", func() bool {
			_, metrics := v.get("/metrics")
			return strings.Contains(metrics, fmt.Sprintf("\nebb_events_total %d\n", events)) &&
				strings.Contains(metrics, "\nebb_lag_records{task=\"0\"} 0\n") && strings.Contains(metrics, "\nebb_lag_records{task=\"1\"} 0\n")
		})
		return v
	}
	send("clicks", 5)
	send("visits", 6)
	send("calls", 6)
	if err := client.ProduceSync(t.Context(), &kgo.Record{Topic: "visits", Key: []byte("x"), Value: []byte("{")}).FirstErr(); err != nil {
		t.Fatal(err)
	}
	if len(in) != 5 {
		t.Fatalf("visits has records in %v alone", in)
	}
	serve(3 * people).wait()
	send("visits", 7)
	send("calls", 7)
	v := serve(2 * people) // of this process
	answer, profile := v.get("/profiles/vi7")
	if answer != 200 || !strings.Contains(profile, `"regulars"`) || !strings.Contains(profile, `"tea.events":`) {
		t.Errorf("%d: %s", answer, profile)
	}
	v.wait()

	if status, stdout, stderr = ebb("topics", "-c", file); status != 0 {
		t.Errorf("there: status %d\n%s%s", status, stdout, stderr)
	}
	status, stdout, stderr = ebb("verify", "-c", file, "--json")
	var verified struct{ Kinds []verifiedKind }
	if err := json.Unmarshal([]byte(stdout), &verified); err != nil || status != 0 {
		t.Fatalf("verify: status %d, %v\n%s%s", status, err, stdout, stderr)
	}
	if k := verified.Kinds[0]; k.Published != 2*people || k.Alike != k.Published {
		t.Errorf("compared: %+v", k)
	}
	out := t.TempDir()
	if status, _, stderr = ebb("replay", "-c", file, "--from", "2026-01-01T00:00:00Z", "--output", out); status != 0 {
		t.Fatal(stderr)
	}
	if profiles, changes := results(t, out, "profiles"), results(t, out, "segment-changes"); len(profiles) != 3*people || len(changes) != 2*people {
		t.Errorf("a replay of the topics has %d profiles and %d changes", len(profiles), len(changes))
	}
	status, stdout, stderr = ebb("dead-letters", "list", "-c", file)
	if status != 0 || !strings.Contains(stdout, "visits") || !strings.Contains(stdout, "not_decodable") {
		t.Errorf("dead letters: status %d\n%s%s", status, stdout, stderr)
	}
}

// TestTasksOf: the sources that are keyed by profile say how many tasks there are; where none is, ebb's own topic does.
func TestTasksOf(t *testing.T) {
	topics := func(counts map[string]int) kadm.TopicDetails {
		all := kadm.TopicDetails{}
		for topic, n := range counts {
			d := kadm.TopicDetail{Topic: topic, Partitions: kadm.PartitionDetails{}}
			for p := range int32(n) {
				d.Partitions[p] = kadm.PartitionDetail{Partition: p}
			}
			all[topic] = d
		}
		return all
	}
	of := func(keyed map[string]bool) *settings {
		s := &settings{Config: &config.Config{Name: "tea"}}
		s.Kafka.Topics.Partitions = 12
		for _, topic := range []string{"a", "b", "c"} {
			if k, is := keyed[topic]; is {
				s.sources = append(s.sources, &source{Source: config.Source{Topic: topic, Keyed: k}})
			}
		}
		return s
	}
	for _, test := range []struct {
		keyed  map[string]bool
		counts map[string]int
		want   int
		fails  bool
	}{
		{map[string]bool{"a": true, "b": true}, map[string]int{"a": 4, "b": 4}, 4, false},
		{map[string]bool{"a": true, "b": true}, map[string]int{"a": 4, "b": 5}, 0, true},
		{map[string]bool{"a": false, "b": true}, map[string]int{"a": 4, "b": 5}, 5, false},
		{map[string]bool{"a": true, "b": false}, map[string]int{"a": 4}, 0, false},
		{map[string]bool{"a": false, "b": false}, map[string]int{"a": 4, "b": 5}, 12, false},
		{map[string]bool{"a": false}, map[string]int{"a": 4, "tea.events": 6}, 6, false},
		{map[string]bool{"a": false, "c": true}, map[string]int{"a": 4, "c": 3, "tea.events": 6}, 3, false},
	} {
		if n, err := tasksOf(of(test.keyed), topics(test.counts)); n != test.want || (err != nil) != test.fails {
			t.Errorf("%v of %v: %d, %v", test.keyed, test.counts, n, err)
		}
	}
}
