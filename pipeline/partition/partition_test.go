package partition_test

import (
	"bytes"
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/operators"
	"github.com/ebbstream/ebb/operators/action"
	"github.com/ebbstream/ebb/operators/catalog"
	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/operators/segment"
	"github.com/ebbstream/ebb/pipeline/live"
	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// rows is a store in memory.
type rows map[string][]byte

func (r rows) Get(_ int32, key string) ([]byte, error) { return r[key], nil }

func (r rows) Due(_ int32, upTo schemas.Instant, most int) (due []partition.Timer, err error) {
	for key, row := range r {
		if at := state.RowWake(row); at <= upTo {
			due = append(due, partition.Timer{At: at, Key: key})
		}
	}
	sort.Slice(due, func(i, j int) bool { return due[i].At < due[j].At || due[i].At == due[j].At && due[i].Key < due[j].Key })
	return due[:min(most, len(due))], nil
}

func (r rows) Keys(_ int32, prefix string) (keys []string, err error) {
	for key := range r {
		if strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
	}
	return keys, nil
}

func (r rows) From(_ int32, key string, most int) (keys []string, err error) {
	for k := range r {
		if k >= key {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return keys[:min(most, len(keys))], nil
}

// lines decodes events of SPEC section 2.
type lines struct {
	*schemas.JSONDecoder
	events []schemas.Event
}

func (l *lines) Decode(r *schemas.Record) ([]schemas.Event, error) {
	l.events = l.events[:0]
	for line := range bytes.Lines(r.Value) {
		var e schemas.Event
		if err := l.JSONDecoder.Decode(line, &e); err != nil {
			return nil, err
		}
		e.Fields = slices.Clone(e.Fields)
		l.events = append(l.events, e)
	}
	return l.events, nil
}

// bench is a partition under test: its clock is set by hand.
type bench struct {
	t      *testing.T
	c      *partition.Config
	p      *partition.Partition
	rows   rows
	now    schemas.Instant
	next   map[string]int64
	known  bool // where the topics end; else they end after what was pushed
	sealed *live.Batch
}

func at(clock string) schemas.Instant {
	i, err := schemas.ParseInstant("2026-01-05T" + clock + "Z")
	if err != nil {
		panic(err)
	}
	return i
}

func newBench(t *testing.T, change func(*partition.Config), sources ...string) *bench {
	t.Helper()
	b := &bench{t: t, rows: rows{}, now: at("12:00:00"), next: map[string]int64{}}
	blocks := catalog.Defaults()
	blocks.Sessions.Gap = 30 * schemas.Minute
	blocks.Segments = catalog.Named[segment.Config]{"buyers": {When: `count("p", "1h") >= 1`}}
	compiled, faults := catalog.Compile(blocks, catalog.Setting{
		Time: operators.Time{Lateness: 10 * schemas.Minute, Accept: schemas.Day}, Limits: expr.Limits{Events: 1000, Values: 100},
	})
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	b.c = &partition.Config{Name: "t", Catalog: compiled, Lateness: 10 * schemas.Minute, MaxAhead: 5 * schemas.Minute, MergeWait: schemas.Second,
		IdleAfter: schemas.Forever, MuteBefore: schemas.Earliest, Sessions: true, Profiles: -1, Rows: 100 << 10}
	for _, topic := range sources {
		b.c.Sources = append(b.c.Sources, partition.Source{Topic: topic, Own: topic == "t.events",
			Decoder: func() partition.Decoder { return &lines{JSONDecoder: schemas.NewJSONDecoder(compiled.Plan.Fields)} }})
	}
	if change != nil {
		change(b.c)
	}
	b.open(state.Position{})
	return b
}

func (b *bench) open(position state.Position) {
	b.t.Helper()
	p, err := partition.New(b.c, 0, position, b.rows)
	if err != nil {
		b.t.Fatal(err)
	}
	b.p = p
	b.p.Confirm("t.events", 0, 0, b.now)
}

// push puts an event into a topic; id, type, subject and time of day.
func (b *bench) push(topic, id, typ, subject, clock string) {
	b.raw(topic, fmt.Sprintf(`{"id":%q,"type":%q,"subject":%q,"time":"2026-01-05T%sZ","data":{}}`, id, typ, subject, clock))
}

func (b *bench) raw(topic, value string) {
	b.t.Helper()
	r := &kgo.Record{Topic: topic, Key: []byte("k"), Value: []byte(value), Offset: b.next[topic], Timestamp: time.UnixMilli(int64(b.now))}
	b.next[topic]++
	if err := b.p.Push([]*kgo.Record{r}); err != nil {
		b.t.Fatal(err)
	}
	if !b.known {
		b.p.Confirm(topic, 0, b.next[topic], b.now)
	}
}

// commit folds what there is, and commits it; out is what was published.
func (b *bench) commit() []string {
	b.t.Helper()
	for more := true; more; {
		var err error
		if more, err = b.p.Fold(b.now, 100); err != nil {
			b.t.Fatal(err)
		}
	}
	return b.seal()
}

// seal commits what is folded.
func (b *bench) seal() []string {
	b.t.Helper()
	batch, err := b.p.Seal()
	if err != nil {
		b.t.Fatal(err)
	}
	for _, row := range batch.Rows {
		if was := state.RowWake(b.rows[row.Key]); was != row.Was {
			b.t.Errorf("the timer of %q is at %v, and to be taken from %v", row.Key, was, row.Was)
		}
		if row.Value == nil {
			delete(b.rows, row.Key)
		} else {
			b.rows[row.Key] = row.Value
		}
	}
	b.p.Landed()
	b.sealed = batch
	var out []string
	for _, r := range batch.Outputs {
		line := strings.TrimPrefix(r.Topic, "t.") + " " + string(r.Key)
		for _, h := range r.Headers {
			switch h.Key {
			case "ce_type", "ce_ebbreason":
				line += " " + strings.TrimPrefix(string(h.Value), "ebb.")
			case "ce_time":
				line += " " + strings.TrimSuffix(strings.TrimPrefix(string(h.Value), "2026-01-05T"), "Z")
			case "ebb_dead_letter":
				line += " " + strings.Split(string(h.Value), `"`)[3]
			}
		}
		if r.Value == nil {
			line += " gone"
		}
		out = append(out, line)
	}
	return out
}

// want compares each topic's records, in their order.
func (b *bench) want(got []string, want ...string) {
	b.t.Helper()
	byTopic := func(x, y string) int {
		topicX, _, _ := strings.Cut(x, " ")
		topicY, _, _ := strings.Cut(y, " ")
		return strings.Compare(topicX, topicY)
	}
	slices.SortStableFunc(got, byTopic)
	slices.SortStableFunc(want, byTopic)
	if !slices.Equal(got, want) {
		b.t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// TestWatermark: timers and sessions' ends fire as the greatest time of the partition, less the lateness, passes them.
func TestWatermark(t *testing.T) {
	b := newBench(t, nil, "clicks", "t.events")
	b.push("clicks", "1", "p", "u1", "09:00:00")
	b.want(b.commit(), "segment-changes u1 segment.entered 09:00:00")
	b.push("clicks", "2", "x", "u2", "09:41:00")
	b.want(b.commit(), "sessions u1 session.ended 09:00:00") // at 09:30:00.001, and the watermark is at 09:31
	b.push("clicks", "3", "x", "u2", "10:09:59.999")
	b.want(b.commit())
	b.push("clicks", "4", "x", "u2", "10:10:00")
	b.want(b.commit(), "segment-changes u1 segment.exited 10:00:00")
	b.push("clicks", "5", "x", "u3", "09:59:59.999")
	b.want(b.commit(), "late u3 x 09:59:59.999 late")
}

// TestWallClock: the watermark is never past the wall clock less the lateness, and what is too far ahead moves nothing.
func TestWallClock(t *testing.T) {
	b := newBench(t, nil, "clicks", "t.events")
	b.push("clicks", "1", "p", "u1", "10:00:00")
	b.push("clicks", "2", "x", "u2", "12:05:00.001")
	b.push("clicks", "3", "x", "u2", "12:04:00")
	b.want(b.commit(), "segment-changes u1 segment.entered 10:00:00", "dead-letters k too_far_ahead",
		"segment-changes u1 segment.exited 11:00:00", "sessions u1 session.ended 10:00:00")
	if got, want := b.p.Watermark(), at("11:50:00"); got != want {
		t.Errorf("the watermark is %v, want %v", got, want)
	}
}

// TestIdle: a partition whose end was confirmed for long enough follows the wall clock; one that nobody asked does not.
func TestIdle(t *testing.T) {
	b := newBench(t, func(c *partition.Config) { c.IdleAfter = 30 * schemas.Second }, "clicks", "t.events")
	b.push("clicks", "1", "p", "u1", "09:00:00")
	b.want(b.commit(), "segment-changes u1 segment.entered 09:00:00")
	b.now = b.now.Add(schemas.Hour) // the broker is away
	b.want(b.commit())
	b.p.Confirm("clicks", 0, b.next["clicks"], b.now)
	b.want(b.commit())
	b.now = b.now.Add(30 * schemas.Second)
	b.p.Confirm("clicks", 0, b.next["clicks"], b.now)
	b.want(b.commit(), "segment-changes u1 segment.exited 10:00:00", "sessions u1 session.ended 09:00:00")
}

// TestIdleBefore: a watermark that came to be while an input was idle holds after a start, when the input is not yet idle again.
func TestIdleBefore(t *testing.T) {
	b := newBench(t, func(c *partition.Config) { c.IdleAfter = 30 * schemas.Second }, "a", "b")
	b.p.Confirm("b", 0, 0, b.now)
	b.now = b.now.Add(30 * schemas.Second)
	b.p.Confirm("b", 0, 0, b.now)
	b.push("a", "1", "x", "u1", "10:00:00")
	b.want(b.commit())
	if got, want := b.p.Watermark(), at("09:50:00"); got != want {
		t.Fatalf("the watermark is %v, want %v", got, want)
	}
	b.open(b.sealed.Position)
	b.p.Confirm("a", 0, b.next["a"], b.now)
	b.push("b", "2", "x", "u2", "09:49:59.999")
	b.want(b.commit(), "late u2 x 09:49:59.999 late")
}

// TestMerge: of two sources the head with the least time comes first; one that is behind is waited for, but not for ever.
func TestMerge(t *testing.T) {
	b := newBench(t, nil, "a", "b")
	b.p.Confirm("a", 0, 2, b.now)
	b.p.Confirm("b", 0, 2, b.now)
	b.known = true
	b.push("b", "2", "p", "u2", "10:00:00")
	b.want(b.commit()) // a has one more
	b.push("a", "1", "p", "u1", "09:00:00")
	b.want(b.commit(), "segment-changes u1 segment.entered 09:00:00")
	b.push("a", "3", "p", "u3", "11:00:00")
	b.want(b.commit(), "segment-changes u2 segment.entered 10:00:00") // b has another one somewhere
	b.now = b.now.Add(schemas.Second)
	b.want(b.commit(), "segment-changes u3 segment.entered 11:00:00", "sessions u1 session.ended 09:00:00")
}

// TestPosition: it speaks of what was folded and no more, and another partition goes on there.
func TestPosition(t *testing.T) {
	b := newBench(t, nil, "clicks", "t.events")
	b.push("clicks", "1", "p", "u1", "09:00:00")
	b.raw("clicks", "no event")
	b.push("clicks", "1", "p", "u1", "09:00:00") // again
	b.want(b.commit(), "segment-changes u1 segment.entered 09:00:00", "dead-letters k not_decodable")
	if got := b.sealed.Position.Inputs[0].Next; got != 3 {
		t.Errorf("it goes on at %d, want 3", got)
	}
	b.push("clicks", "2", "x", "u1", "09:00:01")
	b.commit()
	b.open(b.sealed.Position)
	b.push("clicks", "3", "x", "u1", "10:10:00.001")
	b.want(b.commit(), "segment-changes u1 segment.exited 10:00:00", "sessions u1 session.ended 09:00:01")
}

// TestErasure: of an erased profile a hash stays, and tombstones go out.
func TestErasure(t *testing.T) {
	b := newBench(t, func(c *partition.Config) { c.Profiles = schemas.Minute }, "clicks", "t.events")
	b.push("clicks", "1", "p", "u1", "09:00:00")
	b.want(b.commit(), "segment-changes u1 segment.entered 09:00:00", "profiles u1 profile 09:00:00")
	b.push("clicks", "2", "ebb.erase", "u1", "09:10:00")
	b.want(b.commit(), "segment-changes u1 segment.exited 09:10:00", "profiles u1 gone")
	if b.rows["u1"] != nil {
		t.Error("its row is still there")
	}
	for key := range b.rows {
		if strings.Contains(key, "u1") {
			t.Errorf("its id stands in the key %q", key)
		}
	}
	b.open(b.sealed.Position)
	b.push("clicks", "3", "p", "u1", "09:05:00")
	b.push("clicks", "4", "p", "u1", "09:20:00")
	b.want(b.commit(), "late u1 p 09:05:00 erased gone", "segment-changes u1 segment.entered 09:20:00", "profiles u1 profile 09:20:00")
}

// TestViews: the public view of a profile is published at most so often, and in the end, also by another process.
func TestViews(t *testing.T) {
	b := newBench(t, func(c *partition.Config) { c.Profiles = schemas.Minute }, "clicks", "t.events")
	b.push("clicks", "1", "x", "u1", "09:00:00")
	b.want(b.commit(), "profiles u1 profile 09:00:00")
	b.now = b.now.Add(30 * schemas.Second)
	b.push("clicks", "2", "x", "u1", "09:01:00")
	b.want(b.commit())
	b.now = b.now.Add(29 * schemas.Second)
	b.want(b.commit())
	b.now = b.now.Add(2 * schemas.Second)
	b.want(b.commit(), "profiles u1 profile 09:01:00")
	b.now = b.now.Add(2 * schemas.Second)
	b.push("clicks", "3", "x", "u1", "09:02:00")
	b.want(b.commit())
	b.open(b.sealed.Position) // a crash
	b.now = b.now.Add(schemas.Second)
	b.want(b.commit(), "profiles u1 profile 09:02:00")
	b.want(b.commit())
}

// TestLoose: events that are not keyed by profile go to where they are.
func TestLoose(t *testing.T) {
	b := newBench(t, func(c *partition.Config) { c.Sources[0].Loose = true }, "clicks", "t.events")
	b.open(state.Position{Inputs: []state.Input{{Topic: "clicks", Clock: schemas.Earliest}}})
	b.push("clicks", "1", "p", "u1", "09:00:00")
	b.want(b.commit(), "events u1 p 09:00:00")
}

// TestLoosePartitions: of what is not keyed by profile a task has the partitions of its position, each with an offset of its own,
// or none. Of those that lie here the least time comes first, and nobody waits for the others.
func TestLoosePartitions(t *testing.T) {
	b := newBench(t, func(c *partition.Config) { c.Sources[0].Loose = true }, "visits", "clicks", "t.events")
	push := func(number int32, offset int64, clock string) error {
		value := fmt.Sprintf(`{"id":"%d-%d","type":"x","subject":"u","time":"2026-01-05T%sZ","data":{}}`, number, offset, clock)
		return b.p.Push([]*kgo.Record{{Topic: "visits", Partition: number, Offset: offset, Value: []byte(value)}})
	}
	if err := push(0, 0, "09:00:00"); err == nil || !strings.Contains(err.Error(), "visits partition 0") {
		t.Errorf("a task without a partition of visits takes one in: %v", err)
	}
	b.push("clicks", "1", "p", "u1", "09:00:00")
	b.want(b.commit(), "segment-changes u1 segment.entered 09:00:00")
	next := func() (got [3]int64) {
		for i, number := range []int32{0, 3, 6} {
			in, _ := b.sealed.Position.In("visits", number)
			got[i] = in.Next
		}
		return got
	}
	b.sealed.Position.Inputs = append(b.sealed.Position.Inputs, state.Input{Topic: "visits", Partition: 3, Next: 7, Clock: schemas.Earliest},
		state.Input{Topic: "visits", Partition: 6, Clock: schemas.Earliest}, state.Input{Topic: "visits", Clock: schemas.Earliest})
	b.open(b.sealed.Position)
	b.p.Confirm("visits", 6, 5, b.now) // it has more, and is not waited for
	for _, r := range []struct {
		number int32
		offset int64
		clock  string
	}{{3, 7, "09:20:00"}, {3, 8, "09:10:00"}, {0, 0, "09:15:00"}, {0, 1, "09:30:00"}} {
		if err := push(r.number, r.offset, r.clock); err != nil {
			t.Fatal(err)
		}
	}
	if n, other := b.p.Unread("visits", 3), b.p.Unread("visits", 6); n != 2 || other != 0 {
		t.Errorf("of partition 3 %d are unread, of partition 6 %d", n, other)
	}
	b.want(b.commit(), "events u x 09:15:00", "events u x 09:20:00", "events u x 09:10:00", "events u x 09:30:00")
	if got, want := next(), [3]int64{2, 9, 0}; got != want {
		t.Errorf("it goes on at %v, not %v", got, want)
	}
	b.open(b.sealed.Position) // a crash
	if err := push(3, 8, "09:10:00"); err == nil || !strings.Contains(err.Error(), "offset 8 of visits partition 3 came again") {
		t.Errorf("what was folded is taken in again: %v", err)
	}
	if err := push(6, 0, "09:40:00"); err != nil {
		t.Fatal(err)
	}
	b.want(b.commit(), "events u x 09:40:00")
	if got, want := next(), [3]int64{2, 9, 1}; got != want {
		t.Errorf("it goes on at %v, not %v", got, want)
	}
}

// TestNeedsHistory: a configuration that asks for what the state does not keep is refused, unless one forgets.
func TestNeedsHistory(t *testing.T) {
	b := newBench(t, nil, "clicks", "t.events")
	b.push("clicks", "1", "p", "u1", "09:00:00")
	b.commit()
	blocks := catalog.Defaults()
	blocks.Segments = catalog.Named[segment.Config]{"buyers": {When: `sum("p", "v", "1h") >= 1.0`}}
	compiled, faults := catalog.Compile(blocks, catalog.Setting{Time: operators.Time{Lateness: 10 * schemas.Minute, Accept: schemas.Day}, Limits: expr.Limits{Events: 1000, Values: 100}})
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	b.c.Catalog = compiled
	if _, err := partition.New(b.c, 0, b.sealed.Position, b.rows); err == nil || !strings.Contains(err.Error(), "--forget-history") {
		t.Errorf("got %v", err)
	}
	b.c.ForgetHistory = true
	b.open(b.sealed.Position)
}

// TestNeedsLongerHistory: of a window that was made longer, of events or of a cap, the state has forgotten what it would need.
// A shorter one, and quiet hours, in which nothing has waited before, ask for nothing that is not there.
func TestNeedsLongerHistory(t *testing.T) {
	var b *bench
	mean := func(count, per string, channel action.Channel) {
		t.Helper()
		blocks := catalog.Defaults()
		blocks.Segments = catalog.Named[segment.Config]{"buyers": {When: `count("p", "` + count + `") >= 1`}}
		d, err := schemas.ParseDuration(per)
		if err != nil {
			t.Fatal(err)
		}
		blocks.Actions = catalog.Named[action.Config]{"a": {On: "p", Channel: "x", Cap: &action.Cap{Max: 1, Per: d}}}
		blocks.Channels = map[string]action.Channel{"x": channel}
		compiled, faults := catalog.Compile(blocks, catalog.Setting{Time: operators.Time{Lateness: 10 * schemas.Minute, Accept: schemas.Day}, Limits: expr.Limits{Events: 1000, Values: 100}})
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		b.c.Catalog = compiled
	}
	quiet := action.Channel{Quiet: &action.Quiet{From: 0, To: action.TimeOfDay(schemas.Hour)}}
	for _, c := range []struct {
		count, per string
		channel    action.Channel
		lacks      string // empty: nothing
	}{
		{"2h", "2h", action.Channel{}, ""},
		{"1h", "1h", action.Channel{}, ""},
		{"3h", "2h", action.Channel{}, `times("p"*1)`},
		{"2h", "3h", action.Channel{}, `decisions(action "a")`},
		{"2h", "2h", quiet, ""},
	} {
		b = newBench(t, nil, "clicks", "t.events")
		mean("2h", "2h", action.Channel{})
		b.open(state.Position{})
		b.push("clicks", "1", "p", "u1", "09:00:00")
		b.commit()
		mean(c.count, c.per, c.channel)
		_, err := partition.New(b.c, 0, b.sealed.Position, b.rows)
		switch {
		case c.lacks == "" && err != nil, c.lacks != "" && (err == nil || !strings.Contains(err.Error(), c.lacks)):
			t.Errorf("count over %s, cap over %s: got %v", c.count, c.per, err)
		}
	}
}

// TestSealedWithinARecord: a Batch may be sealed after any event, also in the middle of a record of several. Who goes on there
// folds what was not folded, and publishes nothing twice.
func TestSealedWithinARecord(t *testing.T) {
	record := func(b *bench) {
		var all []string
		for i, e := range []string{"u1 10:00:00", "u1 10:30:00", "u1 12:06:00", "u2 10:31:00"} { // the third is too far ahead
			subject, clock, _ := strings.Cut(e, " ")
			all = append(all, fmt.Sprintf(`{"id":"%d","type":"p","subject":%q,"time":"2026-01-05T%sZ","data":{}}`, i, subject, clock))
		}
		b.raw("clicks", strings.Join(all, "\n"))
	}
	all := []string{"segment-changes u1 segment.entered 10:00:00", "dead-letters k too_far_ahead", "segment-changes u2 segment.entered 10:31:00"}
	for folded := range 6 {
		b := newBench(t, nil, "clicks", "t.events")
		record(b)
		if _, err := b.p.Fold(b.now, folded); err != nil {
			t.Fatal(err)
		}
		got := b.seal()
		position := b.sealed.Position
		b.open(position)
		b.next["clicks"] = position.Inputs[0].Next
		if b.next["clicks"] == 0 {
			record(b)
		}
		b.want(append(got, b.commit()...), all...)
	}
}

// TestSealedBeforeTheRecordComes: who goes on within a record may commit something else before that record is there again; the
// next one still knows how much of it is folded.
func TestSealedBeforeTheRecordComes(t *testing.T) {
	event := `{"id":%q,"type":"p","subject":"u1","time":"2026-01-05T%sZ","data":{}}`
	record := fmt.Sprintf(event+"\n"+event, "1", "12:06:00", "2", "10:00:00") // the first is too far ahead
	b := newBench(t, nil, "clicks", "t.events")
	b.raw("clicks", record)
	if _, err := b.p.Fold(b.now, 1); err != nil {
		t.Fatal(err)
	}
	b.want(b.seal(), "dead-letters k too_far_ahead")
	b.open(b.sealed.Position)
	b.push("t.events", "3", "p", "u2", "10:00:00")
	b.commit() // waits for the rest of the record
	b.now = b.now.Add(schemas.Second)
	b.want(b.commit(), "segment-changes u2 segment.entered 10:00:00")
	b.open(b.sealed.Position)
	b.next["clicks"] = 0
	b.raw("clicks", record)
	b.want(b.commit(), "segment-changes u1 segment.entered 10:00:00")
}

// TestMuted: before the time from which it speaks changes are not published, but who is in which segment is.
func TestMuted(t *testing.T) {
	b := newBench(t, func(c *partition.Config) { c.MuteBefore, c.Memberships = at("10:00:00"), true }, "clicks", "t.events")
	b.push("clicks", "1", "p", "u1", "09:30:00")
	b.push("clicks", "2", "p", "u2", "10:00:00")
	b.want(b.commit(), "memberships buyers/u1 segment.entered 09:30:00", "segment-changes u2 segment.entered 10:00:00",
		"memberships buyers/u2 segment.entered 10:00:00")
}

// TestLateErasure: an erasure may come when the watermark has passed the end of a session that is later than the erasure, and
// belongs to the new life. It is published once, whether it was before the erasure was read or not.
func TestLateErasure(t *testing.T) {
	for _, between := range []bool{false, true} {
		b := newBench(t, nil, "clicks", "t.events")
		b.push("clicks", "1", "x", "u1", "09:00:00")
		b.push("clicks", "2", "x", "u2", "10:30:00")
		var got []string
		if between {
			got = b.commit()
		}
		b.push("clicks", "3", "ebb.erase", "u1", "08:55:00")
		got = append(got, b.commit()...)
		b.push("clicks", "4", "x", "u2", "10:30:01")
		got = append(got, b.commit()...)
		sort.Strings(got)
		b.want(got, "late u1 erase 08:55:00 late", "sessions u1 session.ended 09:00:00")
	}
}

// TestToldAgain: where sessions were not published and are from now on, that of somebody who does not come back is, too.
func TestToldAgain(t *testing.T) {
	b := newBench(t, nil, "clicks", "t.events")
	sessions := func(told bool) {
		t.Helper()
		compiled, faults := catalog.Compile(catalog.Defaults(), catalog.Setting{Untold: !told,
			Time: operators.Time{Lateness: 10 * schemas.Minute, Accept: schemas.Day}, Limits: expr.Limits{Events: 1000, Values: 100},
		})
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		b.c.Catalog, b.c.Sessions = compiled, told
		position := state.Position{}
		if b.sealed != nil {
			position = b.sealed.Position
		}
		b.open(position)
	}
	sessions(false)
	b.push("clicks", "1", "x", "u1", "09:00:00")
	b.want(b.commit())
	sessions(true)
	b.want(b.commit())
	b.push("clicks", "2", "x", "u2", "09:41:00")
	b.want(b.commit(), "sessions u1 session.ended 09:00:00")
}

// TestUntoldSessions: where sessions are not published nobody is woken for the end of one, and memberships end as ever.
func TestUntoldSessions(t *testing.T) {
	for _, told := range []bool{true, false} {
		b := newBench(t, func(c *partition.Config) { c.Sessions = told }, "clicks", "t.events")
		b.push("clicks", "1", "p", "u1", "09:00:00")
		b.want(b.commit(), "segment-changes u1 segment.entered 09:00:00")
		want := at("09:30:00") + 1
		if !told {
			want = at("10:00:00")
		}
		if wake := state.RowWake(b.rows["u1"]); wake != want {
			t.Errorf("told %v: u1 is woken at %v, want %v", told, wake, want)
		}
		b.push("clicks", "2", "x", "u2", "10:10:00")
		b.push("clicks", "3", "x", "u1", "10:11:00")
		all := []string{"segment-changes u1 segment.exited 10:00:00", "sessions u1 session.ended 09:00:00"}
		if !told {
			all = all[:1]
		}
		b.want(b.commit(), all...)
	}
}
