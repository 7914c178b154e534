package live

import (
	"bytes"
	"encoding/binary"

	"github.com/twmb/franz-go/pkg/kgo"
)

// compressor leaves the changelog as it is: profiles are mostly ids, which hardly get smaller, and it took a seventh of the
// rate. What is published is compressed.
type compressor struct{ kgo.Compressor }

func newCompressor() (kgo.Compressor, error) {
	c, err := kgo.DefaultCompressor(kgo.SnappyCompression())
	return compressor{c}, err
}

// Compress is told the records of a batch, and not whose: but the keys of the changelog have a first byte of their own.
func (c compressor) Compress(dst *bytes.Buffer, records []byte, flags ...kgo.CompressFlag) ([]byte, kgo.CompressionCodecType) {
	if key := firstKey(records); len(key) > 0 && key[0] <= keyProfile {
		return records, kgo.CodecNone
	}
	return c.Compressor.Compress(dst, records, flags...)
}

// firstKey is the key of the first of Kafka's records, version 2: length, attributes, the differences of time and offset, the
// key's length, the key. All but the attributes, which are one byte, are zigzag varints.
func firstKey(records []byte) []byte {
	rest := records
	next := func() int64 {
		v, n := binary.Varint(rest)
		rest = rest[max(n, 0):]
		return v
	}
	next()
	rest = rest[min(1, len(rest)):]
	next()
	next()
	if n := next(); n > 0 && n <= int64(len(rest)) {
		return rest[:n]
	}
	return nil
}
