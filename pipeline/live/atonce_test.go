package live

import (
	"context"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
)

// TestAtOnce: what is published at once can be read as soon as it is produced, and stays when the transaction is given up; of
// all else nothing can be read until the end.
func TestAtOnce(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "shop.segment-changes", "shop.profiles", "shop.changelog"))
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	c := &Config{Name: "shop", AtOnce: []string{"shop.segment-changes"}, Client: []kgo.Opt{kgo.SeedBrokers(cluster.ListenAddrs()...)}}
	client, err := kgo.NewClient(append(c.Client, kgo.TransactionalID("shop-m0"))...)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	txn := &kafkaTransaction{client: client}
	if err := txn.publishAtOnce(c); err != nil {
		t.Fatal(err)
	}
	defer txn.early.Close()
	readable := func(want map[string]int64) {
		t.Helper()
		offsets, err := kadm.NewClient(client).ListCommittedOffsets(context.Background(), "shop.segment-changes", "shop.profiles", "shop.changelog")
		if err != nil {
			t.Fatal(err)
		}
		for topic, n := range want {
			if o, _ := offsets.Lookup(topic, 0); o.Offset != n {
				t.Errorf("of %s %d offsets can be read, not %d", topic, o.Offset, n)
			}
		}
	}
	if err := txn.settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := txn.begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	records := []*kgo.Record{{Topic: "shop.segment-changes", Value: []byte("entered")}, {Topic: "shop.profiles", Value: []byte("{}")}, {Topic: "shop.changelog", Value: []byte("row")}}
	if err := txn.produce(t.Context(), records); err != nil {
		t.Fatal(err)
	}
	readable(map[string]int64{"shop.segment-changes": 1, "shop.profiles": 0, "shop.changelog": 0})
	if err := txn.abort(t.Context()); err != nil {
		t.Fatal(err)
	}
	readable(map[string]int64{"shop.segment-changes": 1, "shop.profiles": 2, "shop.changelog": 2}) // with the markers
	reader, err := kgo.NewClient(append(c.Client, kgo.ConsumeTopics("shop.segment-changes"), kgo.FetchIsolationLevel(kgo.ReadCommitted()))...)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if got := reader.PollFetches(t.Context()).Records(); len(got) != 1 || string(got[0].Value) != "entered" {
		t.Errorf("read %v", got)
	}
}
