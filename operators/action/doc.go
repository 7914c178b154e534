// Package action is the operator that decides what to offer (SPEC section 7). At the end of an evaluation it judges the
// groups of actions that were triggered; one that fires in quiet hours waits for their end.
//
// A group is all actions of the same trigger and channel. What a decision rests on is the profile as it is at the instant of
// judgement, the decisions made before it included, and nothing else.
//
// So what came of decisions for others decides nothing, and `learning` is read and not used. A policy that learns from all
// people rests on the order in which their events meet, and that is another one after a restart, with other partitions and in a
// replay: the same events would give other decisions (SPEC section 5, point 5). One that learns from the profile alone keeps to
// the contract and learns nothing, as nobody is offered the same thing often enough. What would do is a posterior that is
// fitted from tallies now and then and given to all partitions as part of the configuration, as params are given to models,
// with a version that decisions name: then chance is a hash of the decision's id, and a propensity an integral over the
// posterior.
//
// Invariants:
//
//  1. A group that fires makes at most one decision, and no decision breaks a cap, a quiet hour, a consent or a guard.
//  2. Timers are derived: ended sessions and multiples of a time follow from the profile's sessions, first_seen and now,
//     so each fires once without being kept. Only what waits is kept, with the instant of its release.
//  3. What is kept is what a later decision can still ask: of a cap the latest times, as many as it allows; of a guard, the
//     values of the fields that some payload draws from.
//  4. What comes of the decisions of an experiment is counted once each, whatever the order in which it is heard of: a profile
//     remembers a decision until no event can be accepted any more that it could be owed. What is counted is told beside the
//     messages, moves no instant and decides nothing.
//  5. Without actions there is no cell, no timer and no call in the fold.
package action
