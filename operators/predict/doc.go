// Package predict computes what a customer will do from how often, how lately and for how much they bought: the BG/NBD model
// of repeat purchases and the Gamma-Gamma model of their amounts, at given parameters; and it fits the parameters to histories.
//
// Invariants:
//
//  1. Everything is a pure function of its numbers: no clock, no randomness, no state.
//  2. What is undefined is NaN, never a panic; so is what is computed from NaN.
//  3. PAlive and Expected do not rise with T (T >= tx) but for rounding, so a threshold is crossed at most once and bisection
//     finds where. The bound on rounding is a relative 1e-12; within it of a threshold the answer may flicker. What a fit finds does not depend on the order of the histories.
//  4. PAlive and Expected are right to a relative 1e-12 (measured: 6e-13) for R from 0.01, Alpha from 0.001, A from 1e-6 to
//     300, B from 0.01, and x, T and the horizon up to 1e6, except where they fall below 1e-300.
package predict
