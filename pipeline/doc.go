// Package pipeline is the only home of clocks, goroutines and the orchestration of I/O: it reads events, has them folded,
// and makes the answers durable.
package pipeline
