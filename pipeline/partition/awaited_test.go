package partition_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// awaiting decodes what does not name a schema that is awaited.
type awaiting struct {
	lines partition.Decoder
	away  *bool
}

func (a awaiting) Decode(r *schemas.Record) ([]schemas.Event, error) {
	if *a.away {
		return nil, fmt.Errorf("schema 7: %w", schemas.ErrAwaited)
	}
	return a.lines.Decode(r)
}

// TestAwaited: a record whose schema is awaited holds up its source alone, but for the time for which a source that is behind
// is waited for, however much comes in behind it; it is neither passed over nor too late when it can be read.
func TestAwaited(t *testing.T) {
	away := true
	b := newBench(t, func(c *partition.Config) {
		lines := c.Sources[1].Decoder
		c.Sources[1].Decoder = func() partition.Decoder { return awaiting{lines(), &away} }
	}, "clicks", "orders", "t.events")
	b.c.MaxAhead = schemas.Day
	next := func() int64 {
		inputs := b.sealed.Position.Inputs
		i := slices.IndexFunc(inputs, func(in state.Input) bool { return in.Topic == "orders" })
		if i < 0 {
			return 0
		}
		return inputs[i].Next
	}
	away = false
	b.push("orders", "1", "x", "u1", "09:00:00")
	b.push("clicks", "1", "x", "u1", "09:00:01")
	b.want(b.commit())
	away = true
	b.push("orders", "2", "p", "u2", "09:01:00")
	b.push("clicks", "2", "p", "u3", "09:02:00")
	b.want(b.commit()) // it is waited for
	if next() != 1 {
		t.Errorf("the orders stand at %d, before the first that cannot be read", next())
	}
	for i := range 4 {
		b.now = b.now.Add(schemas.Second / 4)
		b.push("orders", fmt.Sprint(3+i), "x", "u2", "09:01:00")
		if i < 3 {
			b.want(b.commit())
		}
	}
	b.want(b.commit(), "segment-changes u3 segment.entered 09:02:00")
	b.push("clicks", "3", "p", "u4", "11:00:00")
	b.want(b.commit(), "segment-changes u4 segment.entered 11:00:00") // at once
	if b.p.Watermark() != at("08:50:00") {
		t.Errorf("the watermark is at %v, and the orders at 09:00", b.p.Watermark())
	}
	if next() != 1 {
		t.Errorf("the orders stand at %d, before the first that cannot be read", next())
	}
	b.p.Confirm("orders", 0, b.next["orders"], b.now)
	away = false
	got := b.commit()
	if next() != 6 || !slices.Contains(got, "segment-changes u2 segment.entered 09:01:00") {
		t.Errorf("the orders stand at %d of 6, and this comes out: %q", next(), got)
	}
}
