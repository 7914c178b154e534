package pipeline

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// MaxLine is the longest line of an input that is read; a longer one is passed over as TooLarge.
const MaxLine = 16 << 20

const inputBuffer = 256 << 10

// TooLarge reports a line that was passed over. Reading goes on with the next one.
type TooLarge struct{ Line, Size int64 }

func (e *TooLarge) Error() string {
	return fmt.Sprintf("line %d has %d bytes, more than the %d that are read", e.Line, e.Size, MaxLine)
}

// Lines reads a file of lines, plain or compressed with gzip or zstd.
type Lines struct {
	path   string
	file   *os.File
	size   int64
	read   atomic.Int64 // of the file as it lies on disk
	unpack func()       // ends the decompression; nil when there is none
	text   *bufio.Reader
	long   []byte // a line that is longer than the buffer of text
	number int64
	last   []byte // what Next gave
}

// OpenInput opens a file, or standard input as "-". A name that ends in .gz or .zst says how it is compressed; otherwise
// its first bytes do.
func OpenInput(path string) (*Lines, error) {
	l := &Lines{path: path, file: os.Stdin}
	if path == "-" {
		l.path = "standard input"
	} else {
		file, err := os.Open(path)
		if err != nil {
			return nil, fmt.Errorf("opening input: %w", err)
		}
		l.file = file
	}
	if info, err := l.file.Stat(); err == nil && info.Mode().IsRegular() {
		l.size = info.Size()
	}
	if err := l.begin(); err != nil {
		l.Close()
		return nil, fmt.Errorf("reading %s: %w", l.path, explainRead(err))
	}
	return l, nil
}

func (l *Lines) begin() error {
	raw := bufio.NewReaderSize(countingReader{l}, inputBuffer)
	magic, err := raw.Peek(4)
	if err != nil && err != io.EOF {
		return err
	}
	switch {
	case strings.HasSuffix(l.path, ".gz") || bytes.HasPrefix(magic, []byte("\x1f\x8b")):
		z, err := gzip.NewReader(raw)
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
		l.text = bufio.NewReaderSize(z, inputBuffer)
	case strings.HasSuffix(l.path, ".zst") || bytes.HasPrefix(magic, []byte("\x28\xb5\x2f\xfd")):
		z, err := zstd.NewReader(raw)
		if err != nil {
			return err
		}
		l.unpack = z.Close
		l.text = bufio.NewReaderSize(z, inputBuffer)
	default:
		l.text = raw
	}
	return nil
}

type countingReader struct{ l *Lines }

func (r countingReader) Read(p []byte) (int, error) {
	n, err := r.l.file.Read(p)
	r.l.read.Add(int64(n))
	return n, err
}

// at reads the file anywhere, and counts what is read.
func (l *Lines) at() io.ReaderAt { return countingReaderAt{l} }

type countingReaderAt struct{ l *Lines }

func (r countingReaderAt) ReadAt(p []byte, offset int64) (int, error) {
	n, err := r.l.file.ReadAt(p, offset)
	r.l.read.Add(int64(n))
	return n, err
}

// Next is the next line that is not blank, without its end, and its number, from 1. The line stays as it is until the
// next call. After the last one the error is io.EOF; after a *TooLarge reading goes on.
func (l *Lines) Next() (line []byte, number int64, err error) {
	line, number, err = l.next()
	l.last = line
	return line, number, err
}

func (l *Lines) next() (line []byte, number int64, err error) {
	for {
		line, size, err := l.readLine()
		switch {
		case err == io.EOF:
			return nil, l.number, io.EOF
		case err != nil:
			return nil, l.number, fmt.Errorf("reading %s: after line %d, near byte %d of the file: %w",
				l.path, l.number, l.BytesRead(), explainRead(err))
		}
		l.number++
		if size > MaxLine {
			return nil, l.number, &TooLarge{Line: l.number, Size: size}
		}
		if l.number == 1 {
			line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf")) // the mark that some exports begin with
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			return line, l.number, nil
		}
	}
}

// readLine is the next line with its end. Of one that is too long it keeps nothing but the size without the end.
func (l *Lines) readLine() (line []byte, size int64, err error) {
	line, err = l.text.ReadSlice('\n')
	size = int64(len(line))
	if err == bufio.ErrBufferFull {
		l.long = append(l.long[:0], line...)
		for err == bufio.ErrBufferFull {
			line, err = l.text.ReadSlice('\n')
			if size += int64(len(line)); size <= MaxLine+1 {
				l.long = append(l.long, line...)
			}
		}
		line = l.long
	}
	switch {
	case err == nil:
		return line, size - 1, nil
	case err == io.EOF && size > 0:
		return line, size, nil
	}
	return nil, 0, err
}

func explainRead(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("the compressed data ends too early: %w", err)
	}
	return err
}

// BytesRead is how much of the file has been read, also while another goroutine reads on.
func (l *Lines) BytesRead() int64 { return l.read.Load() }

// Size is the size of the file, 0 where it is not known.
func (l *Lines) Size() int64 { return l.size }

// Close ends the reading.
func (l *Lines) Close() error {
	if l.unpack != nil {
		l.unpack()
	}
	if l.file == os.Stdin {
		return nil
	}
	return l.file.Close()
}
