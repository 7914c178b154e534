package past

import (
	"context"
	"fmt"
	"io"
	"slices"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestRead: what is committed when the reading begins is read, from the first record that is left to the last, also where what
// lies at the end was aborted; nothing that comes later, and nothing that nobody asks for.
func TestRead(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(2), kfake.SeedTopics(2, "clicks", "empty"))
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	seeds := kgo.SeedBrokers(cluster.ListenAddrs()...)
	client, err := kgo.NewClient(seeds, kgo.TransactionalID("till"), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	write := func(end kgo.TransactionEndTry, texts ...string) {
		t.Helper()
		if err := client.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		for _, text := range texts {
			for p := range int32(2) {
				if err := client.ProduceSync(t.Context(), &kgo.Record{Topic: "clicks", Partition: p, Value: fmt.Appendf(nil, "%s%d", text, p)}).FirstErr(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := client.EndTransaction(t.Context(), end); err != nil {
			t.Fatal(err)
		}
	}
	write(kgo.TryCommit, "a", "b") // offsets 0 to 2 of each, with the end of the transaction
	write(kgo.TryAbort, "x")
	write(kgo.TryCommit, "c")
	write(kgo.TryAbort, "y", "z")
	var gone kadm.Offsets
	gone.AddOffset("clicks", 1, 1, -1)
	if _, err := kadm.NewClient(client).DeleteRecords(t.Context(), gone); err != nil {
		t.Fatal(err)
	}
	reader, err := kgo.NewClient(seeds)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	topics, err := Read(t.Context(), reader, "clicks", "empty")
	if err != nil {
		t.Fatal(err)
	}
	write(kgo.TryCommit, "later")
	var got []string
	for _, p := range topics.Partitions[:3] { // nobody asks for the last
		for {
			r, err := p.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, string(r.Value))
		}
	}
	topics.Close()
	if want := []string{"a0", "b0", "c0", "b1", "c1"}; !slices.Equal(got, want) {
		t.Errorf("read %q, not %q", got, want)
	}
	if p := topics.Partitions[1]; p.Topic != "clicks" || p.Number != 1 || p.From != 1 || p.End <= p.From {
		t.Errorf("the second partition is %s/%d from %d to %d", p.Topic, p.Number, p.From, p.End)
	}
	if _, err := Read(t.Context(), reader, "clicks", "nowhere"); err == nil {
		t.Error("a topic that is not there is read")
	}
}

// TestClose: whoever waits for records when all is closed is told.
func TestClose(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "clicks"))
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	client, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.ProduceSync(t.Context(), &kgo.Record{Topic: "clicks", Value: []byte("a")}).FirstErr(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	topics, err := Read(ctx, client, "clicks")
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if r, err := topics.Partitions[0].Next(); err == nil || err == io.EOF {
		t.Errorf("after the end: %v, %v", r, err)
	}
	topics.Close()
}
