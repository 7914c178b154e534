package schemas

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Avro is a schema of Apache Avro 1.12, read and ready.
type Avro struct {
	typ         *avroType
	text        string
	fingerprint uint64 // CRC-64-AVRO of its canonical form, as single-object encoding names it
}

// AvroText is a schema as it is written, with those that it refers to, the ones they need first.
type AvroText struct {
	Schema     string
	References []string
}

// ParseAvro reads a schema.
func ParseAvro(text AvroText) (*Avro, error) {
	t, err := parseAvro(text.Schema, text.References)
	if err != nil {
		return nil, fmt.Errorf("reading the Avro schema: %w", err)
	}
	t.prepare()
	a := &Avro{typ: t, text: text.Schema}
	if len(text.References) == 0 {
		a.fingerprint = avroFingerprint(text.Schema)
	}
	return a, nil
}

// ErrAwaited says that the schema of a record is still being asked for. The record is neither read nor of no use: it is to be
// decoded again later.
var ErrAwaited = errors.New("its schema is awaited")

// AvroSchemas finds the schemas that records were written with.
type AvroSchemas interface {
	// AvroSchema is the schema with this id. It may wait for it. An error says why there is none, or is ErrAwaited.
	AvroSchema(id int32) (AvroText, error)
}

// avroMessages reads records in Confluent's wire format: byte 0, the writer's schema id as a big-endian int32, the body.
//
// With a registry every record must be so. Without one all records are of one schema, and may also be the body alone, or
// in Avro's single-object encoding (C3 01, the fingerprint, the body). Which it is each record tells by itself: it is
// framed when it begins so and the rest is a value of the schema to the last byte, and plain otherwise.
type avroMessages struct {
	in       avroInput
	root     *fieldTree
	own      *Avro
	schemas  AvroSchemas
	bare     bool // the values are bodies, nothing else
	programs map[int32]*avroProgram
	plain    *avroProgram // of own
	lastID   int32
	last     *avroProgram
	value    []byte
	body     []byte
}

// NewAvroReader makes a Reader of Avro; msg is the record. Of own and schemas one may be nil: own is then how all
// records were written. With both, own is the reader's schema, which renames and completes what the writers wrote.
func NewAvroReader(reading Reading, own *Avro, schemas AvroSchemas) Reader {
	d := &avroMessages{root: newReadingTree(reading), own: own, schemas: schemas, programs: map[int32]*avroProgram{}}
	d.in.texts = newInterner()
	if schemas == nil {
		d.plain = compileAvro(own.typ, d.root)
	}
	return d
}

// NewAvroBodyReader makes a Reader of records that are bodies of one schema and nothing else, as those of an AvroFile.
func NewAvroBodyReader(reading Reading, own *Avro) Reader {
	d := NewAvroReader(reading, own, nil).(*avroMessages)
	d.bare = true
	return d
}

func (d *avroMessages) Open(r *Record) (int, error) {
	d.value = r.Value
	if d.schemas == nil {
		return 1, nil
	}
	if len(d.value) < frameBytes || d.value[0] != 0 {
		return 0, unusable(NotDecodable, "the value begins with % x, expected byte 0 and a schema id, as Confluent's wire format has it", d.value[:min(len(d.value), frameBytes)])
	}
	if id := int32(binary.BigEndian.Uint32(d.value[1:])); d.last == nil || id != d.lastID {
		return 1, d.find(id)
	}
	return 1, nil
}

// find makes the program for the writer's schema with this id the current one.
func (d *avroMessages) find(id int32) error {
	p := d.programs[id]
	if p == nil {
		text, err := d.schemas.AvroSchema(id)
		if errors.Is(err, ErrAwaited) {
			return err
		}
		if err != nil {
			var known *Unusable
			if errors.As(err, &known) {
				return known
			}
			return unusable(SchemaUnknown, "schema %d: %v", id, err)
		}
		written, err := ParseAvro(text)
		if err != nil {
			return unusable(SchemaUnknown, "schema %d: %v", id, err)
		}
		typ := written.typ
		if d.own != nil {
			typ = resolveAvro(typ, d.own.typ)
		}
		p = compileAvro(typ, d.root)
		d.programs[id] = p
	}
	d.lastID, d.last = id, p
	return nil
}

func (d *avroMessages) Read(_ int, values []Value) error {
	v := d.value
	if d.schemas != nil {
		return d.read(d.last, v[frameBytes:], values)
	}
	switch {
	case d.bare:
	case len(v) >= frameBytes && v[0] == 0:
		if d.read(d.plain, v[frameBytes:], values) == nil {
			return nil
		}
	case len(v) >= singleBytes && v[0] == 0xC3 && v[1] == 1 && binary.LittleEndian.Uint64(v[2:]) == d.own.fingerprint:
		return d.read(d.plain, v[singleBytes:], values)
	}
	return d.read(d.plain, v, values)
}

// singleBytes is the length of what stands before the body in single-object encoding.
const singleBytes = 10

// moreValues is how many values a record may hold beyond one a byte.
const moreValues = 1 << 16

func (d *avroMessages) read(p *avroProgram, body []byte, values []Value) error {
	in := &d.in
	in.b, in.budget, in.depth = body, len(body)+moreValues, 0
	d.body, d.last = body, p
	pos := in.run(p.steps, 0, values)
	if pos == len(body) {
		return nil
	}
	err := in.explain(pos)
	in.fault = ""
	return err
}

func (in *avroInput) explain(pos int) error {
	switch {
	case in.fault != "":
		return unusable(NotDecodable, "the value is not of its Avro schema: %s", in.fault)
	case pos > len(in.b):
		return unusable(NotDecodable, "the value is not of its Avro schema: it has %d bytes and ends too early", len(in.b))
	}
	return unusable(NotDecodable, "the value is not of its Avro schema: %d of its %d bytes are left over", len(in.b)-pos, len(in.b))
}

func (d *avroMessages) Body(int) ([]byte, Form) { return d.body, d.last }

// Value is a message whole.
func (p *avroProgram) Value(body []byte) Value {
	in := avroInput{b: body, budget: len(body) + moreValues}
	v, pos := in.value(p.typ, 0)
	if pos != len(body) {
		return Error
	}
	return v
}
