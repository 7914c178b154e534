// Package columns reads and writes Parquet files (https://parquet.apache.org/docs/file-format): rows of other programs' tables
// as values, and the results of a replay as tables for other programs.
//
// parquet-go does the files: it is the pure Go implementation with releases all through 2026, and has a row of a file of any
// schema as values with their levels; the Arrow project's is several times the code and hands out columns only. Turning
// levels into values is done here (assemble.go), as Dremel's paper has it: the library does it for Go types known beforehand.
//
// Rows come out in the order they went in, and the same rows make the same bytes.
package columns
