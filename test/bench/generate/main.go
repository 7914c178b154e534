// Command generate writes shop traffic as lines of events: go run ./test/bench/generate -n 20000000 > shop.jsonl
package main

import (
	"bufio"
	"flag"
	"fmt"
	"os"

	"github.com/ebbstream/ebb/pipeline/shop"
)

func main() {
	n := flag.Int("n", 2_000_000, "events")
	users := flag.Int("users", 200_000, "users")
	seed := flag.Int64("seed", 42, "the same seed gives the same events")
	flag.Parse()
	g := shop.New(*seed, *n, *users)
	w := bufio.NewWriterSize(os.Stdout, 1<<20)
	var line []byte
	for range *n {
		line = append(g.Next().AppendJSON(line[:0]), '\n')
		w.Write(line)
	}
	if err := w.Flush(); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}
