package simulate

import (
	"flag"
	"strings"
	"testing"
	"time"

	"github.com/ebbstream/ebb/test/mutant"
)

var mutants = flag.Bool("mutants", false, "break the commit and the restore in every way listed, and see that the simulations notice")

const (
	commits  = "pipeline/live/commit.go"
	restores = "pipeline/live/restore.go"
	assigns  = "pipeline/live/assignment.go"
	drives   = "pipeline/live/drive.go"
	sessions = "pipeline/live/session.go"
	seals    = "pipeline/partition/seal.go"
	turns    = "pipeline/partition/turn.go"
	rows     = "pipeline/partition/profiles.go"
	behinds  = "pipeline/behind/task.go"

	all = "TestSimulate"
)

// The steps of a commit, as they stand there.
const (
	begins = `	if err := t.begin(ctx); err != nil {
		return fmt.Errorf("beginning a transaction: %w", err)
	}
`
	produces = `	if err := t.produce(ctx, records); err != nil {
		return fmt.Errorf("producing: %w", err)
	}
`
	offsets = `	if err := t.offsets(ctx, next); err != nil {
		return fmt.Errorf("committing offsets: %w", err)
	}
`
	ends = `	if err := t.end(ctx); err != nil {
		return fmt.Errorf("ending the transaction: %w", err)
	}
`
	storesEarly = `	for task := range batches {
		position := batches[task].Position
		position.Changelog = positions[task].Offset + 1
		if err := c.Store.Apply(task, batches[task].Rows, position); err != nil {
			return err
		}
	}
`
)

// mistakes of the commit and the restore: each step left out, or at another place; and by which tests, if not of this package with it.
//
// Not in the list are those that nothing can show. The offsets may come before the records: the transaction is whole or not at all,
// and if the membership holds no longer nothing of it is. The position may stand before the rows in the changelog: one reads to
// the end of the transaction. That a member whom the group has dropped does not commit is seen to three times (lost, assigned, and
// before the offsets), so that one of these alone is not missed.
//
// Two are shown neither by the brokers in memory nor by Kafka 4.3: offsets sent under an epoch of the producer that was raised within
// the transaction (the client raises it after an error, which ends the session), and offsets that are not added to a transaction
// before they are sent (from version 5 of that request on a broker adds them, also where transaction.version is 1).
var mistakes = []struct{ why, file, from, to, by string }{
	{"no transaction is begun", commits, "err := t.begin(ctx); err", "err := error(nil); err", all},
	{"nothing is produced", commits, "err := t.produce(ctx, records)", "err := error(nil)", all},
	{"changed rows are not in the changelog", commits, "records = append(records, c.rowRecord(task, row))", "_ = c.rowRecord(task, row)", all},
	{"the position is not in the changelog", commits, "records = append(records, positions[task], c.commitRecord", "records = append(records, c.commitRecord", all},
	{"what comes out is not in the transaction", commits, "records = append(records, b.Outputs...)", "", all},
	{"the offsets are not in the transaction", commits, "err := t.offsets(ctx, next)", "err := error(nil)", all},
	{"the transaction is not ended", commits, "err := t.end(ctx)", "err := error(nil)", all},
	{"the store is not written", commits, "err := c.Store.Apply(task, batches[task].Rows, position)", "err := error(nil)", all},
	{"records come before their transaction is begun", commits, begins + produces, produces + begins, all},
	{"the transaction is ended before the offsets are in it", commits, offsets + ends, ends + offsets, all},
	{"the transaction is ended before the records are in it", commits, produces + offsets + ends, ends + produces + offsets, all},
	{"the store is written before the offsets", commits, offsets, storesEarly + offsets, all},
	{"the store is written before the transaction has ended", commits, ends, storesEarly + ends, all},
	{"the store's position says more of the changelog than there is", commits, "positions[task].Offset + 1", "positions[task].Offset + 3", all},

	{"the position says what has come, not what was folded", seals, "next, folded := in.position()", "next, folded := in.read(), int64(0)", all},
	{"the watermark is left out of the position", seals, "state.Position{Watermark: p.watermark}", "state.Position{Watermark: schemas.Earliest}", "./pipeline/partition TestIdleBefore"},
	{"a timer is left out", rows, "h.wake = p.Alive, p.Epoch, s.p.chain.Wake(p)", "h.wake = p.Alive, p.Epoch, schemas.Never", all},
	{"a large profile is not written", seals, "s.write(h, h.whole)", "_ = h.whole", "./pipeline/partition TestTurns"},
	{"an event is told how far the watermark has come since", turns, "&e.found, e.watermark, p.emitter", "&e.found, p.watermark, p.emitter", "./pipeline/partition TestTurns"},
	{"of the events of a turn each profile is told the first", turns, "if i = e.next; i == 0 {", "if true {", "./pipeline/partition TestTurns"},

	{"the store has the position without the rows", behinds, "t.below.Apply(t.number, rows, all.position)", "t.below.Apply(t.number, nil, all.position)", all},
	{"what waits to be stored is not read", behinds, "if found {\n\t\treturn row, nil\n\t}", "_, _ = row, found", all},
	{"of what waits the oldest is read", behinds, "range slices.Backward(layers)", "range slices.All(layers)", "./pipeline/behind ."},

	{"a restore ends at an open transaction", restores, "behind == \"\" && stable < end", "false", "TestWaitingForTimers"},
	{"a restore ends before the transaction of the offsets", restores, "behind := r.behind(position)", "behind := \"\"", "TestOffsetsBeyondChangelog"},
	{"a restore reads what is not committed", restores, "r.follow(ctx, &position, stable, end)", "r.follow(ctx, &position, end, end)", "TestWaitingForChangelog"},
	{"a restore forgets what it has not yet stored", restores, "\t\terr = store()\n\t}\n\tif err != nil {", "\t}\n\tif err != nil {", all},
	{"a restore stores no rows", restores, "r.c.Store.Load(r.task, rows, *position)", "r.c.Store.Load(r.task, nil, *position)", all},
	{"a restore does not take the position it reads", restores, "*position = *p", "_ = p", all},
	{"a state that is there is not rolled forward", restores, "records, err := r.follow(ctx, &position, stable, end)",
		"records, err := 0, error(nil)\nif !found {\nrecords, err = r.follow(ctx, &position, stable, end)\n}", all},
	{"a row that is gone stays", restores, "rows = append(rows, state.Row{Key: id, Value: record.Value, Was: state.WakeUnknown})",
		"if record.Value != nil {\n rows = append(rows, state.Row{Key: id, Value: record.Value, Was: state.WakeUnknown})\n}", all},
	{"a state whose changelog is compacted away is gone on with", restores, "err := r.c.Store.Drop(r.task)", "err := error(nil)", "TestStateBehindChangelog"},
	{"a changelog that has lost its end is gone on with", restores, "case found && position.Changelog > end:", "case false:", "TestChangelogEndsBeforeState"},

	{"transactions of before are not settled", assigns, "err := s.txn.settle(s.over)", "err := error(nil)", "TestLeftOpen"},
	{"a revocation does not wait for the commit", assigns, "\ts.flight.wait(s.over)\n", "", "TestRevokedWhileCommitting"},
	{"where the sources end is not asked at once", "pipeline/live/task.go", "case <-s.opened:", "case <-make(chan int):", "TestPrompt"},
	{"a task that is taken away is folded on", assigns, "delete(s.mu.tasks, p) // with what was folded and not yet sealed", "", all},
	{"a task that is asked for again is opened again", assigns, "if t := s.task(p); t != nil {", "if t := s.task(p); t != nil && false {", "TestOpenedOnce"},
	{"a commit begins before the last has ended", drives, "err == nil && !due.IsZero() && s.flight == nil &&", "err == nil && !due.IsZero() &&", "TestSlowCommit"},
	{"events that are not committed are read", sessions, "kgo.FetchIsolationLevel(kgo.ReadCommitted())", "kgo.FetchIsolationLevel(kgo.ReadUncommitted())", all},
}

// TestMutants: the simulations notice each of these mistakes, always in the same histories, in which there is nothing to notice
// without one. Without -mutants it is only seen whether the list still fits the code.
func TestMutants(t *testing.T) {
	for _, m := range mistakes {
		t.Run(m.why, func(t *testing.T) {
			mistake := mutant.Mutant{File: m.file, From: m.from, To: m.to}
			overlay := mistake.Overlay(t)
			if *mutants {
				mistake.Noticed(t, overlay, 3*time.Minute, noticedBy(m.by))
			}
		})
	}
	if *mutants {
		t.Run("no mistake", func(t *testing.T) { noticedBy("Test").Pass(t, 10*time.Minute) })
	}
}

// noticedBy are the tests of this package of that name, or those of another package, named before theirs.
func noticedBy(name string) mutant.Tests {
	if name, by, elsewhere := strings.Cut(name, " "); elsewhere {
		return mutant.Tests{Package: name, Args: []string{"-test.run", by}}
	}
	return mutant.Tests{Package: "./test/simulate", Tags: "synctests", Args: []string{"-seeds", "60", "-first", "1", "-test.run", name}}
}
