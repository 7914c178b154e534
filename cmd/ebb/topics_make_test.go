package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"go.uber.org/zap"
)

// TestBrokerNotCountedYet: a controller that does not count a broker yet, which is there, is asked again; a cluster that is too
// small is refused.
func TestBrokerNotCountedYet(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(2, "clicks"))
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	left := 1 << 30 // refusals to come
	cluster.ControlKey(int16(kmsg.CreateTopics), func(r kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		if left == 0 {
			return nil, nil, false
		}
		left--
		resp := r.ResponseKind().(*kmsg.CreateTopicsResponse)
		for _, topic := range r.(*kmsg.CreateTopicsRequest).Topics {
			resp.Topics = append(resp.Topics, kmsg.CreateTopicsResponseTopic{Topic: topic.Topic, ErrorCode: kerr.InvalidReplicationFactor.Code})
		}
		return resp, nil, true
	})
	options := []kgo.Opt{kgo.SeedBrokers(cluster.ListenAddrs()...)}
	start := func(replication string) error {
		file := filepath.Join(t.TempDir(), "tea.yaml")
		text := "name: tea\nkafka: {brokers: [\"" + cluster.ListenAddrs()[0] + "\"], topics: {min_insync: 1, replication: " + replication + "}}\nsources: [{topic: clicks, format: cloudevents}]\n"
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := load(file)
		if err != nil {
			t.Fatal(err)
		}
		_, err = startTopics(context.Background(), s, options, zap.NewNop())
		return err
	}
	if err := start("3"); err == nil || !strings.Contains(err.Error(), "fewer brokers") {
		t.Errorf("three copies: %v", err)
	}
	left = 1
	if err := start("1"); err != nil || left != 0 {
		t.Errorf("one copy, refused at first: %v, with %d refusals left", err, left)
	}
}
