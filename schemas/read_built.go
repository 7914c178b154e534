package schemas

import "strings"

// builtMessages reads formats whose messages are put together of what a record holds. A message has, besides what it
// holds itself, the parts of an event under names that begin with @, where a mapping finds them by default.
type builtMessages struct {
	build  func(value []byte) ([]Value, error)
	tree   *fieldTree
	value  []byte
	values []Value
	forms  []Form
}

func newBuiltReader(reading Reading, build func([]byte) ([]Value, error)) Reader {
	return &builtMessages{build: build, tree: newReadingTree(reading)}
}

var builtAttributes = Attributes{
	ID: []string{"@id"}, Subject: []string{"@subject"}, Time: []string{"@time"}, Type: []string{"@type"}, Data: []string{"@data"},
}

func (d *builtMessages) Open(r *Record) (n int, err error) {
	d.value = r.Value
	d.values, err = d.build(r.Value)
	return len(d.values), err
}

func (d *builtMessages) Read(i int, values []Value) error {
	d.tree.assign(d.values[i], values)
	return nil
}

func (d *builtMessages) Body(i int) ([]byte, Form) {
	for len(d.forms) <= i {
		d.forms = append(d.forms, &builtForm{d.build, len(d.forms)})
	}
	return d.value, d.forms[i]
}

// builtForm builds message i again.
type builtForm struct {
	build func([]byte) ([]Value, error)
	i     int
}

func (f *builtForm) Value(value []byte) Value {
	if all, err := f.build(value); err == nil && f.i < len(all) {
		return all[f.i]
	}
	return Error
}

// parseObject reads a value that must be a JSON object.
func parseObject(text []byte) (Value, error) {
	v, err := ParseValue(text)
	if err != nil {
		return Error, unusable(NotDecodable, "the value is not JSON: %v", err)
	}
	if v.Kind() != Map {
		return Error, unusable(NotDecodable, "the value is %s, expected a JSON object", describe(v))
	}
	return v, nil
}

// tableTime makes RFC 3339 of a time as tables have it (2013-11-26 00:03:57.885, of UTC), and leaves any other value.
func tableTime(v Value) Value {
	text := v.Text()
	if len(text) <= len("2006-01-02") || text[len("2006-01-02")] != ' ' {
		return v
	}
	text = strings.Replace(text, " ", "T", 1) + "Z"
	if _, err := ParseInstant(text); err != nil {
		return v
	}
	return StringValue(text)
}

// with is a map with one more key, or with another value of it.
func (v Value) with(key string, item Value) Value {
	return MapValue(append(append([]string(nil), v.Keys()...), key), append(append([]Value(nil), v.Items()...), item))
}
