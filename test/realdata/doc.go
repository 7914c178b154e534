// Package realdata holds ebb against material that others published: their events go in, and what comes out must be
// their numbers. Each set is a folder of testdata with a README (source, licence, what was changed), the material, and
// configurations that say in their comments what is shown; its tests are in the files of its name.
//
//   - wikiticker: a day of Wikipedia edits and their sessions, in file order and shuffled; counts by the hour, distincts
//   - otto: shoppers of a web shop, their sessions and counts
//   - sessions: the session and window cases of Kafka Streams and Beam
//   - segments: the segment timelines of Dittofeed
//   - retail: trailing windows, decayed sums and expected purchases of real customers
//   - decay: published series of exponential smoothing
//   - snowplow: the visits of a web site, from its table of events
//   - bgnbd: the probability of being alive and the expected purchases, as the BG/NBD literature prints them
//
// A set is turned into events (SPEC section 2) and run through a replay (SPEC section 8). Where others mean something
// else than ebb, a test says so, converts, and shows what ebb does.
package realdata
