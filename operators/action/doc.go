// Package action is the operator that decides what to offer (SPEC section 7). At the end of an evaluation it judges the
// groups of actions that were triggered; one that fires in quiet hours waits for their end.
//
// A group is all actions of the same trigger and channel. What a decision rests on is the profile as it is at the instant of
// judgement, the decisions made before it included, and nothing else.
//
// What came of decisions for others decides nothing by itself. A policy that learns from all people while it runs would rest on
// the order in which their events meet, which is another one with other partitions, after a restart and in a replay: the same
// events would give other decisions (SPEC section 5, point 5). And from one person's history alone there is nothing to learn, as
// nobody is offered the same thing often enough. So `learning` counts what came of an action, and its posterior is given by the
// configuration (`known`), as the parameters of models are: it is renewed when somebody pastes what ebb experiments tells.
// Chance is a hash of the decision's id and the action; the propensity an integral over the posteriors (package bandit).
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
