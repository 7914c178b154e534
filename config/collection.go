package config

import (
	"fmt"
	"reflect"
	"slices"
)

// targets decodes a mapping whose keys are known.
func (d *decoder) targets(n *node, path place, targets []target) {
	known := namesOf(targets)
	misspelt := map[string]bool{}
	for _, e := range n.entries {
		i := slices.IndexFunc(targets, func(t target) bool { return t.name == e.name })
		if i < 0 {
			near := nearest(e.name, known)
			misspelt[near] = true
			d.fault(e.key, path.with(e.name), "unknown key; "+suggest(near, known))
			continue
		}
		d.value(e.value, path.with(e.name), targets[i].rule, targets[i].value)
	}
	for _, t := range targets {
		if t.required && n.find(t.name) == nil && !misspelt[t.name] {
			message := fmt.Sprintf(`expected the key %q, found none; add "%s: …"`, t.name, t.name)
			if t.doc != "" {
				message += " (" + t.doc + ")"
			}
			d.fault(n.at(), path.with(t.name), message)
		}
	}
}

func namesOf(targets []target) []string {
	names := make([]string, len(targets))
	for i, t := range targets {
		names[i] = t.name
	}
	return names
}

// entries decodes a mapping whose keys are the user's.
func (d *decoder) entries(n *node, path place, v reflect.Value) {
	switch n.kind {
	case null:
		return
	case mapping:
	default:
		d.expected(n, path, "names and values", "write each as name: value")
		return
	}
	if v.IsNil() {
		v.Set(reflect.MakeMap(v.Type()))
	}
	keys, checked := v.Interface().(KeyChecker)
	for _, e := range n.entries {
		at := path.with(e.name)
		if checked {
			if err := keys.CheckKey(e.name); err != nil {
				d.fault(e.key, at, err.Error())
			}
		}
		key := reflect.ValueOf(e.name).Convert(v.Type().Key())
		made := fresh(v.Type().Elem()).Elem()
		if held := v.MapIndex(key); held.IsValid() {
			made.Set(held)
		}
		d.value(e.value, at, rule{name: e.name}, made)
		v.SetMapIndex(key, made)
	}
}

// items decodes a list; it replaces the default as a whole.
func (d *decoder) items(n *node, path place, r rule, v reflect.Value) {
	if n.kind == null {
		return
	}
	if n.kind != list {
		hint := "write each entry on a line of its own after \"- \""
		if n.kind != mapping {
			hint = fmt.Sprintf("write it like %s: [%s]", r.name, n.text)
		}
		d.expected(n, path, "a list", hint)
		return
	}
	made := reflect.MakeSlice(v.Type(), 0, len(n.items))
	for i, item := range n.items {
		one := fresh(v.Type().Elem()).Elem()
		d.value(item, path.index(i), rule{name: r.name, enum: r.enum, least: r.least}, one)
		made = reflect.Append(made, one)
	}
	v.Set(made)
}
