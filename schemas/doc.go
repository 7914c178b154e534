// Package schemas holds what crosses ebb's borders: the event as it comes in, the closed set of records that go out,
// the values inside both, and the codecs that read and write them. It knows no profile and no expression.
//
// Invariants:
//
//  1. An instant is whole milliseconds since 1970 in UTC; finer digits are cut, never rounded (SPEC section 2).
//  2. A JSON integer that fits in 64 bits stays exact; every other number is a double.
//  3. Decoding is a pure function of bytes: no clock, no file, no network.
package schemas
