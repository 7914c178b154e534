// Package disk keeps the state of a node's tasks in a folder: the profiles of each task, the timers
// that will wake them, and the position up to which they hold, in one Pebble store.
//
// FORMAT.md, beside this file, describes the bytes. What callers may rely on:
//
//  1. One commit is one write. A [Batch] is applied wholly or not at all, in memory and after a
//     crash, so the profiles, timers and position of a task always agree with each other.
//  2. Commits survive in order. After a crash the folder holds the commits of a task up to some one,
//     and none after it; at least all up to the last that was committed with sync, flushed or loaded.
//     But for what was loaded, this holds of all tasks together.
//  3. Timers are derived. A profile that is to be woken has exactly one timer row, at the wake-up its
//     last Put or Load named; timers of one task are read in order of (instant, profile id). A task
//     that is being loaded has them only after [Store.Loaded].
//  4. No memory of Pebble escapes. What a method returns belongs to the caller; only a [Profile]
//     met in an iteration is lent, until the next one.
//  5. The first failed write is the last. When writing fails, or the store is found to be corrupt,
//     nothing more reaches the disk, and every later call returns that first error (see [Store]).
//  6. A folder has one owner. A second Open of it, from this process or another, is [ErrInUse].
//
// The changelog in Kafka is the durability of all this: a lost folder costs a restore and no data,
// and what a crash takes away from its end is read again from the changelog.
package disk
