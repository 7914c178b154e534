package partition

import (
	"errors"
	"fmt"
	"runtime"
	"slices"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/operators"
	"github.com/ebbstream/ebb/operators/catalog"
	"github.com/ebbstream/ebb/pipeline/live"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// Config is what all partitions of a service have in common.
type Config struct {
	Name    string
	Sources []Source // in the order of the configuration, which decides between events of one time; <name>.events last
	Catalog *catalog.Catalog

	Lateness, MaxAhead, MergeWait schemas.Duration
	IdleAfter                     schemas.Duration // Forever: never
	MuteBefore                    schemas.Instant  // of changes before this event time nothing is published; Earliest: all is

	Sessions, Memberships bool
	Profiles              schemas.Duration           // how often a profile is published at most; negative: never
	Encoders              map[string]schemas.Encoder // how values are written, by kind of topic; JSON where none is given
	Rows                  int64                      // bytes of profiles that a partition keeps in memory besides those that changed

	ForgetHistory bool // go on though the state lacks what the configuration needs
}

// Source is a topic of behaviour.
type Source struct {
	Topic   string
	Own     bool           // it is <name>.events
	Loose   bool           // its records are not keyed by profile: its events go to <name>.events, where they are
	Decoder func() Decoder // makes one, which belongs to one partition
}

// Store is what Kafka has committed of the partition, or less; rows changed by the Batch last sealed may be missing.
type Store interface {
	Rows
	Due(task int32, upTo schemas.Instant, most int) ([]Timer, error)
	Keys(task int32, prefix string) ([]string, error)        // of all rows that begin with it
	From(task int32, key string, most int) ([]string, error) // the keys of the next rows, in order
}

// Timer says that a row is to be looked at when the watermark reaches an instant.
type Timer struct {
	At  schemas.Instant
	Key string
}

// Partition folds one task: a partition number of what is keyed by profile. It is for one goroutine at a time.
type Partition struct {
	c      *Config
	number int32
	chain  *catalog.Chain
	store  Store
	inputs []*input

	watermark schemas.Instant
	profiles  profiles
	turn      turn
	views     views
	outputs   []*kgo.Record
	room      room
	topics    map[string]string // of what is published, by kind
	values    map[string]values // of what is published, by kind
	source    []byte            // of what is published
	noticed   struct {          // the wall clock as it is published
		at   schemas.Instant
		text []byte
	}
	records int
	last    schemas.Instant // the wall clock of the latest Fold
	waits   bool            // the latest Fold ended for want of records
	stale   bool            // timers may be due that were not looked for
	due     *due
	rejudge redefined
	told    live.Told
	emitter operators.Emit                       // p.emit, made once
	bad     func(*kgo.Record, *schemas.Unusable) // p.dead, made once
	sizes   sizes
	tallies tallies
}

// New goes on at a position. It fails if the state lacks what the configuration needs.
func New(c *Config, number int32, position state.Position, store Store) (*Partition, error) {
	p := &Partition{c: c, number: number, chain: c.Catalog.Chain(), store: store, watermark: position.Watermark, stale: true}
	p.told.Reset()
	p.emitter, p.bad = p.emit, p.dead
	if !c.Sessions {
		p.chain.Untold()
	}
	p.source, p.topics, p.values = []byte(schemas.Source(c.Name)), map[string]string{}, map[string]values{}
	for _, kind := range []string{"segment-changes", "sessions", "actions", "profiles", "memberships", "late", "dead-letters", "events"} {
		p.topics[kind], p.values[kind] = c.Name+"."+kind, newValues(c.Encoders[kind])
	}
	for _, s := range c.Sources {
		for _, at := range s.inputs(number, position) {
			p.inputs = append(p.inputs, &input{topic: s.Topic, number: at.Partition, own: s.Own && !c.loose(), loose: s.Loose, decoder: s.Decoder(),
				next: at.Next, clock: at.Clock, resume: at, end: -1, since: schemas.Never, await: schemas.Never})
		}
	}
	p.profiles = newProfiles(p)
	p.due = &due{p: p}
	var err error
	if p.views, err = newViews(p); err != nil {
		return nil, err
	}
	if err := p.profiles.checkLayout(c.ForgetHistory); err != nil {
		return nil, err
	}
	if p.sizes, err = newSizes(p); err != nil {
		return nil, err
	}
	if p.rejudge, err = newRedefined(p); err != nil {
		return nil, err
	}
	p.chain.Suppressed(func(all []schemas.Suppression) {
		for _, one := range all {
			p.told.Suppressed[one.Rule]++
		}
	})
	if p.tallies, err = newTallies(p); err != nil {
		return nil, err
	}
	return p, nil
}

// loose is whether the events of a source come by way of <name>.events, which then is waited for as any other.
func (c *Config) loose() bool {
	return slices.ContainsFunc(c.Sources, func(s Source) bool { return s.Loose })
}

// inputs are where a task goes on in a source: in the partition of its number, as whatever is keyed by profile has one for each,
// or, of a loose one, in those that the position has.
func (s *Source) inputs(task int32, position state.Position) (all []state.Input) {
	if !s.Loose {
		at, found := position.In(s.Topic, task)
		if !found {
			at = state.Input{Topic: s.Topic, Partition: task, Clock: schemas.Earliest}
		}
		return []state.Input{at}
	}
	for _, at := range position.Inputs {
		if at.Topic == s.Topic {
			all = append(all, at)
		}
	}
	return all
}

func (p *Partition) input(topic string, partition int32) *input {
	i := slices.IndexFunc(p.inputs, func(in *input) bool { return in.topic == topic && in.number == partition })
	if i < 0 {
		return nil
	}
	return p.inputs[i]
}

// Push takes in the next records of one input. Control records belong to it: they move the position.
func (p *Partition) Push(records []*kgo.Record) error {
	in := p.input(records[0].Topic, records[0].Partition)
	if in == nil {
		return fmt.Errorf("a record of %s partition %d, which is no input of task %d", records[0].Topic, records[0].Partition, p.number)
	}
	if first := records[0].Offset; first < in.read() {
		return fmt.Errorf("offset %d of %s partition %d came again: it was folded up to %d", first, in.topic, in.number, in.read())
	}
	in.push(records)
	return nil
}

// Until says where what is repeated here had come within a record of several events: the rest of it waits for the next Until.
func (p *Partition) Until(at state.Input) {
	if in := p.input(at.Topic, at.Partition); in != nil {
		in.until = at
	}
}

// Confirm says that a broker was asked where an input ends.
func (p *Partition) Confirm(topic string, partition int32, end int64, now schemas.Instant) {
	if in := p.input(topic, partition); in != nil {
		in.confirm(end, now)
	}
}

// Unread is how many records of an input wait to be folded.
func (p *Partition) Unread(topic string, partition int32) int {
	if in := p.input(topic, partition); in != nil {
		return len(in.pending)
	}
	return 0
}

// Ready is how many records wait to be folded and for nothing else, such as a source that is behind.
func (p *Partition) Ready() (n int) {
	if p.waits {
		return 0
	}
	for _, in := range p.inputs {
		n += len(in.pending)
	}
	return n
}

// Changed is how many events and timers lie folded and not sealed, and how many records without an event: a topic of which
// nothing is used must not be read again from its beginning, nor seem to be waited for.
func (p *Partition) Changed() int {
	n := p.records
	for _, in := range p.inputs {
		n += in.empty
	}
	return n
}

// Fold folds the events that wait, but not more than `most`, and fires the timers that the watermark has passed; more says
// that there is more to do at once.
func (p *Partition) Fold(now schemas.Instant, most int) (more bool, err error) {
	p.last = now
	rejudging, err := p.rejudge.judge(min(most, redefinedAtOnce))
	if err != nil {
		return false, err
	}
	for i := range most {
		if i%yieldEvery == yieldEvery-1 {
			runtime.Gosched()
		}
		in, e, err := p.pick(now)
		if p.waits = e == nil && err == nil; e != nil {
			err = p.gather(in, e, now)
		}
		if err != nil || p.waits {
			if err = errors.Join(p.foldTurn(), err); err != nil {
				return false, err
			}
			p.pass(now)
			p.records += p.views.due(now)
			more, err = p.due.fire(most)
			return more || rejudging, err
		}
	}
	return true, p.foldTurn()
}

// gather takes one event off its input, for the present turn.
func (p *Partition) gather(in *input, e *schemas.Event, now schemas.Instant) error {
	switch {
	case e.Time > now.Add(p.c.MaxAhead):
		p.dead(in.pending[0], &schemas.Unusable{Reason: schemas.TooFarAhead, Detail: fmt.Sprintf("its time %v is more than %v ahead of the clock, which says %v", e.Time, p.c.MaxAhead, now)})
	case in.loose:
		p.outputs = append(p.outputs, p.keyed(e))
	default:
		p.pass(now)
		h, err := p.profiles.get(e.Subject)
		if err != nil {
			return err
		}
		p.turn.add(h, e, p.watermark, p.chain)
		in.clock = max(in.clock, e.Time)
		p.told.Events++
	}
	in.at++
	p.records++
	return nil
}
