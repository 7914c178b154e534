// Package registry holds what ebb does with a schema registry against a real one, which speaks Confluent's protocol.
//
// The tests run when asked for (make registry): with an Apicurio Registry of their own, which Maven fetches where Java is, or
// with the one whose address -registry gives. That a registry may go away is tried also without: with a registry in memory.
package registry
