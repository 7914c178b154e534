package config

import (
	"reflect"
	"strings"
)

// rule is what a field's tags say.
type rule struct {
	name     string   // yaml
	required bool     // required
	doc      string   // doc
	enum     []string // enum, separated by commas
	least    string   // min, spelled like a value of the field
}

// target is a key and where its value goes.
type target struct {
	rule
	value reflect.Value
}

// targetsOf are the fields of a struct that have a yaml tag, in their order.
func targetsOf(v reflect.Value) []target {
	var targets []target
	for i := range v.NumField() {
		f := v.Type().Field(i)
		r := rule{name: f.Tag.Get("yaml"), required: f.Tag.Get("required") == "true", doc: f.Tag.Get("doc"), least: f.Tag.Get("min")}
		if r.name == "" || !f.IsExported() {
			continue
		}
		if enum := f.Tag.Get("enum"); enum != "" {
			r.enum = strings.Split(enum, ",")
		}
		targets = append(targets, target{rule: r, value: v.Field(i)})
	}
	return targets
}
