package bench

import (
	"bufio"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/ebbstream/ebb/pipeline"
	"github.com/ebbstream/ebb/pipeline/shop"
	"github.com/ebbstream/ebb/schemas"
)

// BenchmarkReplay is a whole replay of 500,000 events from a file: reading, decoding, folding on all cores, ordering and
// writing the results. One op is one event.
func BenchmarkReplay(b *testing.B) {
	const n, users = 500_000, 50_000
	input := filepath.Join(b.TempDir(), "shop.jsonl")
	file, err := os.Create(input)
	if err != nil {
		b.Fatal(err)
	}
	w, g := bufio.NewWriter(file), shop.New(42, n, users)
	var line []byte
	for range n {
		line = append(g.Next().AppendJSON(line[:0]), '\n')
		w.Write(line)
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	file.Close()
	compiled := compile(b, read(b, "profile-job.yaml"))
	b.ResetTimer()
	runs := max(b.N/n, 1)
	for range runs {
		r := &pipeline.Replay{Name: "bench", Catalog: compiled, Inputs: []string{input}, Output: filepath.Join(b.TempDir(), "out"),
			AsOf: schemas.Never, MuteBefore: schemas.Earliest, Memory: 1 << 30, Sessions: true, Profiles: true}
		if _, err := r.Run(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(runs*n), "ns/event")
}
