// Package state holds what is remembered of a person, as values: the profile and its cells, and how they become bytes.
// It does no I/O and reads no clock; state/disk puts the bytes away.
//
// Invariants:
//
//  1. Every cell is a commutative, associative merge of what it was told, so the order of arrival does not show in it
//     (of doubles that decay: to 1e-12). What may break this is said at the cell: only its limits.
//  2. A cell drops what can matter no more, judged by two instants: `now`, before which nothing is asked, and the
//     horizon (profile clock - accept), before which no event is accepted.
//  3. Keys are canonical expressions, never indices: a changed configuration finds what it still has.
//  4. Encodings are versioned, and every old form decodes for ever.
package state
