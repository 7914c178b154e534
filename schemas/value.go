package schemas

import (
	"cmp"
	"math"
	"slices"
	"strconv"
)

// Kind says what a Value is.
type Kind uint8

// The kinds of a Value. Missing and Invalid never leave an expression: they are what a path in an event's data gives
// when there is nothing at its end, or when it leads through something that is no object.
const (
	Missing Kind = iota // no such field
	Invalid             // an error, such as a path through a number or an overflow
	Null
	Bool
	Int
	Double
	String
	Span // a Duration
	Time // an Instant
	List
	Map
)

// String names the kind as an error message does.
func (k Kind) String() string {
	return [...]string{"missing", "error", "null", "bool", "int", "double", "string", "duration", "timestamp", "list", "map"}[k]
}

// Value is one dynamically typed value: of an event's data, a trait, a feature or an expression. The zero Value is Missing.
// It is small and is passed by value; the elements of a List or a Map are shared and must not be changed.
type Value struct {
	kind Kind
	bits uint64
	text string
	tree *tree
}

type tree struct {
	keys  []string // of a Map, ascending, bytewise; nil for a List
	items []Value
}

// Error is the value of an expression that could not be calculated.
var Error = Value{kind: Invalid}

// NullValue is null.
var NullValue = Value{kind: Null}

// BoolValue wraps true or false.
func BoolValue(v bool) Value {
	if v {
		return Value{kind: Bool, bits: 1}
	}
	return Value{kind: Bool}
}

// IntValue wraps an integer.
func IntValue(v int64) Value { return Value{kind: Int, bits: uint64(v)} }

// DoubleValue wraps a floating-point number.
func DoubleValue(v float64) Value { return Value{kind: Double, bits: math.Float64bits(v)} }

// StringValue wraps a text.
func StringValue(v string) Value { return Value{kind: String, text: v} }

// SpanValue wraps a duration.
func SpanValue(v Duration) Value { return Value{kind: Span, bits: uint64(v)} }

// TimeValue wraps an instant.
func TimeValue(v Instant) Value { return Value{kind: Time, bits: uint64(v)} }

// ListValue wraps items, which it keeps.
func ListValue(items []Value) Value { return Value{kind: List, tree: &tree{items: items}} }

// MapValue wraps fields, which it keeps, and sorts them; of equal keys the last one stays.
func MapValue(keys []string, items []Value) Value {
	t := &tree{keys: keys, items: items}
	if !slices.IsSorted(keys) || hasDuplicate(keys) {
		t = sorted(keys, items)
	}
	return Value{kind: Map, tree: t}
}

func hasDuplicate(sortedKeys []string) bool {
	for i := 1; i < len(sortedKeys); i++ {
		if sortedKeys[i] == sortedKeys[i-1] {
			return true
		}
	}
	return false
}

func sorted(keys []string, items []Value) *tree {
	order := make([]int, len(keys))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(keys[a], keys[b]) })
	t := &tree{keys: make([]string, 0, len(keys)), items: make([]Value, 0, len(keys))}
	for _, i := range order {
		if n := len(t.keys); n > 0 && t.keys[n-1] == keys[i] {
			t.items[n-1] = items[i]
			continue
		}
		t.keys, t.items = append(t.keys, keys[i]), append(t.items, items[i])
	}
	return t
}

// Kind says what the value is.
func (v Value) Kind() Kind { return v.kind }

// Known is whether there is a value at all: not missing, not an error, not null.
func (v Value) Known() bool { return v.kind > Null }

// Truth is the value of a Bool, and false for any other kind.
func (v Value) Truth() bool { return v.kind == Bool && v.bits != 0 }

// Int is the value of an Int.
func (v Value) Int() int64 { return int64(v.bits) }

// Span is the value of a Span.
func (v Value) Span() Duration { return Duration(v.bits) }

// Instant is the value of a Time.
func (v Value) Instant() Instant { return Instant(v.bits) }

// Text is the value of a String.
func (v Value) Text() string { return v.text }

// Items are the elements of a List, or the values of a Map in the order of Keys.
func (v Value) Items() []Value {
	if v.tree == nil {
		return nil
	}
	return v.tree.items
}

// Keys are the keys of a Map, ascending.
func (v Value) Keys() []string {
	if v.tree == nil {
		return nil
	}
	return v.tree.keys
}

// Number is an Int or a Double as a double; ok is false for any other kind.
func (v Value) Number() (n float64, ok bool) {
	switch v.kind {
	case Int:
		return float64(int64(v.bits)), true
	case Double:
		return math.Float64frombits(v.bits), true
	}
	return 0, false
}

// Field is the value under key: Missing if the map has none, Error if v is no map.
func (v Value) Field(key string) Value {
	if v.kind != Map {
		return Error
	}
	if i, found := slices.BinarySearch(v.tree.keys, key); found {
		return v.tree.items[i]
	}
	return Value{}
}

// Path follows keys through nested maps: Missing if only the last is absent, Error if it leads nowhere.
func (v Value) Path(keys []string) Value {
	for i, key := range keys {
		v = v.Field(key)
		if v.kind == Missing && i < len(keys)-1 {
			return Error
		}
	}
	return v
}

// Equal is CEL's equality: int and double by their number, lists and maps by their elements, other kinds never equal.
func (v Value) Equal(w Value) bool {
	if v.kind != w.kind {
		return v.isNumber() && w.isNumber() && CompareNumbers(v, w) == 0
	}
	switch v.kind {
	case Double:
		return math.Float64frombits(v.bits) == math.Float64frombits(w.bits)
	case String:
		return v.text == w.text
	case List, Map:
		return slices.Equal(v.tree.keys, w.tree.keys) && slices.EqualFunc(v.tree.items, w.tree.items, Value.Equal)
	}
	return v.bits == w.bits
}

func (v Value) isNumber() bool { return v.kind == Int || v.kind == Double }

// CompareNumbers orders two numbers exactly, also where an int64 has no double; a NaN is neither: it gives 2.
func CompareNumbers(v, w Value) int {
	if v.kind == Int && w.kind == Int {
		return cmp.Compare(int64(v.bits), int64(w.bits))
	}
	a, _ := v.Number()
	b, _ := w.Number()
	if a != a || b != b {
		return 2
	}
	if c := cmp.Compare(a, b); c != 0 || v.kind == w.kind {
		return c
	}
	// Equal as doubles, one of them an int that may have been rounded: compare as integers.
	if v.kind == Int {
		return compareIntDouble(int64(v.bits), b)
	}
	return -compareIntDouble(int64(w.bits), a)
}

func compareIntDouble(i int64, d float64) int {
	if d >= 1<<63 {
		return -1
	}
	return cmp.Compare(i, int64(d))
}

// Key is a text that equal scalar values share and others do not: for sets and maps of values. An integral double has
// the key of its int. Lists and maps use their JSON form.
func (v Value) Key() string {
	switch v.kind {
	case String:
		return "s" + v.text
	case Int:
		return "n" + strconv.FormatInt(int64(v.bits), 10)
	case Double:
		d := math.Float64frombits(v.bits)
		if d == math.Trunc(d) && d >= -(1<<63) && d < 1<<63 {
			return "n" + strconv.FormatInt(int64(d), 10)
		}
		return "n" + strconv.FormatFloat(d, 'g', -1, 64)
	case Bool:
		return "b" + strconv.FormatUint(v.bits, 10)
	}
	return "j" + string(v.AppendJSON(nil))
}
