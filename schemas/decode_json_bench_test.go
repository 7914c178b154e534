package schemas

import (
	"fmt"
	"testing"
)

var benchProjection = Projection{{"category"}, {"price"}, {"page", "url"}}

// benchLines are of about 250 bytes, with ids and subjects that do not repeat and categories that do.
func benchLines() (lines [][]byte, size int) {
	for i := range 1000 {
		line := fmt.Appendf(nil, `{"specversion":"1.0","id":"01J9Z3K8Q2%04d","source":"clickstream","type":"product_view","subject":"user-%07d",`+
			`"time":"2026-01-05T10:00:00.%03dZ","data":{"category":"category-%d","price":%d.95,"page":{"url":"/p/%d","ref":"home"},"item":"sku-99812","qty":2}}`,
			i, i*7919, i, i%40, i, i%50)
		lines, size = append(lines, line), size+len(line)
	}
	return lines, size / len(lines)
}

func BenchmarkDecodeJSON(b *testing.B) {
	lines, size := benchLines()
	d := NewJSONDecoder(benchProjection)
	var e Event
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if err := d.Decode(lines[i%len(lines)], &e); err != nil {
			b.Fatal(err)
		}
	}
}
