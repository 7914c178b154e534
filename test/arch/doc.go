// Package arch holds the code to its architecture: which package may import what, where clocks, goroutines and I/O are at
// home, and what a package and the top folder look like. The rules are the tables in table_test.go, each with its reason.
package arch
