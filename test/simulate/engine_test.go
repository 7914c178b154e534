package simulate

import (
	"fmt"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/operators/catalog"
	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/pipeline/live"
	"github.com/ebbstream/ebb/pipeline/partition"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
	"github.com/ebbstream/ebb/test/engine"
)

// shop has what time moves: windows, fading sums, deadlines, hours of the day, sessions; and what people decide: consents,
// erasure; and actions of which something may come.
const shop = `
name: shop
time: {lateness: 10m, accept: 24h, idle_after: never}
sessions: {gap: 30m, keep: [item]}
segments:
  buyers: {when: 'count("purchase", "3h") >= 1', purpose: marketing}
  busy: {when: 'count("*", "2h") >= 3', until: 'count("*", "2h") < 1'}
  fans: {when: 'decayed("view", "1h") >= 1.5'}
  abandoners: {when: 'not_followed_by("cart", "purchase", "1h")'}
  idlers: {when: 'since_last("view") > hours(4) && !in_segment("buyers")'}
  early: {when: 'local_hour() < 8 && ever("view")'}
  spenders: {when: 'sum("purchase", "amount", "6h") >= 30.0'}
  visitors: {when: 'sessions("12h") >= 2 && session.events > 0'}
actions:
  recall: {on: enters("abandoners"), channel: mail, cap: {max: 2, per: 1d}}
  tip: {on: cart, channel: app}
  hello: {on: every("5h"), channel: mail}
experiments:
  reminders: {actions: [recall], control: 0.4, reward: purchase, value: amount, within: 6h}
  tips: {actions: [tip, hello], control: 0.5, reward: view, within: 20m}
`

// An engineWork is the whole fold. Each person's events come through one topic, so that the order of arrival is one; of the
// topics only each one's own order is.
type engineWork struct {
	catalog *catalog.Catalog
	common  *partition.Config
	clock   schemas.Instant
	sent    int
}

var engineOutputs = []string{"shop.segment-changes", "shop.sessions", "shop.late", "shop.profiles", "shop.actions"}

func newEngine(t *testing.T, topics ...string) *engineWork {
	_, _, compiled, faults := engine.Load("shop.yaml", []byte(shop), engine.NoEnvironment)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return &engineWork{catalog: compiled, common: common(t, compiled, append(topics, "shop.events")...)}
}

// common is what the partitions of a service have in common.
func common(t *testing.T, compiled *catalog.Catalog, topics ...string) *partition.Config {
	format, _ := schemas.FormatOf("cloudevents")
	c := &partition.Config{Name: "shop", Catalog: compiled, Lateness: 10 * schemas.Minute, MaxAhead: 5 * schemas.Minute, MergeWait: schemas.Second,
		IdleAfter: schemas.Forever, MuteBefore: schemas.Earliest, Sessions: true, Profiles: 2 * schemas.Second, Rows: 4 << 10}
	for _, topic := range topics {
		mapping, wrong := expr.CompileMapping(expr.MapDefinition{Topic: topic, Keyed: topic != "visits", Default: format.Defaults(false)}, compiled.Plan.Fields)
		if len(wrong) > 0 {
			t.Fatal(wrong)
		}
		c.Sources = append(c.Sources, partition.Source{Topic: topic, Own: topic == "shop.events", Loose: topic == "visits", Decoder: func() partition.Decoder {
			return mapping.Mapper(format.NewReader(mapping.Reading()))
		}})
	}
	return c
}

// begin is the same from the start of a history, a month before the clock of the bubble begins.
func (e *engineWork) begin() *engineWork {
	begun := *e
	begun.clock, _ = schemas.ParseInstant("1999-12-01T00:00:00Z")
	return &begun
}

func (e *engineWork) outputs() []string { return engineOutputs }

func (e *engineWork) loose() (topics []string) {
	for _, source := range e.common.Sources {
		if source.Loose {
			topics = append(topics, source.Topic)
		}
	}
	return topics
}

func (e *engineWork) open(store partition.Store) func(int32, state.Position) (live.Folder, error) {
	return func(task int32, position state.Position) (live.Folder, error) {
		folder, err := partition.New(e.common, task, position, store)
		return piecemeal{folder}, err
	}
}

// piecemeal folds so little at once that even here much is left for later: events, and timers of one instant.
type piecemeal struct{ *partition.Partition }

func (p piecemeal) Fold(now schemas.Instant, most int) (bool, error) {
	return p.Partition.Fold(now, min(most, 3))
}

// Ready is so much that few records are enough to take in no more.
func (p piecemeal) Ready() int { return 2_000 * p.Partition.Ready() }

const people = 20

// record is up to lateness behind the greatest time sent, so that nobody is late.
func (e *engineWork) record(s *simulation, _ []string) *kgo.Record {
	r := s.random
	e.clock = e.clock.Add(schemas.Duration(r.Int64N(int64(6 * schemas.Minute))))
	at := e.clock
	if r.IntN(4) == 0 {
		at = at.Add(-schemas.Duration(r.Int64N(int64(10*schemas.Minute) + 1)))
	}
	e.sent++
	person := r.IntN(people)
	id := e.sent
	if r.IntN(10) == 0 {
		id = 1 + r.IntN(e.sent) // perhaps one that was there, then of another time
	}
	kind, data := "view", fmt.Sprintf(`{"item":"i%d"}`, r.IntN(5))
	switch n := r.IntN(100); {
	case n < 20:
		kind = "cart"
	case n < 35:
		kind, data = "purchase", fmt.Sprintf(`{"amount":%d,"item":"i%d"}`, r.IntN(30), r.IntN(5))
	case n < 50:
		kind, data = "ebb.consent", fmt.Sprintf(`{"purpose":"marketing","status":%q}`, []string{"granted", "granted", "denied", "revoked"}[r.IntN(4)])
	case n < 54:
		kind, data = "ebb.traits", fmt.Sprintf(`{"timezone":%q}`, []string{"UTC", "Europe/Berlin", "Asia/Tokyo"}[r.IntN(3)])
	case n < 56:
		kind, data = "ebb.erase", `{}`
	}
	key := fmt.Sprintf("u%d", person)
	topic := e.common.Sources[person*len(e.common.Sources)/people].Topic // the last few through ebb's own
	switch topic {
	case "visits": // it comes by way of ebb's own, too, out of any partition
		key = fmt.Sprintf("k%d", r.IntN(100))
		fallthrough
	case "shop.events":
		// Before its first record the others wait for it only up to the end that was asked for last, a second ago: in a bubble
		// that may be days of the shop's time. So it is ahead of all that they will ever say.
		at = at.Add(20 * schemas.Day)
	}
	value := fmt.Sprintf(`{"specversion":"1.0","id":"e%d","source":"web","type":%q,"subject":"u%d","time":%q,"data":%s}`, id, kind, person, at, data)
	return &kgo.Record{Topic: topic, Key: []byte(key), Value: []byte(value), Headers: []kgo.RecordHeader{{Key: "content-type", Value: []byte("application/cloudevents+json")}}}
}
