package simulate

import (
	"fmt"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
	"github.com/ebbstream/ebb/test/engine"
)

// TestTimersOfAnotherConfiguration: rows that are due only by the configuration of before do not hide what is due by this one,
// though they are more than are looked at at once.
func TestTimersOfAnotherConfiguration(t *testing.T) {
	const both = "name: shop\ntime: {idle_after: never}\nsegments:\n  gone: {when: 'count(\"view\", \"1h\") >= 1'}\n  kept: {when: 'count(\"cart\", \"2h\") >= 1'}\n"
	const one = "name: shop\ntime: {idle_after: never}\nsegments:\n  kept: {when: 'count(\"cart\", \"2h\") >= 1'}\n"
	store := newMemory()
	at, _ := schemas.ParseInstant("1999-12-01T00:00:00Z")
	offset := int64(0)
	left := map[string]int{}
	run := func(config string, events ...[2]string) {
		position, _, _ := store.Position(0)
		if len(position.Inputs) == 0 {
			position = state.Position{Inputs: []state.Input{{Topic: "clicks", Clock: schemas.Earliest}}, Watermark: schemas.Earliest}
		}
		p, err := partition.New(onlyClicks(t, config), 0, position, store)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			r := &kgo.Record{Topic: "clicks", Offset: offset, Key: []byte(e[0]), Value: []byte(e[1]), Headers: []kgo.RecordHeader{{Key: "content-type", Value: []byte("application/cloudevents+json")}}}
			if err := p.Push([]*kgo.Record{r}); err != nil {
				t.Fatal(err)
			}
			offset++
		}
		p.Confirm("clicks", 0, offset, at)
		for range 40 {
			if _, err := p.Fold(at.Add(schemas.Day), 2); err != nil {
				t.Fatal(err)
			}
			if p.Changed() == 0 {
				continue
			}
			b, err := p.Seal()
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range b.Outputs {
				if r.Topic == "shop.segment-changes" && header(r, "ce_type") == "ebb.segment.exited" {
					left[string(r.Key)]++
				}
			}
			if err := store.Apply(0, b.Rows, b.Position); err != nil {
				t.Fatal(err)
			}
			p.Landed()
		}
	}
	event := func(id, kind string, after schemas.Duration) [2]string {
		return [2]string{id, fmt.Sprintf(`{"specversion":"1.0","id":"e","source":"web","type":%q,"subject":%q,"time":%q,"data":{}}`, kind, id, at.Add(after))}
	}
	var events [][2]string
	for i := range 7 {
		events = append(events, event(fmt.Sprintf("u%d", i), "view", 0))
	}
	run(both, append(events, event("buyer", "cart", 0), event("clock", "view", 50*schemas.Minute))...) // sessions are over, too
	run(one, event("clock again", "view", 3*schemas.Hour))
	if left["buyer"] != 1 || len(left) != 1 {
		t.Errorf("who left: %v", left)
	}
}

// onlyClicks is a partition's configuration with one source.
func onlyClicks(t *testing.T, config string) *partition.Config {
	_, _, compiled, faults := engine.Load("shop.yaml", []byte(config), engine.NoEnvironment)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return common(t, compiled, "clicks")
}
