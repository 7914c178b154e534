package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/operators"
	"github.com/ebbstream/ebb/operators/catalog"
	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/operators/segment"
	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/pipeline/past"
	"github.com/ebbstream/ebb/pipeline/repeat"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
	"github.com/ebbstream/ebb/state/disk"
)

// eventLines decodes a record of several events.
type eventLines struct{ *schemas.JSONDecoder }

func (l eventLines) Decode(r *schemas.Record) (events []schemas.Event, err error) {
	for line := range bytes.Lines(r.Value) {
		var e schemas.Event
		if err := l.JSONDecoder.Decode(line, &e); err != nil {
			return nil, err
		}
		e.Fields = slices.Clone(e.Fields)
		events = append(events, e)
	}
	return events, nil
}

// TestVerifyWithinARecord: commits that ended within a record of several events are repeated with as many of them as they had. All at
// once, the first of them would be behind the watermark to which the last had brought it.
func TestVerifyWithinARecord(t *testing.T) {
	blocks := catalog.Defaults()
	blocks.Segments = catalog.Named[segment.Config]{"buyers": {When: `count("p", "1h") >= 1`}}
	compiled, faults := catalog.Compile(blocks, catalog.Setting{
		Time: operators.Time{Lateness: 10 * schemas.Minute, Accept: schemas.Day}, Limits: expr.Limits{Events: 1000, Values: 100},
	})
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	c := &partition.Config{Name: "t", Catalog: compiled, Lateness: 10 * schemas.Minute, MaxAhead: schemas.Minute, IdleAfter: schemas.Forever,
		MuteBefore: schemas.Earliest, Sessions: true, Profiles: -1, Rows: 100 << 10, Sources: []partition.Source{
			{Topic: "clicks", Decoder: func() partition.Decoder { return eventLines{schemas.NewJSONDecoder(compiled.Plan.Fields)} }}}}
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "clicks", "t.commits"))
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	client, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	write := func(topic string, value []byte) *kgo.Record {
		t.Helper()
		r, err := client.ProduceSync(t.Context(), &kgo.Record{Topic: topic, Value: value}).First()
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	var all []string
	for i, clock := range []string{"10:00", "11:00", "10:55", "11:30", "11:25"} {
		all = append(all, fmt.Sprintf(`{"id":"%d","type":"p","subject":"u%d","time":"2026-01-05T%s:00Z","data":{}}`, i, i, clock))
	}
	record := write("clicks", []byte(strings.Join(all, "\n")))

	open := func() partition.Disk {
		store, err := disk.Open(t.TempDir(), disk.Options{NoWAL: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { store.Close() })
		return partition.Disk{Store: store}
	}
	var was, is []string
	to := func(list *[]string) func([]*kgo.Record) error {
		return func(records []*kgo.Record) error {
			for _, r := range records {
				*list = append(*list, fmt.Sprintf("%s %s %s", r.Topic, r.Key, r.Value))
			}
			return nil
		}
	}
	store := open()
	p, err := partition.New(c, 0, state.Position{Watermark: schemas.Earliest}, store)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Push([]*kgo.Record{record}); err != nil {
		t.Fatal(err)
	}
	for _, most := range []int{3, 1, 5} {
		if _, err := p.Fold(schemas.Instant(time.Now().UnixMilli()), most); err != nil {
			t.Fatal(err)
		}
		b, err := p.Seal()
		if err != nil {
			t.Fatal(err)
		}
		if err := store.Apply(0, b.Rows, b.Position); err != nil {
			t.Fatal(err)
		}
		p.Landed()
		_ = to(&was)(b.Outputs)
		write("t.commits", b.Position.AppendBinary(nil))
	}

	topics, err := past.Read(t.Context(), client, "t.commits", "clicks")
	if err != nil {
		t.Fatal(err)
	}
	defer topics.Close()
	task := &repeat.Task{Commits: topics.Partitions[0], Inputs: topics.Partitions[1:]}
	if err := task.Run(c, open(), to(&is)); err != nil {
		t.Fatal(err)
	}
	slices.Sort(was)
	slices.Sort(is)
	if !slices.Equal(was, is) {
		t.Errorf("repeated\n  %s\nwas\n  %s", strings.Join(is, "\n  "), strings.Join(was, "\n  "))
	}
}
