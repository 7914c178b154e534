package config

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/invopop/jsonschema"
)

// Schema is the JSON Schema of the whole file, for editors: from the same Go types, tags and defaults that Load reads
// with, so the two cannot disagree on a key.
func Schema(blocks ...Block) []byte {
	root := object(topLevel(Defaults(), blocks))
	root.Version = jsonschema.Version
	root.Title = "ebb's configuration"
	root.Definitions = jsonschema.Definitions{"env": {
		Type: "string", Pattern: `\$\{[A-Za-z_]`, Description: "taken from the environment: ${NAME} or ${NAME:-default}",
	}}
	text, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		panic("config: schema: " + err.Error())
	}
	return append(text, '\n')
}

func object(targets []target) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "object", Properties: jsonschema.NewProperties(), AdditionalProperties: jsonschema.FalseSchema}
	for _, t := range targets {
		property := shape(t.rule, t.value)
		property.Description = t.doc
		property.Default = defaultOf(t.value)
		s.Properties.Set(t.name, property)
		if t.required {
			s.Required = append(s.Required, t.name)
		}
	}
	return s
}

// shape is the schema of one value.
func shape(r rule, v reflect.Value) *jsonschema.Schema {
	switch reads := v.Addr().Interface().(type) {
	case Schemer:
		s := new(jsonschema.Schema)
		if err := json.Unmarshal([]byte(reads.ConfigSchema()), s); err != nil {
			panic(fmt.Sprintf("config: schema of %v: %v", v.Type(), err))
		}
		return orVariable(s)
	case Decoder:
		return &jsonschema.Schema{}
	case encoding.TextUnmarshaler:
		return leaf(r, "string")
	}
	switch v.Kind() {
	case reflect.Pointer:
		return shape(r, fresh(v.Type().Elem()).Elem())
	case reflect.Struct:
		return object(targetsOf(v))
	case reflect.Map:
		return &jsonschema.Schema{Type: "object", AdditionalProperties: shape(rule{}, fresh(v.Type().Elem()).Elem())}
	case reflect.Slice:
		return &jsonschema.Schema{Type: "array", Items: shape(r, fresh(v.Type().Elem()).Elem())}
	case reflect.Interface:
		return &jsonschema.Schema{}
	case reflect.String:
		return leaf(r, "string")
	case reflect.Bool:
		return leaf(r, "boolean")
	case reflect.Float32, reflect.Float64:
		return leaf(r, "number")
	}
	return leaf(r, "integer")
}

func leaf(r rule, kind string) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: kind}
	for _, e := range r.enum {
		s.Enum = append(s.Enum, e)
	}
	if kind != "string" {
		s.Minimum = json.Number(r.least)
	}
	return orVariable(s)
}

// orVariable lets what is not any text also come from the environment.
func orVariable(s *jsonschema.Schema) *jsonschema.Schema {
	if s.Type == "string" && s.Pattern == "" && s.Format == "" && s.Enum == nil {
		return s
	}
	choices := s.AnyOf
	if choices == nil {
		choices = []*jsonschema.Schema{s}
	}
	return &jsonschema.Schema{AnyOf: append(choices, &jsonschema.Schema{Ref: "#/$defs/env"})}
}

// defaultOf is a scalar's or a list's default; nil when there is none worth showing.
func defaultOf(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Bool:
		return v.Bool()
	case reflect.Struct, reflect.Map, reflect.Pointer, reflect.Interface:
		return nil
	}
	if v.IsZero() || v.Kind() == reflect.Slice && v.Len() == 0 {
		return nil
	}
	if text, ok := v.Interface().(fmt.Stringer); ok {
		return text.String()
	}
	return v.Interface()
}
