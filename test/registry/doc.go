// Package registry holds the client of the schema registry against a real one, which speaks Confluent's protocol:
//
//	go test ./test/registry -registry "$(test/registry/registry.sh start DIR PORT)"
//	test/registry/registry.sh stop DIR
//
// Without the flag nothing is asked.
package registry
