// Package live is the service on Kafka: it polls the behaviour of the tasks it was given, folds it, and commits what came out.
//
// A task is a partition number p of n. It reads partition p of every source and of <name>.events, and owns partition p of
// <name>.changelog and of <name>.commits. All these have n partitions. A source that is not keyed by profile may have any number:
// its partition q belongs to task q mod n. A session is one membership of the group with one producer; it ends at the first
// thing that is not as it should be, and the next one starts from what is committed. There is no other way back: not for an
// aborted transaction, not for an outage, not for a kill.
//
//  1. Outputs, changed profiles, the position and the input offsets of a commit are one transaction: all of it is read, or none.
//     What is published at once, if anything, is not of the transaction, but the commit waits for it: it is there at least once.
//  2. The store holds nothing that Kafka has not committed. So losing it, or any part of its end, costs time and no data.
//  3. A task is folded by the member that owns it, and only after the state of all that was committed before is in the
//     store: the position in the changelog has reached the committed offsets, which no open transaction can move any more.
//  4. A transaction of unknown outcome is settled, by asking for the producer id again, before committed offsets are read.
//  5. Offsets are committed with the membership under which their tasks were given. A revocation returns after the
//     transaction in flight has ended, and a loss after it can no longer begin to commit.
//  6. Each record is folded once on the way to a commit: a record before the position of its task ends the session.
//  7. An instance that another process has taken over stops, and says so.
//
// The group speaks the classic protocol (cooperative, with static members), not that of KIP-848: there the broker assigns, by
// its assignors uniform and range, and knows nothing of tasks. Uniform takes partition p of two topics to different members;
// range keeps them together, but moves what it need not. Assignors of clients, which KIP-848 foresees, no broker has yet.
package live
