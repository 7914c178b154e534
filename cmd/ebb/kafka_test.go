package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// TestAskAgain: where a new topic is, or a leader that has moved, is asked again at once, and not after the five seconds of the
// client's own, in which nothing would be committed.
func TestAskAgain(t *testing.T) {
	file := filepath.Join(t.TempDir(), "tea.yaml")
	if err := os.WriteFile(file, []byte("name: tea\nkafka: {brokers: [\"127.0.0.1:1\"]}\nsources: [{topic: clicks, format: cloudevents}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := load(file)
	if err != nil {
		t.Fatal(err)
	}
	options, err := clientOptions(s)
	if err != nil {
		t.Fatal(err)
	}
	client, err := kgo.NewClient(options...)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if least := client.OptValue(kgo.MetadataMinAge).(time.Duration); least > 500*time.Millisecond {
		t.Errorf("asked again after %v at the earliest", least)
	}
}
