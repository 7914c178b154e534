package schemas

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// AppendJSON writes the value as JSON: a Span in seconds, a Time as RFC 3339, and null for what JSON cannot say (a NaN,
// an infinity, Forever, an instant outside the years 1 to 9999) and for Missing and Invalid.
func (v Value) AppendJSON(b []byte) []byte {
	switch v.kind {
	case Bool:
		return strconv.AppendBool(b, v.bits != 0)
	case Int:
		return strconv.AppendInt(b, v.Int(), 10)
	case Double:
		return appendDouble(b, math.Float64frombits(v.bits))
	case String:
		return appendText(b, v.text)
	case Span:
		if d := v.Span(); d == Forever || d == -Forever {
			break // never: null
		}
		return appendDouble(b, v.Span().Seconds())
	case Time:
		return appendInstant(b, v.Instant())
	case List:
		b = append(b, '[')
		for i, item := range v.Items() {
			if i > 0 {
				b = append(b, ',')
			}
			b = item.AppendJSON(b)
		}
		return append(b, ']')
	case Map:
		b = append(b, '{')
		items := v.Items()
		for i, key := range v.Keys() {
			b = items[i].AppendJSON(appendName(b, key))
		}
		return append(b, '}')
	}
	return append(b, "null"...)
}

// MarshalJSON is AppendJSON, for encoding/json.
func (v Value) MarshalJSON() ([]byte, error) { return v.AppendJSON(nil), nil }

// exactInts bounds the doubles of which each integral one is an int of its own.
const exactInts = 1 << 53

// appendDouble writes the shortest digits that read back as the same double. From 2^53 on it uses an exponent: the
// shortest digits, padded with zeros, would read back as an int that is another number.
func appendDouble(b []byte, d float64) []byte {
	switch {
	case math.IsNaN(d) || math.IsInf(d, 0):
		return append(b, "null"...)
	case math.Abs(d) >= exactInts:
		return strconv.AppendFloat(b, d, 'e', -1, 64)
	}
	return jsontext.AppendFloat(b, d, 64)
}

// appendText writes a JSON string; bytes that are no UTF-8 become U+FFFD, since JSON has no others.
func appendText(b []byte, s string) []byte {
	b, _ = jsontext.AppendQuote(b, s)
	return b
}

func appendInstant(b []byte, i Instant) []byte {
	if i < minWritable || i > maxWritable {
		return append(b, "null"...)
	}
	b = append(b, '"')
	b = i.append(b)
	return append(b, '"')
}

// appendName writes the key of an object's next member, with a comma before it unless it is the first.
func appendName(b []byte, name string) []byte {
	if b[len(b)-1] != '{' {
		b = append(b, ',')
	}
	return append(appendText(b, name), ':')
}

// ParseValue reads one JSON value. An integer that fits in 64 bits is an Int, every other number a Double; one beyond
// the range of a double is an error. Of equal keys the last one counts. The depth is limited to 10,000.
func ParseValue(text []byte) (Value, error) {
	var r jsonReader
	r.reset(text)
	v := r.value()
	if err := r.end(); err != nil {
		return Value{}, fmt.Errorf("reading JSON: %w", err)
	}
	if r.overflow {
		return Value{}, errors.New("reading JSON: a number is beyond the range of a 64-bit float")
	}
	return v, nil
}
