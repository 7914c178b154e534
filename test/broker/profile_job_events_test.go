//go:build linux

package broker

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/pipeline/shop"
)

// send writes the events, and says how many bytes their values have.
func (j *profileJob) send() (size int) {
	j.c.makeTopicsAs(j.b, profilePartitions, map[string]string{"retention.ms": "-1"}, j.topic)
	client := j.c.client(j.b, kgo.DefaultProduceTopic(j.topic), kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)),
		kgo.ProducerBatchCompression(kgo.Lz4Compression()))
	defer client.Close()
	var failed atomic.Pointer[error]
	traffic := shop.New(42, *events, *users)
	for range *events {
		e := traffic.Next()
		subject := fmt.Sprintf("user-%08d", e.User)
		r := &kgo.Record{Key: []byte(subject), Value: appendShopAvro(nil, e, subject), Timestamp: time.UnixMilli(int64(e.Time))}
		size += len(r.Value)
		client.Produce(context.Background(), r, func(_ *kgo.Record, err error) {
			if err != nil {
				failed.CompareAndSwap(nil, &err)
			}
		})
	}
	if err := client.Flush(context.Background()); err != nil {
		j.b.Fatal(err)
	}
	if err := failed.Load(); err != nil {
		j.b.Fatalf("sending events: %v", *err)
	}
	return size
}

// appendShopAvro writes an event in Confluent's wire format, by shop.avsc.
func appendShopAvro(b []byte, e *shop.Event, subject string) []byte {
	text := func(s string) { b = append(binary.AppendVarint(b, int64(len(s))), s...) }
	const null, there = 0, 2 // the branches of a union
	b = append(b, 0, 0, 0, 0, 1)
	text(e.ID)
	text(subject)
	b = binary.AppendVarint(b, int64(e.Time))
	text(e.Type)
	if e.Category == "" {
		b = append(b, null, null)
	} else {
		b = append(b, there)
		text(e.Category)
		b = append(b, there)
		text(fmt.Sprintf("item-%06d", e.Item))
	}
	if e.Amount == 0 {
		b = append(b, null)
	} else {
		b = binary.LittleEndian.AppendUint64(append(b, there), math.Float64bits(e.Amount))
	}
	text(e.URL)
	return b
}

// read counts the changes that came out, and who entered what.
func (j *profileJob) read(r *result, topic string) {
	r.entries, r.Entered = map[string]digest{}, map[string]int{}
	j.c.readEach(j.b, func(record *kgo.Record) {
		var change struct{ Segment, Profile, Status string }
		if err := json.Unmarshal(record.Value, &change); err != nil {
			j.b.Fatalf("%s is no change: %v", record.Value, err)
		}
		r.Changes++
		if change.Status == "entered" {
			d := r.entries[change.Segment]
			d.add(hashes, change.Profile)
			r.entries[change.Segment] = d
			r.Entered[change.Segment]++
		}
	}, topic)
}
