// Package behind keeps what was committed of late in memory, in front of the state folder, and writes it there about once a
// second: of each row only the newest. The changelog on Kafka has it all, so what a crash takes is read again from there.
//
//  1. What is applied can be read at once, by every method: who asks does not see what is written and what waits.
//  2. The store below holds what some Apply of a task left, and never a part of one: rows and position are written together.
//  3. What waits is bounded, in time and in bytes of changelog, so that reading it again takes less than a second.
//  4. Nobody who reads waits for a write, but for Keys and From; nor does Apply, unless twice as much waits as should.
//  5. What is loaded is of tasks that nobody folds yet, and is written at once.
//  6. All that is written to a task goes through here: it is remembered up to where no timer below is of any use.
package behind
