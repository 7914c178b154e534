package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/ebbstream/ebb/operators/catalog"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
	"github.com/ebbstream/ebb/state/disk"
)

// Replay is a bounded run over files, without side effects: the events of all inputs, merged by the time of their heads,
// through the fold, and what it would have published into files, in one order whatever the machine (SPEC section 8).
type Replay struct {
	Name    string
	Catalog *catalog.Catalog
	Inputs  []string
	Mapped  *Mapped         // how the inputs become events; nil: they are events, in the file form
	AsOf    schemas.Instant // later events are not yet known; Never: all are
	Sort    bool            // order the events by time first
	Output  string          // the folder of the results
	State   string          // a folder in which the state is kept; empty: none is
	Memory  int64           // bytes for profiles and sorting, about

	// Open gives sources besides the inputs; what they cannot use goes to bad. It may be nil.
	Open func(bad func(schemas.DeadLetter)) ([]Source, error)

	MuteBefore schemas.Instant // changes and decisions before it are not written; Earliest: all are
	Sessions   bool            // whether sessions are written
	Profiles   bool            // whether profiles are written
	Parquet    bool            // whether the results are tables, instead of lines
	Workers    int             // goroutines that fold; 0: one a core

	Progress func(Progress) // called now and then; may be nil
}

// Progress is how far a replay has come.
type Progress struct {
	Done, Total int64 // bytes of the inputs; Total is 0 where it is not known
	Events      int64
	Stage       string // "reading", "sorting" or "finishing"
}

// Run does the replay.
func (r *Replay) Run(ctx context.Context) (*Summary, error) {
	started := time.Now()
	if err := os.MkdirAll(r.Output, 0o755); err != nil {
		return nil, fmt.Errorf("making the output folder: %w", err)
	}
	scratch, err := os.MkdirTemp(r.Output, ".scratch-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for temporary files: %w", err)
	}
	defer os.RemoveAll(scratch)
	run := &replayRun{Replay: r, scratch: scratch, summary: newSummary()}
	err = run.do(ctx)
	if err := errors.Join(err, run.close()); err != nil {
		return nil, err
	}
	run.summary.Seconds = time.Since(started).Seconds()
	if s := run.summary; s.Seconds > 0 {
		s.EventsPerSecond = float64(s.Events) / s.Seconds
	}
	return run.summary, run.summary.write(r.Output)
}

// replayRun is one run of a Replay.
type replayRun struct {
	*Replay
	scratch string
	summary *Summary
	results *results
	inputs  []*Lines
	workers []*folder
	store   struct {
		sync.Mutex
		*disk.Store
	}
	secret []byte
}

func (r *replayRun) do(ctx context.Context) error {
	r.results = newResults(r.Name, r.Output, r.scratch, r.Memory/4)
	r.secret = newEraseKey()
	source, err := r.source()
	if err != nil {
		return err
	}
	if err := r.fold(ctx, source); err != nil {
		return err
	}
	final := r.AsOf
	if final == schemas.Never {
		final = r.summary.times.last
	}
	if r.summary.Events > 0 {
		r.summary.Final = &final
		r.report("finishing")
		if err := r.finish(ctx, final); err != nil {
			return err
		}
	}
	return r.results.write(r.summary, r.Sessions, r.Parquet)
}

// source opens the inputs. What is later than as-of is left out before the merge, as not yet known.
func (r *replayRun) source() (Source, error) {
	var all []Source
	bad := func(d schemas.DeadLetter) {
		r.summary.DeadLetters[d.Reason]++
		r.results.add(&d)
	}
	for _, path := range r.Inputs {
		lines, err := OpenInput(path)
		if err != nil {
			return nil, err
		}
		r.inputs = append(r.inputs, lines)
		source := NewEventLines(lines, r.Catalog.Plan.Fields, bad)
		if r.Mapped != nil {
			if source, err = NewMappedRecords(lines, r.Mapped, bad); err != nil {
				return nil, err
			}
		}
		all = append(all, &known{source, r.AsOf})
	}
	if r.Open != nil {
		more, err := r.Open(bad)
		if err != nil {
			return nil, err
		}
		for _, source := range more {
			all = append(all, &known{source, r.AsOf})
		}
	}
	if !r.Sort {
		return MergeInput(all...), nil
	}
	return r.sorted(all)
}

// known passes over the events after an instant.
type known struct {
	Source
	until schemas.Instant
}

func (k *known) Next(e *schemas.Event) error {
	for {
		if err := k.Source.Next(e); err != nil || e.Time <= k.until {
			return err
		}
	}
}

const batchEvents = 512

// eventBatch is events on their way to a worker, with the bytes and fields they point to.
type eventBatch struct {
	events []schemas.Event
	fields []schemas.Value
	data   []byte
}

func (b *eventBatch) add(e *schemas.Event) {
	at, text := len(b.fields), len(b.data)
	b.fields = append(b.fields, e.Fields...)
	b.data = append(b.data, e.Data...) // in the encoding of its Form
	b.events = append(b.events, *e)
	kept := &b.events[len(b.events)-1]
	kept.Fields, kept.Data = b.fields[at:len(b.fields):len(b.fields)], b.data[text:len(b.data):len(b.data)]
}

func (b *eventBatch) reset() {
	clear(b.fields)
	b.events, b.fields, b.data = b.events[:0], b.fields[:0], b.data[:0]
}

// folder is one worker: it folds the profiles whose ids fall to it.
type folder struct {
	run      *replayRun
	chain    *catalog.Chain
	profiles *profiles
	in       chan *eventBatch
	free     chan *eventBatch
	pending  *eventBatch
	counted  state.Counted
	err      error
}

// A decoded profile takes about so many bytes; Memory is shared out by it.
const profileBytes = 4 << 10

func (r *replayRun) fold(ctx context.Context, source Source) error {
	workers := r.Workers
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	var wg sync.WaitGroup
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for i := range workers {
		chain := r.Catalog.Chain()
		w := &folder{run: r, chain: chain, in: make(chan *eventBatch, 4), free: make(chan *eventBatch, 8), pending: &eventBatch{}, counted: state.Counted{}}
		chain.Count(w.counted.Add)
		w.profiles = &profiles{open: r.openStore, task: int32(i), chain: chain, most: max(int(r.Memory/2/profileBytes)/workers, 1000),
			decoded: map[string]*held{}, layouts: map[uint64]*state.Translation{}, eraseKey: r.secret}
		r.workers = append(r.workers, w)
		wg.Go(func() {
			if w.err = w.work(); w.err != nil {
				cancel()
				for range w.in { // let the reader go on to its end
				}
			}
		})
	}
	err := r.deal(ctx, source)
	for _, w := range r.workers {
		close(w.in)
	}
	wg.Wait()
	for _, w := range r.workers {
		if w.err != nil {
			return w.err
		}
	}
	return err
}

// deal reads the events and gives each to the worker of its profile.
func (r *replayRun) deal(ctx context.Context, source Source) error {
	var e schemas.Event
	for {
		err := source.Next(&e)
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		r.summary.Events++
		r.summary.times.add(e.Time)
		w := r.workers[0]
		if len(r.workers) > 1 {
			w = r.workers[xxhash.Sum64String(e.Subject)%uint64(len(r.workers))]
		}
		w.pending.add(&e)
		if len(w.pending.events) >= batchEvents {
			w.send()
		}
		if r.summary.Events%65536 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			r.report("reading")
		}
	}
	for _, w := range r.workers {
		w.send()
	}
	return ctx.Err()
}

func (w *folder) send() {
	w.in <- w.pending
	select {
	case w.pending = <-w.free:
	default:
		w.pending = &eventBatch{}
	}
}

func (w *folder) work() error {
	emit := w.emit
	for batch := range w.in {
		for i := range batch.events {
			e := &batch.events[i]
			h, err := w.profiles.get(e.Subject)
			if err != nil {
				return err
			}
			h.dirty = true
			w.chain.Fold(h.Profile, e, schemas.Earliest, emit)
		}
		batch.reset()
		select {
		case w.free <- batch:
		default:
		}
		if err := w.run.results.err(); err != nil {
			return err
		}
	}
	return nil
}

func (w *folder) emit(m schemas.Message) {
	switch m := m.(type) {
	case *schemas.SegmentChange:
		if m.Time < w.run.MuteBefore {
			return
		}
	case *schemas.Decision:
		if m.Time < w.run.MuteBefore {
			return
		}
	}
	w.run.results.add(m)
}

// counted is what all workers have counted of experiments, by name.
func (r *replayRun) counted() state.Counted {
	all := state.Counted{}
	for _, w := range r.workers {
		all.AddAll(w.counted)
	}
	return all
}

// finish brings every profile to the final instant.
func (r *replayRun) finish(ctx context.Context, final schemas.Instant) error {
	var wg sync.WaitGroup
	counts := make([]int64, len(r.workers))
	for i, w := range r.workers {
		wg.Go(func() {
			if r.State != "" { // as a stopped node would leave it: with the final instant's timers still due
				if w.err = w.keep(final); w.err != nil {
					return
				}
			}
			w.err = w.profiles.each(func(p *state.Profile) error {
				w.chain.Pass(p, final, w.emit)
				if view := w.chain.Profile(p, final); view != nil {
					counts[i]++
					if r.Profiles {
						r.results.add(view)
					}
				}
				return errors.Join(r.results.err(), ctx.Err())
			})
			if w.err == nil && r.State != "" {
				w.err = w.keepCounted()
			}
		})
	}
	wg.Wait()
	for i, w := range r.workers {
		if w.err != nil {
			return w.err
		}
		r.summary.Profiles += counts[i]
	}
	r.summary.Experiments = r.Catalog.Report(r.counted())
	return nil
}

// keep writes the state to its folder.
func (w *folder) keep(final schemas.Instant) error {
	if err := w.profiles.flush(); err != nil {
		return err
	}
	batch := w.profiles.store.NewBatch()
	defer batch.Close()
	batch.SetPosition(w.profiles.task, state.Position{Watermark: final})
	return batch.Commit(true)
}

// keepCounted writes what was counted of experiments, the final instant included: before it, only of those who came back it
// would be known what they did.
func (w *folder) keepCounted() error {
	batch := w.profiles.store.NewBatch()
	defer batch.Close()
	for _, s := range w.run.Catalog.Studies() {
		row := w.counted[s.Name].Append(state.AppendRow(nil, schemas.Never))
		batch.PutProfile(w.profiles.task, state.TallyKey(s.Text), row, schemas.Never, schemas.Never)
	}
	return batch.Commit(true)
}

// openStore opens the state folder when the first worker's memory is full, or at the end if it is to be kept.
func (r *replayRun) openStore() (*disk.Store, error) {
	r.store.Lock()
	defer r.store.Unlock()
	if r.store.Store != nil {
		return r.store.Store, nil
	}
	dir := r.State
	if dir == "" {
		dir = filepath.Join(r.scratch, "state")
	}
	store, err := disk.Open(dir, disk.Options{Cache: max(r.Memory/8, 8<<20), NoWAL: true})
	r.store.Store = store
	return store, err
}

func (r *replayRun) report(stage string) {
	if r.Progress == nil {
		return
	}
	p := Progress{Events: r.summary.Events, Stage: stage}
	for _, in := range r.inputs {
		p.Done += in.BytesRead()
		p.Total += in.Size()
	}
	r.Progress(p)
}

func (r *replayRun) close() error {
	var errs []error
	for _, in := range r.inputs {
		errs = append(errs, in.Close())
	}
	if r.results != nil {
		errs = append(errs, r.results.close())
	}
	if r.store.Store != nil {
		errs = append(errs, r.store.Close())
	}
	return errors.Join(errs...)
}
