package config

import (
	"encoding"
	"reflect"
	"slices"
	"strings"
)

// decoder walks nodes and Go values side by side, and goes on after a fault: the parser's own decoder stops at the first.
type decoder struct {
	doc     *Document
	faults  Faults
	skipped int // values that had a fault before they were decoded
}

func (d *decoder) fault(at position, path place, message string) {
	d.faults = append(d.faults, d.doc.fault(at, path.String(), message))
}

// expected is the usual fault: this was expected, that was found, write it so.
func (d *decoder) expected(n *node, path place, what, hint string) {
	message := "expected " + what + ", found " + n.String()
	if hint != "" {
		message += "; " + hint
	}
	d.fault(n.at(), path, message)
}

// value decodes over v, which keeps what it held when there is a fault.
func (d *decoder) value(n *node, path place, r rule, v reflect.Value) {
	if n.faulty {
		d.skipped++
		return
	}
	before := len(d.faults) + d.skipped
	switch into := v.Addr().Interface().(type) {
	case Decoder:
		if err := into.DecodeConfig(n.any()); err != nil {
			d.fault(n.at(), path, err.Error())
		}
	case encoding.TextUnmarshaler:
		d.text(n, path, r, v)
	default:
		d.plain(n, path, r, v)
	}
	if len(d.faults)+d.skipped == before {
		d.check(n, path, v)
	}
}

// plain decodes what does not read itself.
func (d *decoder) plain(n *node, path place, r rule, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		d.pointer(n, path, r, v)
	case reflect.Struct:
		if n.kind == mapping || n.kind == null {
			d.targets(n, path, targetsOf(v))
			return
		}
		d.expected(n, path, "keys and values", "write its keys below it: "+strings.Join(namesOf(targetsOf(v)), ", "))
	case reflect.Map:
		d.entries(n, path, v)
	case reflect.Slice:
		d.items(n, path, r, v)
	case reflect.Interface:
		v.SetZero()
		if n.kind != null {
			v.Set(reflect.ValueOf(n.any()))
		}
	default:
		d.scalar(n, path, r, v)
	}
}

// pointer decodes what is off when it is not written.
func (d *decoder) pointer(n *node, path place, r rule, v reflect.Value) {
	if n.kind == null {
		d.expected(n, path, "a value", "write its keys below it, {} if the defaults will do, or remove the key")
		return
	}
	made := fresh(v.Type().Elem())
	if !v.IsNil() {
		made.Elem().Set(v.Elem())
	}
	d.value(n, path, r, made.Elem())
	v.Set(made)
}

// fresh is a pointer to a new value with its defaults.
func fresh(t reflect.Type) reflect.Value {
	made := reflect.New(t)
	if d, ok := made.Interface().(Defaulter); ok {
		d.SetDefaults()
	}
	return made
}

// check calls the value's own Check, and shows what it reports at the place it names, unless that has a fault already.
func (d *decoder) check(n *node, path place, v reflect.Value) {
	c, ok := v.Addr().Interface().(Checker)
	if !ok {
		return
	}
	before := d.faults
	c.Check(func(relative, message string) {
		at := path.relative(relative).String()
		if slices.ContainsFunc(before, func(f Fault) bool { return f.Path == at }) {
			return
		}
		found, _ := n.follow(relative)
		d.faults = append(d.faults, d.doc.fault(found.at(), at, message))
	})
}
