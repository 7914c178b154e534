package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ebbstream/ebb/pipeline/live"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/zap"
)

// brokers are a cluster in memory with one topic of behaviour, and a configuration for it.
func brokers(t *testing.T, more string) (file string, options []kgo.Opt) {
	t.Helper()
	return brokersFor(t, more, filepath.Join(t.TempDir(), "state"))
}

// brokersFor is the same for a state folder.
func brokersFor(t *testing.T, more, state string) (file string, options []kgo.Opt) {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(2, "clicks"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	text := fmt.Sprintf(`
name: tea
kafka: {brokers: [%q], topics: {replication: 1, min_insync: 1, partitions: 3, retention: 7d}}
state: {dir: %q}
time: {lateness: 1m, accept: 24h, max_ahead: 3650d}
sources: [{topic: clicks, format: cloudevents}]
features: {quiet: since_last("*"), spent: 'sum("purchase", "amount")'}
segments:
  regulars: {when: 'count("purchase", "30d") >= 2'}
  cooling: {when: 'in_segment("regulars") && since_last("*") > days(10)'}
%s`, cluster.ListenAddrs()[0], state, more)
	file = filepath.Join(t.TempDir(), "tea.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file, []kgo.Opt{kgo.SeedBrokers(cluster.ListenAddrs()...)}
}

// admin asks a cluster.
func admin(t *testing.T, options []kgo.Opt) *kadm.Client {
	t.Helper()
	client, err := kadm.NewOptClient(options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// golden compares with what was printed before.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name)
	if *rewrite {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is\n%s\nnot\n%s", name, got, want)
	}
}

// TestTopics: what is missing is made, once; what would lose data is refused and stays as it is.
func TestTopics(t *testing.T) {
	file, options := brokers(t, "")
	status, stdout, stderr := ebb("topics", "-c", file)
	if status != 0 {
		t.Fatal(stderr)
	}
	golden(t, "topics-missing.txt", stdout)
	if status, stdout, stderr = ebb("topics", "-c", file, "--apply"); status != 0 {
		t.Fatal(stderr)
	}
	golden(t, "topics-made.txt", stdout)
	if status, stdout, stderr = ebb("topics", "-c", file, "--apply"); status != 0 || strings.Contains(stdout, "made") {
		t.Fatalf("applied twice: status %d\n%s%s", status, stdout, stderr)
	}
	golden(t, "topics-there.txt", stdout)

	a, text := admin(t, options), func(v string) *string { return &v }
	change := func(topic, key, value string) {
		resp, err := a.AlterTopicConfigs(t.Context(), []kadm.AlterConfig{{Op: kadm.SetConfig, Name: key, Value: text(value)}}, topic)
		if err == nil {
			err = resp[0].Err
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	change("tea.changelog", "cleanup.policy", "delete")
	change("tea.late", "retention.ms", "3600000")
	change("tea.sessions", "retention.ms", "864000000")
	if _, err := a.DeleteTopics(t.Context(), "tea.commits", "tea.actions"); err != nil {
		t.Fatal(err)
	}
	if _, err := a.CreateTopic(t.Context(), 5, 1, nil, "tea.commits"); err != nil {
		t.Fatal(err)
	}
	status, stdout, stderr = ebb("topics", "-c", file)
	golden(t, "topics-refused.txt", stdout+stderr)
	if status != 1 {
		t.Errorf("status %d, not 1", status)
	}
	if status, stdout, _ = ebb("topics", "-c", file, "--apply"); status != 1 {
		t.Errorf("applied: status %d, not 1", status)
	}
	golden(t, "topics-applied.txt", stdout)
	s, err := load(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := run(t.Context(), s, false, zap.NewNop(), func(live.Event) {}); err == nil || !strings.Contains(err.Error(), "tea.changelog cleanup.policy is delete, not compact") {
		t.Errorf("ebb run says %v", err)
	}
}

// TestTopicsWithoutSources: ebb does not make what it does not know the size of.
func TestTopicsWithoutSources(t *testing.T) {
	file, _ := brokers(t, "")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(text), "topic: clicks", "topic: views", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	status, stdout, stderr := ebb("topics", "-c", file)
	if status != 0 {
		t.Error(stderr)
	}
	golden(t, "topics-no-source.txt", stdout)
	status, _, stderr = ebb("topics", "-c", file, "--apply")
	if want := "the source views is not there: make the topic"; status != 1 || !strings.Contains(stderr, want) {
		t.Errorf("status %d, %s", status, stderr)
	}
	status, _, stderr = ebb("erase", "lin", "-c", file)
	if want := "the topic tea.events is not there"; status != 1 || !strings.Contains(stderr, want) {
		t.Errorf("status %d, %s", status, stderr)
	}
}
