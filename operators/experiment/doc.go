// Package experiment says what the tallies of an experiment mean: rates of its arms, the lift of treatment over control, and
// how sure one may be of them. It is mathematics: pure functions of numbers.
//
// People are what is divided into arms, so people are what is counted: each once, by the first decision made for them, when
// `within` is over after it. Whoever was decided for belongs to the arm, delivered or not, seen or not (intention to treat):
// that alone compares like with like. What came of the single decisions stands beside it, and has no interval, as decisions
// for one person are not independent.
//
//  1. An interval holds at all times at once: one may look at every moment and stop at any, and still be wrong no more often
//     than in one experiment of twenty (1 - Confidence).
//  2. Nothing in it depends on when one looks, nor on how many looked before: it is a function of the counts.
package experiment
