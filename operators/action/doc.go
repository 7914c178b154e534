// Package action is the operator that decides what to offer (SPEC section 7). At the end of an evaluation it judges the
// groups of actions that were triggered; one that fires in quiet hours waits for their end.
//
// A group is all actions of the same trigger and channel. What a decision rests on is the profile as it is at the instant of
// judgement, the decisions made before it included, and nothing else.
//
// Invariants:
//
//  1. A group that fires makes at most one decision, and no decision breaks a cap, a quiet hour, a consent or a guard.
//  2. Timers are derived: ended sessions and multiples of a time follow from the profile's sessions, first_seen and now,
//     so each fires once without being kept. Only what waits is kept, with the instant of its release.
//  3. What is kept is what a later decision can still ask: of a cap the latest times, as many as it allows; of a guard, the
//     values of the fields that some payload draws from.
//  4. Without actions there is no cell, no timer and no call in the fold.
package action
