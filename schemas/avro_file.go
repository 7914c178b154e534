package schemas

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
)

// AvroFile reads the records of an Avro object container file, with the codecs null, deflate, snappy, zstandard and
// bzip2.
type AvroFile struct {
	in     *bufio.Reader
	schema *Avro
	codec  string
	sync   [16]byte
	zstd   *zstd.Decoder
	raw    []byte
	block  []byte // what is left of the current one
	left   int64  // records in it
	skip   avroInput
}

const (
	avroMagic    = "Obj\x01"
	maxAvroBlock = 256 << 20
)

// NewAvroFile reads the head of a file.
func NewAvroFile(r io.Reader) (*AvroFile, error) {
	f := &AvroFile{in: bufio.NewReaderSize(r, 64<<10)}
	if err := f.head(); err != nil {
		return nil, fmt.Errorf("reading the head of an Avro file: %w", tooEarly(err))
	}
	return f, nil
}

// Schema is what its records were written with.
func (f *AvroFile) Schema() *Avro { return f.schema }

func (f *AvroFile) head() error {
	magic := make([]byte, len(avroMagic))
	if _, err := io.ReadFull(f.in, magic); err != nil {
		return err
	}
	if string(magic) != avroMagic {
		return fmt.Errorf("it begins with % x, expected %q", magic, avroMagic)
	}
	meta := map[string][]byte{}
	for {
		n, err := f.long()
		if err != nil {
			return err
		}
		if n < 0 {
			n = -n
			if _, err = f.long(); err != nil {
				return err
			}
		}
		if n == 0 {
			break
		}
		for range n {
			key, err := f.bytes(1 << 16)
			if err != nil {
				return err
			}
			if meta[string(key)], err = f.bytes(MaxRecord); err != nil {
				return err
			}
		}
	}
	if _, err := io.ReadFull(f.in, f.sync[:]); err != nil {
		return err
	}
	switch f.codec = string(meta["avro.codec"]); f.codec {
	case "", "null", "deflate", "snappy", "zstandard", "bzip2":
	default:
		return fmt.Errorf("its codec is %q, expected null, deflate, snappy, zstandard or bzip2", f.codec)
	}
	var err error
	f.schema, err = ParseAvro(AvroText{Schema: string(meta["avro.schema"])})
	return err
}

func (f *AvroFile) long() (int64, error) {
	n, err := binary.ReadUvarint(f.in)
	return int64(n>>1) ^ -int64(n&1), err
}

func (f *AvroFile) bytes(most int64) ([]byte, error) {
	n, err := f.long()
	if err != nil {
		return nil, err
	}
	if n < 0 || n > most {
		return nil, fmt.Errorf("a length is %d, expected at most %d", n, most)
	}
	var b bytes.Buffer // grows with what is there, whatever the length says
	if got, err := io.CopyN(&b, f.in, n); err != nil {
		return nil, fmt.Errorf("%d of %d bytes: %w", got, n, err)
	}
	return b.Bytes(), nil
}

// Next is the body of the next record, valid until the next call; io.EOF after the last.
func (f *AvroFile) Next() ([]byte, error) {
	for f.left == 0 {
		if len(f.block) > 0 {
			return nil, fmt.Errorf("reading an Avro file: %d bytes of a block are left over", len(f.block))
		}
		if _, err := f.in.Peek(1); err != nil {
			return nil, err // io.EOF: no further block
		}
		if err := f.next(); err != nil {
			return nil, fmt.Errorf("reading a block of an Avro file: %w", tooEarly(err))
		}
	}
	f.left--
	f.skip = avroInput{b: f.block}
	end := f.skip.skip(f.schema.typ, 0)
	if end > len(f.block) {
		return nil, fmt.Errorf("reading an Avro file: %w", f.skip.explain(end))
	}
	body := f.block[:end:end]
	f.block = f.block[end:]
	return body, nil
}

func (f *AvroFile) next() (err error) {
	if f.left, err = f.long(); err != nil {
		return err
	}
	if f.left < 0 {
		return fmt.Errorf("it holds %d records", f.left)
	}
	if f.raw, err = f.bytes(maxAvroBlock); err != nil {
		return err
	}
	var sync [16]byte
	if _, err = io.ReadFull(f.in, sync[:]); err != nil {
		return err
	}
	if sync != f.sync {
		return errors.New("its end is not marked as the head says: the file is damaged")
	}
	f.block, err = f.unpack(f.raw)
	return err
}

func (f *AvroFile) unpack(raw []byte) ([]byte, error) {
	switch f.codec {
	case "deflate":
		return readBlock(flate.NewReader(bytes.NewReader(raw)))
	case "bzip2":
		return readBlock(bzip2.NewReader(bytes.NewReader(raw)))
	case "snappy":
		if len(raw) < 4 {
			return nil, io.ErrUnexpectedEOF
		}
		sum := binary.BigEndian.Uint32(raw[len(raw)-4:])
		if n, err := snappy.DecodedLen(raw[:len(raw)-4]); err != nil || n > maxAvroBlock {
			return nil, errors.Join(err, fmt.Errorf("it unpacks to %d bytes", n))
		}
		block, err := snappy.Decode(nil, raw[:len(raw)-4])
		if err == nil && crc32.ChecksumIEEE(block) != sum {
			err = errors.New("its checksum is wrong: the file is damaged")
		}
		return block, err
	case "zstandard":
		if f.zstd == nil {
			var err error
			if f.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxAvroBlock)); err != nil {
				return nil, err
			}
		}
		return f.zstd.DecodeAll(raw, nil)
	}
	return raw, nil
}

func readBlock(r io.Reader) ([]byte, error) {
	block, err := io.ReadAll(io.LimitReader(r, maxAvroBlock+1))
	if err == nil && len(block) > maxAvroBlock {
		err = fmt.Errorf("it unpacks to more than %d bytes", maxAvroBlock)
	}
	return block, err
}

func tooEarly(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
