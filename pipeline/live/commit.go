package live

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/state"
)

// A transaction makes all that was produced in it visible at once, together with the offsets, or nothing of it.
// What of it is published at once is there when produce returns, whatever becomes of the rest: at least once.
type transaction interface {
	begin(ctx context.Context) error
	produce(ctx context.Context, records []*kgo.Record) error // returns when the broker has them all
	offsets(ctx context.Context, next []state.Input) error
	end(ctx context.Context) error // nil: it is committed. Any other answer: nobody knows
}

// commit makes what is sealed of tasks durable: in Kafka, then in the store. After an error the session is over: what
// became of the transaction is settled by the next one, and these batches are folded again if it was aborted.
//
// The order is the guarantee. The position follows the profiles in the same partition, so whoever has read it has read
// them. The offsets come last, so that a membership that no longer holds aborts everything. The store comes after the
// end, because what is in it is never taken back.
func commit(ctx context.Context, t transaction, c *Config, batches map[int32]*Batch) error {
	var records []*kgo.Record
	var next []state.Input
	positions := map[int32]*kgo.Record{}
	for _, task := range slices.Sorted(maps.Keys(batches)) {
		b := batches[task]
		records = append(records, b.Outputs...)
		for _, row := range b.Rows {
			records = append(records, c.rowRecord(task, row))
		}
		positions[task] = c.positionRecord(task, b.Position)
		records = append(records, positions[task], c.commitRecord(task, b.Position))
		next = append(next, b.Position.Inputs...)
	}
	if err := t.begin(ctx); err != nil {
		return fmt.Errorf("beginning a transaction: %w", err)
	}
	if err := t.produce(ctx, records); err != nil {
		return fmt.Errorf("producing: %w", err)
	}
	if err := t.offsets(ctx, next); err != nil {
		return fmt.Errorf("committing offsets: %w", err)
	}
	if err := t.end(ctx); err != nil {
		return fmt.Errorf("ending the transaction: %w", err)
	}
	for _, task := range slices.Sorted(maps.Keys(batches)) {
		position := batches[task].Position
		position.Changelog = positions[task].Offset + 1
		if err := c.Store.Apply(task, batches[task].Rows, position); err != nil {
			return fmt.Errorf("storing what was committed: %w", err)
		}
	}
	return nil
}
