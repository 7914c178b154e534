package live

import (
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// Config is what a member of the group needs.
type Config struct {
	Name     string   // of the group; the prefix of topics and of transactional ids
	Instance string   // this member's own name, the same after a restart; no two processes may share it
	Sources  []string // the topics of behaviour, keyed by profile id
	Loose    []string // those that are not: each may have any number of partitions
	Outputs  []string // the topics that are written

	CommitInterval time.Duration // within what time a record is to be seen: a transaction collects for so long, but for what the last took
	SessionTimeout time.Duration // how long a silent member keeps its tasks
	Start          Start         // where a task without a position begins
	Leave          bool          // at the end give the tasks up at once, as a member that will not come back

	// AtOnce are the topics of outputs that are published without waiting for the end of the transaction, and so are there
	// once, or after a failure once more: at least once. Of a compacted topic the last record of a key counts, which must not
	// be one that was never committed: those are not for it.
	AtOnce []string

	Open  func(task int32, position state.Position) (Folder, error) // makes what folds a task, from its state in Store
	Store Store
	Tell  func(Event) // called from several goroutines; must not block

	Client []kgo.Opt // brokers, encryption, login
}

// A Folder folds the records of one task. It is used by one goroutine at a time.
type Folder interface {
	Push(records []*kgo.Record) error                                      // takes in the next ones of one input, those that end transactions included
	Confirm(topic string, partition int32, end int64, now schemas.Instant) // a broker was asked where the input ends
	Fold(now schemas.Instant, most int) (more bool, err error)             // folds so many of what it has at most; more: there is more to do at once
	Unread(topic string, partition int32) int                              // how many of an input it has not folded yet
	Ready() int                                                            // how many of all it can fold at once; 0: it waits for others, or has none
	Changed() int                                                          // how much lies folded since the last Seal; 0: there is nothing to commit
	Seal() (*Batch, error)                                                 // closes what lies folded; not again before Landed
	Landed()                                                               // what was sealed is in the store
}

// A Batch is what a commit says of one task.
type Batch struct {
	Rows     []state.Row // changed state; of several of one key the last counts
	Outputs  []*kgo.Record
	Position state.Position // after all that was folded; Changelog is not meant
	Records  int
	Told     Told
}

// A Store keeps what Kafka has committed, of each task. Its methods may be called from several goroutines.
type Store interface {
	Position(task int32) (position state.Position, found bool, err error)
	Apply(task int32, rows []state.Row, position state.Position) error // all of it or nothing
	Load(task int32, rows []state.Row, position state.Position) error  // the same, of rows whose Was is WakeUnknown: the timers may be missing
	Loaded(task int32) error                                           // they are there
	Drop(task int32) error
	Err() error // why it stores nothing any more, until the process ends; nil: it does
}

// transactionTimeout is how long the broker waits for the end of a transaction whose producer is gone.
// The dead hold up their readers that long, so it is short; a commit takes milliseconds.
const transactionTimeout = 10 * time.Second

// drainTimeout is how long the last commit may take, so that a service that is told to stop has stopped in ten seconds.
const drainTimeout = 7 * time.Second

// patience is how long a restore waits for transactions of others to end: a timeout, and the pause of the broker between two looks.
const patience = 4 * transactionTimeout

// batch is how many records are polled at most at once, enough how many lie unread when none are polled, and ahead how many may
// lie folded while a commit is under way.
const (
	batch  = 100_000
	enough = 10_000
	ahead  = 100_000
)

func (c *Config) events() string    { return c.Name + ".events" }
func (c *Config) changelog() string { return c.Name + ".changelog" }
func (c *Config) commits() string   { return c.Name + ".commits" }

// keyed are the topics of which a task reads the partition of its number, inputs all that it reads.
func (c *Config) keyed() []string  { return append([]string{c.events()}, c.Sources...) }
func (c *Config) inputs() []string { return append(c.keyed(), c.Loose...) }
