// Package expr is ebb's language (SPEC section 4): it turns the expressions of a configuration into a Plan.
//
// cel-go parses and checks; the plan and its evaluation are ours. A Plan says which data fields matter, which
// aggregates must be kept (one each, however many expressions share it), and holds for every segment its condition,
// whose leaves know their value at an instant and the next instant at which that value changes if nothing happens.
//
// Invariants:
//
//  1. An expression either compiles or is refused with its position; evaluation never panics, whatever the data.
//  2. Evaluation reads a View and an instant, nothing else: no clock, no order of arrival.
//  3. The class of comparisons that time can move is closed: steps, durations against a constant, sums of exponentials
//     against a constant, models against a constant. So each has an exact solver, and a leaf's next flip, found by it, is
//     the first millisecond at which evaluation gives another value.
//  4. An error is a value. && and || absorb it as CEL does; a condition that ends in one is false, a feature is null.
package expr
