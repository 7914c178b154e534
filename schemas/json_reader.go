package schemas

import (
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// jsonReader builds Values out of JSON texts.
type jsonReader struct {
	jsonScanner
	scratch  []byte
	overflow bool // a number was beyond the range of a double; it reads as Error
	names    interner
	texts    interner
}

// value reads the next value whole.
func (r *jsonReader) value() Value {
	switch r.peek() {
	case '"':
		return StringValue(r.texts.text(r.unescape(r.str())))
	case '{':
		var keys []string
		var items []Value
		for ok := r.enter('}'); ok; ok = r.next('}') {
			keys = append(keys, r.names.text(r.unescape(r.name())))
			items = append(items, r.value())
		}
		return MapValue(keys, items)
	case '[':
		var items []Value
		for ok := r.enter(']'); ok; ok = r.next(']') {
			items = append(items, r.value())
		}
		return ListValue(items)
	case 'n':
		r.literal("null")
		return NullValue
	case 't':
		r.literal("true")
		return BoolValue(true)
	case 'f':
		r.literal("false")
		return BoolValue(false)
	}
	return r.numberValue(r.number())
}

func (r *jsonReader) numberValue(raw []byte, integer bool) Value {
	if integer {
		if n, err := strconv.ParseInt(string(raw), 10, 64); err == nil {
			return IntValue(n)
		}
	}
	d, err := strconv.ParseFloat(string(raw), 64)
	if err != nil {
		r.overflow = true
		return Error
	}
	return DoubleValue(d)
}

// unescape is the text of a valid string's content; it stays so until the next call and while the JSON text does.
func (r *jsonReader) unescape(content []byte, escaped bool) []byte {
	if !escaped {
		return content
	}
	quoted := append(append(append([]byte(nil), '"'), content...), '"')
	r.scratch, _ = jsontext.AppendUnquote(r.scratch[:0], quoted)
	return r.scratch
}
