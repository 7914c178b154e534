// Package model is an independent referee for ebb: a brute-force reading of the contract and a
// generator of random (configuration, history) cases.
//
// It keeps every event and recomputes every value from the list of events at every evaluation. It
// shares no code and no idea with the engine, so that what both agree on is what the contract says.
//
// Where SPEC can be read in more than one way, the model reads it so:
//
//   - 5.6, 5.11: "erased" is judged before "too_late"; a repeated erasure is itself late, as "erased".
//   - 5.11: an erasure older than accept is too late like any other event. One that comes out of order
//     ends all memberships at now; what is later than it is a new life, evaluated at once at now with
//     cause late_event. Sessions over at the erasure's own time are published.
//   - 5.9: events later than as-of are left out before files are merged; every event of the input, even
//     one refused or repeated, counts for the greatest event time.
//   - 2: a repetition neither moves the clock nor fires timers.
//   - 4: a missing field of data is an error in any use; a feature in error is null where it is named.
//   - 4: p_alive, expected and value are null for who never bought; interest_max of nothing is 0.
//   - 4: avg is the exact quotient, rounded once; shares and top are taken as of the latest event that
//     counts in them.
//   - 6: the duration of what never happened is written as null; expires_at may be exactly 3,650 days ahead.
//
// And section 7, of which `learning`, `lookup`, `recommended`, propensity and policy are left out:
//
//   - A release is set when the decision begins to wait. A new time zone may put it off, when it is due; it never
//     brings it forward. A firing of the same group outside quiet hours is judged and leaves the one that waits.
//   - Decisions released at one instant for triggers of one instant go by their least action names.
//   - A session whose end + gap + 1 ms is exactly now when it becomes known is past: timers come after now.
//   - first_seen is the least time of all applied events, reserved and late ones too.
//   - A late event sets off nothing by its type, but by the segments it changes.
//   - After an erasure out of order the entries of the new life set off their groups.
//   - score is written as it is; only the choice rounds it.
//   - A payload's expression in error is null; a null stays in the payload, and no guard takes it.
//   - A value is drawn by first, last, top, pending and interests where it is their value, itself, by a feature's name,
//     by the branch taken of ?:, or by + of lists; size(pending(…)) is a count. session.first is none of them.
//   - Any value of a payload that equals a sensitive one is removed, wherever it came from, but not within a map.
//   - mute_before mutes segment changes and decisions, no sessions or profiles.
//   - Where a trigger is the crossing of a decay, 1 ms is allowed, and what a score moves in it.
package model
