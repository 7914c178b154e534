package schemas

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// avroParser reads schemas whose types may name each other.
type avroParser struct {
	names map[string]*avroType
	depth int
}

// parseAvro reads a schema, after those that it refers to.
func parseAvro(text string, references []string) (*avroType, error) {
	p := &avroParser{names: map[string]*avroType{}}
	for _, r := range references {
		if _, err := p.text(r); err != nil {
			return nil, fmt.Errorf("a schema that it refers to: %w", err)
		}
	}
	return p.text(text)
}

func (p *avroParser) text(text string) (*avroType, error) {
	v, err := ParseValue([]byte(text))
	if err != nil {
		return nil, err
	}
	return p.parse(v, "")
}

const maxAvroDepth = 200

func (p *avroParser) parse(v Value, namespace string) (*avroType, error) {
	if p.depth++; p.depth > maxAvroDepth {
		return nil, errors.New("types lie within each other too deep")
	}
	defer func() { p.depth-- }()
	switch v.Kind() {
	case String:
		return p.named(v.Text(), namespace)
	case List:
		return p.union(v, namespace)
	case Map:
		typ := v.Field("type")
		if typ.Kind() != String {
			return p.parse(typ, namespace)
		}
		return p.complex(typ.Text(), v, namespace)
	}
	return nil, fmt.Errorf("%s is no type, expected a name, an object or a list", describe(v))
}

var avroPrimitives = map[string]avroType{
	"null": {kind: avroNull}, "boolean": {kind: avroBoolean}, "int": {kind: avroInt}, "long": {kind: avroInt, long: true},
	"float": {kind: avroFloat}, "double": {kind: avroDouble}, "bytes": {kind: avroBytes}, "string": {kind: avroString},
}

// named is a primitive, or a type that was defined before.
func (p *avroParser) named(name, namespace string) (*avroType, error) {
	if t, found := avroPrimitives[name]; found {
		return &t, nil
	}
	if t := p.names[fullName(name, namespace)]; t != nil {
		return t, nil
	}
	if t := p.names[name]; t != nil {
		return t, nil
	}
	return nil, fmt.Errorf("the type %q is not defined", name)
}

func fullName(name, namespace string) string {
	if namespace == "" || strings.Contains(name, ".") {
		return name
	}
	return namespace + "." + name
}

func (p *avroParser) union(v Value, namespace string) (*avroType, error) {
	u := &avroType{kind: avroUnion}
	for _, item := range v.Items() {
		t, err := p.parse(item, namespace)
		if err != nil {
			return nil, err
		}
		if t.kind == avroUnion {
			return nil, errors.New("a union lies within a union")
		}
		u.of = append(u.of, t)
	}
	return u, nil
}

func (p *avroParser) complex(kind string, v Value, namespace string) (t *avroType, err error) {
	switch kind {
	case "array", "map":
		t = &avroType{kind: avroArray}
		inner := v.Field("items")
		if kind == "map" {
			t.kind, inner = avroMap, v.Field("values")
		}
		of, err := p.parse(inner, namespace)
		t.of = []*avroType{of}
		return t, err
	case "record", "error", "enum", "fixed":
		if t, namespace, err = p.define(v, namespace); err != nil {
			return nil, err
		}
	default:
		if t, err = p.named(kind, namespace); err != nil {
			return nil, err
		}
		if _, primitive := avroPrimitives[kind]; primitive {
			t.means(v)
		}
		return t, nil
	}
	switch kind {
	case "enum":
		t.kind = avroEnum
		for _, s := range v.Field("symbols").Items() {
			t.symbols = append(t.symbols, s.Text())
		}
		t.other = v.Field("default").Text()
	case "fixed":
		size := v.Field("size")
		if size.Kind() != Int || size.Int() < 0 || size.Int() > MaxRecord {
			return nil, fmt.Errorf("the size of %s is %s, expected a whole number", t.name, describe(size))
		}
		t.kind, t.size = avroFixed, int(size.Int())
		t.means(v)
	default:
		t.kind = avroRecord
		return t, p.fields(t, v, namespace)
	}
	return t, nil
}

// define names a type, before its fields are read: they may name it.
func (p *avroParser) define(v Value, namespace string) (*avroType, string, error) {
	name := v.Field("name").Text()
	if ns := v.Field("namespace"); ns.Kind() == String && !strings.Contains(name, ".") {
		namespace = ns.Text()
	}
	t := &avroType{name: fullName(name, namespace)}
	if name == "" {
		return nil, "", fmt.Errorf("a %s has no name", v.Field("type").Text())
	}
	if p.names[t.name] != nil {
		return nil, "", fmt.Errorf("the type %q is defined twice", t.name)
	}
	if dot := strings.LastIndexByte(t.name, '.'); dot >= 0 {
		namespace = t.name[:dot]
	} else {
		namespace = ""
	}
	for _, a := range v.Field("aliases").Items() {
		t.aliases = append(t.aliases, fullName(a.Text(), namespace))
	}
	p.names[t.name] = t
	return t, namespace, nil
}

func (p *avroParser) fields(t *avroType, v Value, namespace string) error {
	if v.Field("fields").Kind() != List {
		return fmt.Errorf("the record %s has no list of fields", t.name)
	}
	for _, item := range v.Field("fields").Items() {
		f := avroField{name: item.Field("name").Text(), byDefault: item.Field("default")}
		f.hasDefault = f.byDefault.Kind() > Invalid
		if f.name == "" || slices.ContainsFunc(t.fields, func(o avroField) bool { return o.name == f.name }) {
			return fmt.Errorf("the record %s has a field without a name of its own: %q", t.name, f.name)
		}
		for _, a := range item.Field("aliases").Items() {
			f.aliases = append(f.aliases, a.Text())
		}
		var err error
		if f.of, err = p.parse(item.Field("type"), namespace); err != nil {
			return fmt.Errorf("%s.%s: %w", t.name, f.name, err)
		}
		t.fields = append(t.fields, f)
	}
	return nil
}

// means sets the logical type; one that does not fit, or is not known, is passed over, as the specification wants it.
func (t *avroType) means(v Value) {
	logical := strings.TrimPrefix(v.Field("logicalType").Text(), "local-")
	switch {
	case logical == "decimal" && (t.kind == avroBytes || t.kind == avroFixed):
		scale := v.Field("scale")
		if scale.Kind() == Int && scale.Int() >= 0 && scale.Int() <= 1000 {
			t.scale = int(scale.Int())
		}
		t.logical = logicalDecimal
	case logical == "uuid" && t.kind == avroFixed && t.size == 16:
		t.logical = logicalUUID
	case logical == "duration" && t.kind == avroFixed && t.size == 12:
		t.logical = logicalDuration
	case t.kind == avroInt && !t.long:
		t.logical = map[string]avroLogical{"date": logicalDate, "time-millis": logicalTimeMillis}[logical]
	case t.kind == avroInt:
		t.logical = map[string]avroLogical{"time-micros": logicalTimeMicros, "timestamp-millis": logicalMillis,
			"timestamp-micros": logicalMicros, "timestamp-nanos": logicalNanos}[logical]
	}
}
