package config

import (
	"encoding"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
)

// text hands a scalar to a type that reads itself.
func (d *decoder) text(n *node, path place, r rule, v reflect.Value) {
	if n.kind == null || n.kind == mapping || n.kind == list {
		d.expected(n, path, "a single value", example(r, v))
		return
	}
	made := reflect.New(v.Type())
	made.Elem().Set(v)
	if err := made.Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(n.text)); err != nil {
		d.fault(n.at(), path, err.Error())
		return
	}
	d.accept(n, path, r, v, made.Elem())
}

// scalar decodes into Go's own kinds.
func (d *decoder) scalar(n *node, path place, r rule, v reflect.Value) {
	made := reflect.New(v.Type()).Elem()
	if what := n.into(made); what != "" {
		d.expected(n, path, what, hint(n, r, v))
		return
	}
	d.accept(n, path, r, v, made)
}

// accept sets v if the field's tags allow what was read.
func (d *decoder) accept(n *node, path place, r rule, v, made reflect.Value) {
	switch {
	case r.enum != nil && !slices.Contains(r.enum, n.text):
		d.expected(n, path, "one of "+strings.Join(r.enum, ", "), "")
	case r.required && n.text == "":
		d.expected(n, path, "a text that is not empty", "write a value")
	case r.least != "" && less(made, r.least):
		d.expected(n, path, "at least "+r.least, example(r, v))
	default:
		v.Set(made)
	}
}

// into sets v to the scalar, or says what would have been expected. What came from the environment is typed by what is
// needed: a password may be 12345, and inside { } a variable can only stand in quotes.
func (n *node) into(v reflect.Value) (expected string) {
	if n.kind == null || n.kind == mapping || n.kind == list {
		return nameOfKind(v)
	}
	found := n.kind
	switch {
	case n.spans != nil && v.Kind() == reflect.String:
		found = text
	case n.spans != nil:
		found = kindOf(n.text)
	}
	switch {
	case v.Kind() == reflect.String && found == text:
		v.SetString(n.text)
	case v.Kind() == reflect.Bool && found == boolean:
		v.SetBool(n.text == "true")
	case v.CanFloat() && (found == integer || found == float):
		f := n.float()
		if math.IsNaN(f) || math.IsInf(f, 0) || v.OverflowFloat(f) {
			return "a finite number"
		}
		v.SetFloat(f)
	case v.CanInt() && found == integer:
		i, err := n.integer()
		if high := int64(1)<<(v.Type().Bits()-1) - 1; err != nil || v.OverflowInt(i) {
			return fmt.Sprintf("a whole number from %d to %d", -high-1, high)
		}
		v.SetInt(i)
	case v.CanUint() && found == integer:
		i, err := n.integer()
		if err != nil || i < 0 || v.OverflowUint(uint64(i)) {
			return fmt.Sprintf("a whole number from 0 to %d", uint64(math.MaxInt64)>>max(0, 63-v.Type().Bits()))
		}
		v.SetUint(uint64(i))
	default:
		return nameOfKind(v)
	}
	return ""
}

func nameOfKind(v reflect.Value) string {
	switch {
	case v.Kind() == reflect.String:
		return "text"
	case v.Kind() == reflect.Bool:
		return "true or false"
	case v.CanFloat():
		return "a number"
	case v.CanInt() || v.CanUint():
		return "a whole number"
	}
	panic("config: no way to decode into " + v.Type().String())
}

// less compares a number, or a type of ours that is one, with a bound spelled as in the file.
func less(v reflect.Value, bound string) bool {
	least := reflect.New(v.Type())
	if reads, ok := least.Interface().(encoding.TextUnmarshaler); ok {
		if err := reads.UnmarshalText([]byte(bound)); err != nil {
			panic("config: min: " + err.Error())
		}
	} else if what := (&node{kind: kindOf(bound), text: bound}).into(least.Elem()); what != "" {
		panic("config: min: expected " + what + ", found " + bound)
	}
	switch least := least.Elem(); {
	case v.CanInt():
		return v.Int() < least.Int()
	case v.CanUint():
		return v.Uint() < least.Uint()
	default:
		return v.Float() < least.Float()
	}
}

// hint says how to write a scalar that had the wrong type.
func hint(n *node, r rule, v reflect.Value) string {
	switch lower := strings.ToLower(n.text); {
	case n.kind == null:
		return "write a value, or remove the key"
	case n.kind == mapping || n.kind == list:
		return example(r, v)
	case v.Kind() == reflect.String:
		return fmt.Sprintf("put it in quotes: %q", n.text)
	case n.style != plain && (&node{kind: kindOf(n.text), text: n.text}).into(reflect.New(v.Type()).Elem()) == "":
		return "remove the quotes: " + n.text
	case v.Kind() == reflect.Bool && slices.Contains([]string{"yes", "on", "y", "true"}, lower):
		return "only true and false are booleans, so write true"
	case v.Kind() == reflect.Bool && slices.Contains([]string{"no", "off", "n", "false"}, lower):
		return "only true and false are booleans, so write false"
	}
	return example(r, v)
}

// example shows the field with its default, which is always a right way to write it.
func example(r rule, v reflect.Value) string {
	if v.IsZero() && v.Kind() != reflect.Bool {
		return ""
	}
	return fmt.Sprintf("write it like %s: %v", r.name, v)
}
