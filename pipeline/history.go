package pipeline

import (
	"context"
	"errors"
	"io"
	"slices"

	"github.com/ebbstream/ebb/operators/catalog"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// History is what one profile's events in files, or elsewhere, come to: the replay of a single profile, in memory. Its changes are those
// of a Replay of the same files, muted ones included.
type History struct {
	Catalog *catalog.Catalog
	Inputs  []string
	Subject string
	AsOf    schemas.Instant // later events are not yet known; Never: all are
	Sort    bool            // order the events by time first

	// Open gives sources besides the inputs; what they cannot use goes to bad. It may be nil.
	Open func(bad func(schemas.DeadLetter)) ([]Source, error)
}

// Told is what a History found.
type Told struct {
	Chain   *catalog.Chain
	Profile *state.Profile  // with its timers up to Final fired
	Final   schemas.Instant // AsOf, or the time of the last event, of anybody
	Events  int64           // of the profile, repetitions and those too late included
	Changes []*schemas.SegmentChange
	Late    []*schemas.Late
}

// Run reads the files.
func (h *History) Run(ctx context.Context) (told *Told, err error) {
	var sources []Source
	var inputs []*Lines
	defer func() {
		for _, in := range inputs {
			err = errors.Join(err, in.Close())
		}
	}()
	for _, path := range h.Inputs {
		lines, err := OpenInput(path)
		if err != nil {
			return nil, err
		}
		inputs = append(inputs, lines)
		sources = append(sources, &known{NewEventLines(lines, h.Catalog.Plan.Fields, func(schemas.DeadLetter) {}), h.AsOf})
	}
	if h.Open != nil {
		more, err := h.Open(func(schemas.DeadLetter) {})
		if err != nil {
			return nil, err
		}
		for _, source := range more {
			sources = append(sources, &known{source, h.AsOf})
		}
	}
	f := &historyFold{History: h, told: &Told{Chain: h.Catalog.Chain(), Final: schemas.Earliest}}
	f.told.Profile = f.told.Chain.Layout().New(h.Subject)
	if h.Sort {
		err = f.sorted(ctx, sources)
	} else {
		err = f.read(ctx, MergeInput(sources...), f.fold)
	}
	if err != nil {
		return nil, err
	}
	if h.AsOf != schemas.Never {
		f.told.Final = h.AsOf
	}
	f.told.Chain.Pass(f.told.Profile, f.told.Final, f.emit)
	return f.told, nil
}

// historyFold is one run of a History.
type historyFold struct {
	*History
	told *Told
}

// read gives the subject's events of a source. The others are read, too: with several files they decide what comes when.
func (f *historyFold) read(ctx context.Context, source Source, use func(*schemas.Event)) error {
	var e schemas.Event
	for n := 1; ; n++ {
		if err := source.Next(&e); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		f.told.Final = max(f.told.Final, e.Time)
		if e.Subject == f.Subject {
			f.told.Events++
			use(&e)
		}
		if n%65536 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// sorted folds the subject's events by time, those of one instant as they were read.
func (f *historyFold) sorted(ctx context.Context, sources []Source) error {
	var batch eventBatch
	for _, source := range sources {
		if err := f.read(ctx, source, batch.add); err != nil {
			return err
		}
	}
	slices.SortStableFunc(batch.events, func(a, b schemas.Event) int { return int(min(max(a.Time-b.Time, -1), 1)) })
	for i := range batch.events {
		f.fold(&batch.events[i])
	}
	return nil
}

func (f *historyFold) fold(e *schemas.Event) {
	f.told.Chain.Fold(f.told.Profile, e, schemas.Earliest, f.emit)
}

func (f *historyFold) emit(m schemas.Message) {
	switch m := m.(type) {
	case *schemas.SegmentChange:
		f.told.Changes = append(f.told.Changes, m.Kept())
	case *schemas.Late:
		f.told.Late = append(f.told.Late, m)
	}
}
