// Package scenario holds stories in the domain's words, each a txtar file in testdata: a configuration, events, and what
// comes out of a whole replay, written down from the contract by hand.
//
// The comment of a file says which behaviour it shows. Its parts are:
//
//   - config.yaml: the configuration; those in test/examples share one, which lies beside them.
//   - in.jsonl, or several whose names begin with "in": the events; several are merged, in this order.
//   - as-of: the final instant, if it is not the last event's time.
//   - segment-changes.jsonl, sessions.jsonl, actions.jsonl, profiles.jsonl, late.jsonl, dead-letters.jsonl: what must come out, line by
//     line, all of it. A line says only the fields that matter, those of `data` and of the envelope side by side; a part
//     that is not there is not looked at. The value "absent" stands for a field that must not be there.
//   - faults: instead of all results, what is wrong with the configuration, line by line; … stands for any text.
//
// Empty lines and lines that begin with # are comments.
//
// With -rewrite the lines that do not hold are written anew from what came out: then read the diff.
package scenario
