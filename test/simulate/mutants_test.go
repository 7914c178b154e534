package simulate

import (
	"flag"
	"testing"

	"github.com/ebbstream/ebb/test/mutant"
)

var mutants = flag.Bool("mutants", false, "break the commit and the restore in every way listed, and see that the simulations notice")

const (
	commits  = "pipeline/live/commit.go"
	restores = "pipeline/live/restore.go"
	assigns  = "pipeline/live/assignment.go"
	seals    = "pipeline/partition/seal.go"
	behinds  = "pipeline/behind/task.go"
)

// mistakes of the commit and the restore: each step left out, or at another place. That a member whom the group has dropped does
// not commit is seen to three times (lost, assigned, and before the offsets), so that one of these alone is not missed.
var mistakes = []struct{ why, file, from, to string }{
	{"nothing is produced", commits, "err := t.produce(ctx, records)", "err := error(nil)"},
	{"changed rows are not in the changelog", commits, "records = append(records, c.rowRecord(task, row))", "_ = c.rowRecord(task, row)"},
	{"the position is not in the changelog", commits, "records = append(records, positions[task], c.commitRecord", "records = append(records, c.commitRecord"},
	{"what comes out is not in the transaction", commits, "records = append(records, b.Outputs...)", ""},
	{"the offsets are not in the transaction", commits, "err := t.offsets(ctx, next)", "err := error(nil)"},
	{"the transaction is not ended", commits, "err := t.end(ctx)", "err := error(nil)"},
	{"the store is written before the transaction has ended", commits, "\tif err := t.offsets(ctx, next)", `	for task := range batches {
		if err := c.Store.Apply(task, batches[task].Rows, batches[task].Position); err != nil {
			return err
		}
	}
	if err := t.offsets(ctx, next)`},
	{"the store is not written", commits, "err := c.Store.Apply(task, batches[task].Rows, position)", "err := error(nil)"},
	{"the store has the position without the rows", behinds, "t.below.Apply(t.number, rows, all.position)", "t.below.Apply(t.number, nil, all.position)"},
	{"a timer is left out", seals, "wake := s.p.chain.Wake(h.Profile)", "wake := schemas.Never"},

	{"a restore ends at an open transaction", restores, "behind == \"\" && stable < end", "false"},
	{"a restore reads what is not committed", restores, "r.follow(ctx, &position, stable, end)", "r.follow(ctx, &position, end, end)"},
	{"a restore forgets what it has not yet stored", restores, "\t\terr = store()\n\t}\n\tif err != nil {", "\t}\n\tif err != nil {"},
	{"a row that is gone stays", restores, "rows = append(rows, state.Row{Key: id, Value: record.Value, Was: state.WakeUnknown})",
		"if record.Value != nil {\n rows = append(rows, state.Row{Key: id, Value: record.Value, Was: state.WakeUnknown})\n}"},
	{"a state whose changelog is compacted away is gone on with", restores, "err := r.c.Store.Drop(r.task)", "err := error(nil)"},
	{"a changelog that has lost its end is gone on with", restores, "case found && position.Changelog > end:", "case false:"},

	{"transactions of before are not settled", assigns, "err := s.txn.settle(s.over)", "err := error(nil)"},
	{"a revocation does not wait for the commit", assigns, "\ts.flight.wait(s.over)\n", ""},
}

// TestMutants: the simulations notice each of these mistakes. Without -mutants it is only seen whether the list still fits the code.
func TestMutants(t *testing.T) {
	for _, m := range mistakes {
		t.Run(m.why, func(t *testing.T) {
			mistake := mutant.Mutant{File: m.file, From: m.from, To: m.to}
			overlay := mistake.Overlay(t)
			if *mutants {
				mistake.Noticed(t, overlay, "-tags", "synctests", "-timeout", "150s", "./test/simulate", "-seeds", "60", "-run",
					"TestSimulate|TestChangelog|TestState|TestSource|TestWaiting|TestEvicted|TestTimers")
			}
		})
	}
}
