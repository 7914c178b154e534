package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/pipeline/past"
	"github.com/ebbstream/ebb/schemas"
)

// exported is all that is known of a person.
type exported struct {
	Profile string          `json:"profile"`
	At      schemas.Instant `json:"at"`
	Read    []readPart      `json:"read"`
	State   json.RawMessage `json:"state"` // null: there is none, or nobody who was asked has it
	Missing string          `json:"state_missing,omitempty"`
	Events  []exportedEvent `json:"events"`
	Changes []exportedEvent `json:"segment_changes"`
	Ended   []exportedEvent `json:"sessions"`
	Decided []exportedEvent `json:"actions"`
	Late    []exportedEvent `json:"late"`
	Dead    []*wholeLetter  `json:"dead_letters"`
}

// readPart is what was read of a partition, and how many of its records are the person's.
type readPart struct {
	Topic     string `json:"topic"`
	Partition int32  `json:"partition"`
	From      int64  `json:"from"`
	End       int64  `json:"end"` // the offset after the last
	Records   int    `json:"records"`
}

// exportedEvent is a CloudEvent in the file form.
type exportedEvent struct {
	SpecVersion string          `json:"specversion"`
	ID          string          `json:"id"`
	Source      string          `json:"source"`
	Type        string          `json:"type"`
	Subject     string          `json:"subject"`
	Time        string          `json:"time,omitempty"`
	Data        json.RawMessage `json:"data,omitempty"`
	Bytes       []byte          `json:"data_base64,omitempty"` // of data that cannot be read
	Reason      string          `json:"ebbreason,omitempty"`
}

// gather reads the sources and what was published. Of a topic keyed by profile only the partition of the id is read.
func (d *exported) gather(ctx context.Context, s *settings, client *kgo.Client) error {
	all, registry, err := sources(ctx, s)
	if err != nil {
		return err
	}
	reader := readPublished(registry)
	told := map[string]*[]exportedEvent{s.Name + ".segment-changes": &d.Changes, s.Name + ".sessions": &d.Ended, s.Name + ".actions": &d.Decided, s.Name + ".late": &d.Late}
	for _, list := range []*[]exportedEvent{&d.Events, &d.Changes, &d.Ended, &d.Decided, &d.Late} {
		*list = []exportedEvent{} // not null
	}
	d.Dead = []*wholeLetter{}
	read := map[string]partition.Source{}
	var wanted []string
	for _, source := range all {
		read[source.Topic] = source
		wanted = append(wanted, source.Topic)
	}
	wanted = append(wanted, s.Name+".segment-changes", s.Name+".sessions", s.Name+".actions", s.Name+".late", s.Name+".dead-letters")
	there, err := kadm.NewClient(client).ListTopics(ctx, wanted...)
	if err != nil {
		return fmt.Errorf("looking up topics at %v: %w", s.Kafka.Brokers, err)
	}
	var names []string
	for _, name := range wanted {
		if there.Has(name) {
			names = append(names, name)
		}
	}
	topics, err := past.Read(ctx, client, names...)
	if err != nil {
		return err
	}
	defer topics.Close()
	for _, p := range topics.Partitions {
		source, isSource := read[p.Topic]
		if !(isSource && source.Loose) && p.Number != partition.TaskOf(d.Profile, len(there[p.Topic].Partitions)) {
			continue
		}
		part := readPart{Topic: p.Topic, Partition: p.Number, From: p.From, End: p.End}
		switch {
		case isSource:
			part.Records, err = d.events(p, source.Decoder())
		case told[p.Topic] != nil:
			part.Records, err = d.records(p, func(r *kgo.Record) { *told[p.Topic] = append(*told[p.Topic], eventOf(r, reader)) })
		default:
			part.Records, err = d.records(p, func(r *kgo.Record) {
				if l := newLetter(r); l != nil {
					d.Dead = append(d.Dead, l.whole())
				}
			})
		}
		if err != nil {
			return err
		}
		d.Read = append(d.Read, part)
	}
	return nil
}

// events takes the person's events out of a source. A record that cannot be used is among the dead letters, if it was met.
func (d *exported) events(p *past.Partition, decoder partition.Decoder) (n int, err error) {
	all := past.NewEvents(p, decoder, past.Span{From: schemas.Earliest, To: schemas.Never}, func(schemas.DeadLetter) {})
	for {
		var e schemas.Event
		if err := all.Next(&e); err == io.EOF {
			return n, nil
		} else if err != nil {
			return n, err
		}
		if e.Subject == d.Profile {
			n++
			d.Events = append(d.Events, exportedEvent{SpecVersion: "1.0", ID: e.ID, Source: e.Source, Type: e.Type, Subject: e.Subject,
				Time: e.Time.String(), Data: e.AppendData(nil)})
		}
	}
}

// records takes the records with the person's key.
func (d *exported) records(p *past.Partition, take func(*kgo.Record)) (n int, err error) {
	for {
		r, err := p.Next()
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		if string(r.Key) == d.Profile {
			n++
			take(r)
		}
	}
}

// eventOf is a record in CloudEvents' binary mode.
func eventOf(r *kgo.Record, reader *published) exportedEvent {
	e := attributesOf(r)
	if json.Valid(r.Value) {
		e.Data = r.Value
	} else if v, ok := reader.value(r.Value); ok {
		e.Data = v.AppendJSON(nil)
	} else {
		e.Bytes = r.Value
	}
	return e
}

// attributesOf is all of it but the data.
func attributesOf(r *kgo.Record) (e exportedEvent) {
	for _, h := range r.Headers {
		for key, part := range map[string]*string{"ce_specversion": &e.SpecVersion, "ce_id": &e.ID, "ce_source": &e.Source, "ce_type": &e.Type,
			"ce_subject": &e.Subject, "ce_time": &e.Time, "ce_ebbreason": &e.Reason} {
			if h.Key == key {
				*part = string(h.Value)
			}
		}
	}
	return e
}
