package live

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// TestCompressor: as the client hands it over, the changelog is not compressed, and what is published is.
func TestCompressor(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "s.changelog", "s.sessions"))
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	codecs := map[string]int16{}
	cluster.ControlKey(int16(kmsg.Produce), func(r kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		for _, topic := range r.(*kmsg.ProduceRequest).Topics {
			var b kmsg.RecordBatch
			if err := b.ReadFrom(topic.Partitions[0].Records); err != nil {
				t.Error(err)
			}
			name := topic.Topic
			if name == "" {
				name = cluster.TopicInfo("s.changelog").Topic
				if cluster.TopicInfo("s.changelog").TopicID != topic.TopicID {
					name = "s.sessions"
				}
			}
			codecs[name] = b.Attributes & 7
		}
		return nil, nil, false
	})
	c, err := newCompressor()
	if err != nil {
		t.Fatal(err)
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...), kgo.WithCompressor(c))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	value := []byte(strings.Repeat("the same again ", 100))
	for topic, key := range map[string]string{"s.changelog": "\x01u1", "s.sessions": "u1"} {
		if err := client.ProduceSync(context.Background(), &kgo.Record{Topic: topic, Key: []byte(key), Value: value}).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	if codecs["s.changelog"] != 0 || codecs["s.sessions"] == 0 || len(codecs) != 2 {
		t.Errorf("codecs %v", codecs)
	}
	if key := firstKey([]byte{0x80}); key != nil || firstKey(nil) != nil || !bytes.Equal(firstKey([]byte{8, 0, 0, 0, 2, 'k'}), []byte("k")) {
		t.Errorf("of what is no record, key %q", key)
	}
}
