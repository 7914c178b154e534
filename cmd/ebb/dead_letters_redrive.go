package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/schemas"
)

func redriveCommand() *cobra.Command {
	f := &lettersFlags{}
	var every bool
	cmd := &cobra.Command{
		Use:   "redrive (LETTER... | --all | --reason REASON) -c FILE",
		Short: "Bring in those that can be used by now",
		Long: `Bring in those that can be used by now: each record is read as its source has it in the configuration of today, and its events
are written to NAME.events, those of a person in the order in which they came. The receipt says where, or what is still wrong.

To do it twice does no harm: of an event with the same source and id the first counts, as long as it is not older than time.accept.
What is older than that goes to NAME.late. The letters stay where they are until their retention ends. For a map that reads
kafka.timestamp it is that of the letter.`,
		Example:           "  ebb dead-letters redrive --reason not_mappable -c shop.yaml",
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			if given := len(args) > 0; given == (every || f.reason != "") || every && f.reason != "" {
				return asked("say which: letters as `ebb dead-letters list` names them, or --all, or --reason REASON")
			}
			return f.with(cmd.Context(), func(s *settings, client *kgo.Client, all []*letter) (err error) {
				chosen := all
				if len(args) > 0 {
					if chosen, err = choose(all, args); err != nil {
						return err
					}
				}
				driven, err := redrive(cmd.Context(), client, s, chosen, schemas.Instant(time.Now().UnixMilli()))
				return errors.Join(printDriven(cmd.OutOrStdout(), driven, f.asJSON), err)
			})
		},
	}
	f.add(cmd)
	cmd.Flags().BoolVar(&every, "all", false, "all there are")
	cmd.Flags().StringVar(&f.reason, "reason", "", "all with this `reason`")
	return cmd
}

// driven is what became of a letter.
type driven struct {
	Letter string    `json:"letter"`
	Events []written `json:"events,omitempty"`
	Still  string    `json:"still,omitempty"` // the reason why it is still of no use
	Detail string    `json:"detail,omitempty"`
}

// written is where the brokers have an event.
type written struct {
	ID        string `json:"id"`
	Profile   string `json:"profile"`
	Topic     string `json:"topic"`
	Partition int32  `json:"partition"`
	Offset    int64  `json:"offset"`
}

// redrive writes the events of letters, in their order. What was written before an error is told.
func redrive(ctx context.Context, client *kgo.Client, s *settings, letters []*letter, now schemas.Instant) (out []driven, err error) {
	all, _, err := sources(ctx, s)
	if err != nil {
		return nil, err
	}
	decoders := map[string]partition.Decoder{}
	for _, source := range all {
		decoders[source.Topic] = source.Decoder()
	}
	topic := s.Name + ".events"
	there, err := kadm.NewClient(client).ListTopics(ctx, topic)
	if err != nil {
		return nil, fmt.Errorf("looking up %s: %w", topic, err)
	}
	if !there.Has(topic) {
		return nil, refusal("the topic %s is not there: `ebb topics --apply` makes it", topic)
	}
	for _, l := range letters {
		d := driven{Letter: l.Letter}
		records, why, err := l.events(decoders[l.Topic], topic, now.Add(schemas.Duration(s.Time.MaxAhead)))
		if err != nil {
			return out, fmt.Errorf("reading letter %s: %w", l.Letter, err)
		}
		if why != nil {
			d.Still, d.Detail = why.Reason, why.Detail
		}
		for _, r := range records {
			w, err := client.ProduceSync(ctx, r).First()
			if err != nil {
				return append(out, d), fmt.Errorf("writing an event of letter %s to %s: %w; it may be there, and another does no harm", l.Letter, topic, err)
			}
			d.Events = append(d.Events, written{ID: string(r.Headers[1].Value), Profile: string(r.Key), Topic: topic, Partition: w.Partition, Offset: w.Offset})
		}
		out = append(out, d)
	}
	return out, nil
}

// events are the records to write of a letter, or why there are none.
func (l *letter) events(decoder partition.Decoder, topic string, until schemas.Instant) (out []*kgo.Record, why *schemas.Unusable, err error) {
	if decoder == nil {
		return nil, &schemas.Unusable{Reason: l.Reason, Detail: fmt.Sprintf("the configuration has no source with the topic %s any more", l.Topic)}, nil
	}
	r := &schemas.Record{Origin: schemas.Origin{Topic: l.Topic, Partition: l.Partition, Offset: l.Offset},
		Timestamp: schemas.Instant(l.record.Timestamp.UnixMilli()), Key: l.record.Key, Value: l.record.Value}
	for _, h := range l.record.Headers {
		r.Headers = append(r.Headers, schemas.Header(h))
	}
	events, err := decoder.Decode(r)
	if errors.As(err, &why) {
		return nil, why, nil
	}
	if err != nil {
		return nil, nil, err
	}
	for i := range events {
		e := &events[i]
		if e.Time > until {
			return nil, &schemas.Unusable{Reason: schemas.TooFarAhead, Detail: fmt.Sprintf("its time is %v, and is to come", e.Time)}, nil
		}
		out = append(out, partition.Keyed(topic, e))
	}
	return out, nil, nil
}

func printDriven(w io.Writer, all []driven, asJSON bool) error {
	if asJSON {
		if all == nil {
			all = []driven{}
		}
		return writeJSON(w, all)
	}
	t := &table{}
	t.row("LETTER", "PROFILE", "EVENT", "PARTITION", "OFFSET", "STILL")
	for _, d := range all {
		for _, e := range d.Events {
			t.row(d.Letter, shown(e.Profile), shown(e.ID), fmt.Sprint(e.Partition), fmt.Sprint(e.Offset))
		}
		if d.Still != "" {
			t.row(d.Letter, "-", "-", "-", "-", shown(d.Still)+": "+shown(d.Detail))
		} else if len(d.Events) == 0 {
			t.row(d.Letter, "-", "-", "-", "-", "nothing of it is an event")
		}
	}
	return t.print(w)
}
