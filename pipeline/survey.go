package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/ebbstream/ebb/operators/catalog"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// Survey folds files as a Replay does, and shows what every profile came to instead of writing anything.
type Survey struct {
	Catalog *catalog.Catalog
	Inputs  []string
	Mapped  *Mapped         // how the inputs become events; nil: they are events, in the file form
	AsOf    schemas.Instant // later events are not yet known; Never: all are
	Sort    bool            // order the events by time first
	Memory  int64           // bytes for profiles and sorting, about
	Workers int             // goroutines that fold; 0: one a core

	Progress func(Progress) // called now and then; may be nil
}

// Surveyed is what a Survey read.
type Surveyed struct {
	Events      int64           // decoded, up to as-of
	Final       schemas.Instant // AsOf, or the time of the last event
	TooLate     int64           // of the events; they were not applied
	DeadLetters Counts          // by reason
	Warnings    []string
	Counted     state.Counted // of experiments
}

// Run reads the files, then visits the profiles that are alive: one at a time, in no particular order, with the chain that
// reads them and the final instant.
func (s *Survey) Run(ctx context.Context, visit func(c *catalog.Chain, p *state.Profile, final schemas.Instant)) (*Surveyed, error) {
	scratch, err := os.MkdirTemp("", "ebb-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for temporary files: %w", err)
	}
	defer os.RemoveAll(scratch)
	run := &replayRun{scratch: scratch, summary: newSummary(), results: &results{}, secret: newEraseKey(),
		Replay: &Replay{Catalog: s.Catalog, Inputs: s.Inputs, Mapped: s.Mapped, AsOf: s.AsOf, Sort: s.Sort, Memory: s.Memory,
			Workers: s.Workers, Progress: s.Progress}}
	read, err := run.survey(ctx, visit)
	return read, errors.Join(err, run.close())
}

func (r *replayRun) survey(ctx context.Context, visit func(*catalog.Chain, *state.Profile, schemas.Instant)) (*Surveyed, error) {
	source, err := r.source()
	if err != nil {
		return nil, err
	}
	if err := r.fold(ctx, source); err != nil {
		return nil, err
	}
	read := &Surveyed{Events: r.summary.Events, Final: r.AsOf, TooLate: r.results.mu.late, DeadLetters: r.summary.DeadLetters}
	if read.Events == 0 {
		return read, nil
	}
	if read.Final == schemas.Never {
		read.Final = r.summary.times.last
	}
	read.Warnings = r.summary.times.warnings()
	r.report("finishing")
	for _, w := range r.workers {
		err := w.profiles.each(func(p *state.Profile) error {
			if p.Alive {
				visit(w.chain, p, read.Final)
			}
			return ctx.Err()
		})
		if err != nil {
			return nil, err
		}
	}
	read.Counted = r.counted()
	return read, nil
}
