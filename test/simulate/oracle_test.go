package simulate

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// An oracle folds what lies in the topics once, each partition by itself, and brings every profile to where the watermark of
// its partition must have come.
type oracle struct {
	e        *engineWork
	profiles map[string]*state.Profile
	of       map[string]int32 // the partition of each
	clocks   map[place]schemas.Instant
	out      map[string][]string // topic and key to what came out, in order
	views    map[string]string
	counted  state.Counted  // of experiments
	loose    map[string]int // events: how often each came by a source that is not keyed, less how often by ebb's own topic
}

// text is a message as it is compared: all but the header noticed_at and the record's own place and time.
func text(id, value string) string { return id + " " + value }

func (e *engineWork) faults(s *simulation, inputs []string) (faults []string) {
	want, err := e.oracle(s.read(inputs...))
	if err != nil {
		return []string{err.Error()}
	}
	got, views := map[string][]string{}, map[string]string{}
	for _, r := range s.read(engineOutputs...) {
		if r.Topic == "shop.profiles" {
			views[string(r.Key)] = string(r.Value)
			continue
		}
		at := r.Topic + " " + string(r.Key)
		said := text(header(r, "ce_id"), string(r.Value))
		if len(s.config.AtOnce) > 0 && slices.Contains(got[at], said) {
			continue // it came once more, word by word
		}
		got[at] = append(got[at], said)
	}
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	for at := range got {
		if want.out[at] == nil {
			fault("%s: nothing was to come out, and there is %q", at, got[at])
		}
	}
	for at, all := range want.out {
		if slices.Equal(all, got[at]) {
			continue
		}
		i := 0
		for i < len(all) && i < len(got[at]) && all[i] == got[at][i] {
			i++
		}
		fault("%s: after %d alike of %d and %d:\nwant %q\n got %q", at, i, len(all), len(got[at]), all[i:min(i+2, len(all))], got[at][min(i, len(got[at])):min(i+2, len(got[at]))])
	}
	for what, n := range want.loose {
		if n != 0 {
			fault("%s came %d times more often than it was keyed anew", what, n)
		}
	}
	for name, counted := range e.tallies(s) {
		if !bytes.Equal(counted.Append(nil), want.counted[name].Append(nil)) {
			fault("of the experiment %s there was counted\n%v, and should be\n%v", name, counted.text(), tallies(want.counted[name]).text())
		}
	}
	for id, view := range want.views {
		if views[id] != view {
			fault("%s: the public view is\n%s, and should be\n%s", id, views[id], view)
		}
	}
	return faults
}

func header(r *kgo.Record, key string) string {
	for _, h := range r.Headers {
		if h.Key == key {
			return string(h.Value)
		}
	}
	return ""
}

func (e *engineWork) oracle(records []*kgo.Record) (*oracle, error) {
	o := &oracle{e: e, profiles: map[string]*state.Profile{}, of: map[string]int32{}, clocks: map[place]schemas.Instant{}, out: map[string][]string{}, views: map[string]string{}, counted: state.Counted{}, loose: map[string]int{}}
	chain := e.catalog.Chain()
	chain.Count(o.counted.Add)
	for _, source := range e.common.Sources {
		decoder := source.Decoder()
		for _, r := range records {
			if r.Topic != source.Topic {
				continue
			}
			record := &schemas.Record{Origin: schemas.Origin{Topic: r.Topic, Partition: r.Partition, Offset: r.Offset}, Key: r.Key, Value: r.Value}
			for _, h := range r.Headers {
				record.Headers = append(record.Headers, schemas.Header(h))
			}
			events, err := decoder.Decode(record)
			if err != nil {
				return nil, err
			}
			for i := range events {
				ev := &events[i]
				what := fmt.Sprint(ev.ID, ev.Type, ev.Subject, ev.Time, string(ev.AppendData(nil)))
				if source.Loose {
					o.loose[what]++
					continue
				}
				if source.Own && header(r, "ce_id") != "" { // as what was keyed anew is
					o.loose[what]--
				}
				p := o.profiles[ev.Subject]
				if p == nil {
					p = chain.Layout().New(ev.Subject)
					o.profiles[ev.Subject], o.of[ev.Subject] = p, r.Partition
				}
				chain.Fold(p, ev, schemas.Earliest, o.emit)
				at := place{r.Topic, r.Partition}
				if clock, met := o.clocks[at]; !met || ev.Time > clock {
					o.clocks[at] = ev.Time
				}
			}
		}
	}
	for id, p := range o.profiles {
		chain.Pass(p, o.watermark(o.of[id]), o.emit)
		if o.views[id] = ""; p.Alive {
			o.views[id] = string(schemas.AppendData(nil, "shop", chain.Profile(p, p.Now)))
		}
	}
	return o, nil
}

// watermark is that of a partition in the end: ebb's own topic, read to its end, does not hold it back, unless it is waited for
// as other events come by way of it.
func (o *oracle) watermark(p int32) schemas.Instant {
	clicks, one := o.clocks[place{"clicks", p}]
	orders, two := o.clocks[place{"orders", p}]
	_, own := o.clocks[place{"shop.events", p}]
	if !one || !two || len(o.e.loose()) > 0 && !own {
		return schemas.Earliest
	}
	return min(clicks, orders).Add(-o.e.common.Lateness)
}

func (o *oracle) emit(m schemas.Message) {
	put := func(topic, key, id string) {
		at := topic + " " + key
		o.out[at] = append(o.out[at], text(id, string(schemas.AppendData(nil, "shop", m))))
	}
	id := func() string { return string(schemas.AppendMessageID(nil, "shop", m)) }
	switch m := m.(type) {
	case *schemas.SegmentChange:
		put("shop.segment-changes", m.Profile, id())
	case *schemas.Decision:
		put("shop.actions", m.Profile, id())
	case *schemas.SessionEnded:
		put("shop.sessions", m.Profile, id())
	case *schemas.Late:
		put("shop.late", m.Subject, m.ID)
	}
}
