// Package partition is one task, a partition number of all sources, on its way through the fold: records are decoded, the sources
// merged by time, timers fired as the watermark passes them, and what changed is gathered for a commit.
//
// It knows neither brokers nor clocks: the wall clock and where the topics end are arguments.
//
// Of a source that is not keyed by profile a task has any number of partitions, or none: their events are keyed anew, by way of
// <name>.events.
//
//  1. A Batch holds all that came of the records up to its Position, and nothing of later ones.
//  2. What comes out for a profile depends on its own records and on the watermark before each, not on where batches end.
//  3. A profile that changed since the last Batch is held; any other is in the store, or in the Batch before.
//  4. A record that cannot be used is a dead letter: only the store and the schema registry can make Fold fail.
package partition
