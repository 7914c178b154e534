package simulate

import (
	"context"

	"github.com/twmb/franz-go/pkg/kgo"
)

// produce sends some input, now and then in a transaction, which may be aborted: what ends it is a record without a value for
// anybody, and what it held must not be seen.
func (s *simulation) produce(topics []string) {
	client, inOne := s.client, s.random.IntN(3) == 0
	if inOne {
		client = s.sends
		if err := client.BeginTransaction(); err != nil {
			s.t.Fatal(err)
		}
	}
	for range s.random.IntN(60) {
		if err := client.ProduceSync(context.Background(), s.work.record(s, topics)).FirstErr(); err != nil {
			s.t.Fatal(err)
		}
	}
	if inOne {
		if err := client.EndTransaction(context.Background(), kgo.TransactionEndTry(s.random.IntN(3) > 0)); err != nil {
			s.t.Fatal(err)
		}
	}
}
