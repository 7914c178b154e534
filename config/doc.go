// Package config turns one YAML file and the environment into checked structs. It knows ebb's own part of the file;
// operators hand in theirs as blocks, so a new operator changes nothing here.
//
// Invariants:
//
//  1. Strict (SPEC section 3): an unknown key, a wrong type or a value out of bounds is a fault, and only true and
//     false are booleans.
//  2. Every fault is reported at once, in the order of the file, with line, column, what was found, what was expected.
//  3. Values are decoded over defaults; what could not be decoded keeps its default.
//  4. The environment is read after parsing, so a variable's text can fill a value but never add a key.
package config
