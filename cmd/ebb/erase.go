package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/schemas"
)

func eraseCommand() *cobra.Command {
	var file string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "erase ID... -c FILE",
		Short: "Have people forgotten",
		Long: `Have people forgotten: everything up to now is forgotten of them, in the state, the profiles and the changelog, and what still
arrives of that time is not applied.

An ebb.erase event for each is written to NAME.events; the receipt says where. The service acts on it when it comes to it,
which its metrics (ebb_lag_records) and the profile itself tell. What is in the sources and in topics that are not compacted
goes with their retention.`,
		Example: "  ebb erase anna -c shop.yaml",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return asked("ebb erase takes the ids of profiles, found none; write it like `ebb erase anna -c FILE`")
			}
			for _, id := range args {
				if id == "" {
					return asked("ebb erase takes the ids of profiles, found one that is empty")
				}
			}
			return nil
		},
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := load(file)
			if err != nil {
				return err
			}
			options, err := clientOptions(s)
			if err != nil {
				return err
			}
			var receipts []receipt
			err = askBrokers(options, func(client *kgo.Client) (err error) {
				receipts, err = erase(cmd.Context(), client, s.Name, args, schemas.Instant(time.Now().UnixMilli()))
				return err
			})
			if len(receipts) > 0 {
				err = errors.Join(printReceipts(cmd.OutOrStdout(), receipts, asJSON), err)
			}
			return err
		},
	}
	configFlag(cmd, &file)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// receipt says where the brokers have an erasure.
type receipt struct {
	Profile   string          `json:"profile"`
	ID        string          `json:"id"`
	Topic     string          `json:"topic"`
	Partition int32           `json:"partition"`
	Offset    int64           `json:"offset"`
	Time      schemas.Instant `json:"time"`
}

// erase writes an erasure for each id. What was written before an error has a receipt.
func erase(ctx context.Context, client *kgo.Client, name string, ids []string, now schemas.Instant) ([]receipt, error) {
	topic := name + ".events"
	there, err := kadm.NewClient(client).ListTopics(ctx, topic)
	if err != nil {
		return nil, fmt.Errorf("looking up %s: %w", topic, err)
	}
	if d := there[topic]; errors.Is(d.Err, kerr.UnknownTopicOrPartition) || len(d.Partitions) == 0 {
		return nil, refusal("the topic %s is not there: has the service ever run? `ebb topics --apply` makes it", topic)
	}
	var receipts []receipt
	for _, id := range ids {
		r := receipt{Profile: id, ID: rand.Text(), Topic: topic, Time: now}
		record, err := erasure(name, r)
		if err != nil {
			return receipts, err
		}
		written, err := client.ProduceSync(ctx, record).First()
		if err != nil {
			return receipts, fmt.Errorf("writing the erasure of %q to %s: %w; it may be there, and another does no harm", id, topic, err)
		}
		r.Partition, r.Offset = written.Partition, written.Offset
		receipts = append(receipts, r)
	}
	return receipts, nil
}

// erasure is the event, as a CloudEvent in structured mode: a record without a value would be a tombstone.
func erasure(name string, r receipt) (*kgo.Record, error) {
	value, err := json.Marshal(struct {
		Version string          `json:"specversion"`
		ID      string          `json:"id"`
		Source  string          `json:"source"`
		Type    string          `json:"type"`
		Subject string          `json:"subject"`
		Time    schemas.Instant `json:"time"`
	}{"1.0", r.ID, schemas.Source(name) + "/erase", schemas.TypeErase, r.Profile, r.Time})
	if err != nil {
		return nil, fmt.Errorf("writing the erasure of %q: %w", r.Profile, err)
	}
	return &kgo.Record{Topic: r.Topic, Key: []byte(r.Profile), Value: value,
		Headers: []kgo.RecordHeader{{Key: "content-type", Value: []byte("application/cloudevents+json; charset=UTF-8")}}}, nil
}

func printReceipts(w io.Writer, all []receipt, asJSON bool) error {
	if asJSON {
		return writeJSON(w, all)
	}
	t := &table{}
	t.row("PROFILE", "EVENT", "TOPIC", "PARTITION", "OFFSET", "TIME")
	for _, r := range all {
		t.row(shown(r.Profile), r.ID, r.Topic, fmt.Sprint(r.Partition), fmt.Sprint(r.Offset), r.Time.String())
	}
	return t.print(w)
}
