package schemas

import (
	"bytes"
	"unsafe"
)

// jsonMessages reads records whose value is one JSON value. A value that begins with byte 0, as the JSON Schema
// serializer for Kafka writes it, has its five bytes of schema id passed over: no JSON begins so.
type jsonMessages struct {
	jsonReader
	tree *fieldTree
	raw  []byte
}

// NewJSONReader makes a Reader of JSON; msg is the value whole.
func NewJSONReader(reading Reading) Reader {
	d := &jsonMessages{tree: newReadingTree(reading)}
	d.names, d.texts = newInterner(), newInterner()
	return d
}

func (d *jsonMessages) Open(r *Record) (int, error) {
	d.raw = bytes.TrimSpace(unframed(r.Value))
	return 1, nil
}

func (d *jsonMessages) Read(_ int, values []Value) error { return d.read(d.raw, values) }

func (d *jsonMessages) Body(int) ([]byte, Form) { return d.raw, nil }

// read sets values to those of a JSON text.
func (d *jsonMessages) read(text []byte, values []Value) error {
	d.reset(text)
	d.tree.read(&d.jsonReader, values)
	if err := d.end(); err != nil {
		return unusable(NotDecodable, "the value is not JSON: %v", err)
	}
	return nil
}

// unframed is a value without the five bytes that say its schema.
func unframed(value []byte) []byte {
	if len(value) > frameBytes && value[0] == 0 {
		return value[frameBytes:]
	}
	return value
}

// frameBytes is the length of Confluent's wire format before the body: byte 0 and the schema's id as an int32.
const frameBytes = 5

// lentText reads a string; without escapes its text points into what is read.
func (r *jsonReader) lentText() string {
	content, escaped := r.str()
	if escaped || len(content) == 0 {
		return string(r.unescape(content, escaped))
	}
	return unsafe.String(&content[0], len(content))
}
