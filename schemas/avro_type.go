package schemas

import "slices"

// avroKind is how a value lies in the bytes.
type avroKind uint8

const (
	avroNull avroKind = iota
	avroBoolean
	avroInt // and long: both are varints
	avroFloat
	avroDouble
	avroBytes
	avroString
	avroFixed
	avroEnum
	avroArray
	avroMap
	avroUnion
	avroRecord
	avroNever // a reader's schema makes nothing of it; of[0] is how it lies there
)

// avroLogical is what a value means.
type avroLogical uint8

const (
	noLogical avroLogical = iota
	logicalDate
	logicalTimeMillis
	logicalTimeMicros
	logicalMillis // timestamp-millis, local-timestamp-millis
	logicalMicros
	logicalNanos
	logicalDecimal
	logicalUUID
	logicalDuration
	toDouble // a promotion: an int or a float read as a double
	toText   // bytes read as a string
	toBytes  // a string read as bytes
)

// avroType is one type of a schema. Types may be recursive.
type avroType struct {
	kind    avroKind
	logical avroLogical
	long    bool   // of avroInt
	name    string // with its namespace
	aliases []string
	fields  []avroField // of a record
	of      []*avroType // the branches of a union; the one item of an array or a map
	symbols []string    // of an enum
	other   string      // an enum's default
	size    int         // of a fixed
	scale   int         // of a decimal

	defaults []avroField // of a record: fields of the reader alone
	keys     []string    // of a record: the names, ascending
	order    []int       // of a record: the place of each field among keys; -1: not read
	sorted   bool        // keys and order are set
}

type avroField struct {
	name       string
	aliases    []string
	of         *avroType
	byDefault  Value
	hasDefault bool
}

// prepare sorts the names of all records below t, once: a type may be shared by several goroutines then.
func (t *avroType) prepare() {
	if t.sorted {
		return
	}
	t.sorted = true
	for _, of := range t.of {
		of.prepare()
	}
	all := slices.Concat(t.fields, t.defaults)
	for _, f := range all {
		if f.name != "" {
			t.keys = append(t.keys, f.name)
		}
		if f.of != nil {
			f.of.prepare()
		}
	}
	slices.Sort(t.keys)
	for _, f := range all {
		i, found := slices.BinarySearch(t.keys, f.name)
		if !found {
			i = -1
		}
		t.order = append(t.order, i)
	}
}
