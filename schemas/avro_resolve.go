package schemas

import (
	"slices"
	"strings"
)

// avroResolver makes, of how a writer wrote values and how a reader names them, one type: what lies in the bytes, with
// the reader's names, promotions and defaults (Avro 1.12, "Schema Resolution"). What does not fit becomes avroNever,
// which fails only where it is met.
type avroResolver struct {
	made map[[2]*avroType]*avroType
}

func resolveAvro(writer, reader *avroType) *avroType {
	r := &avroResolver{map[[2]*avroType]*avroType{}}
	return r.resolve(writer, reader)
}

func (r *avroResolver) resolve(w, to *avroType) *avroType {
	pair := [2]*avroType{w, to}
	if t := r.made[pair]; t != nil {
		return t
	}
	t := &avroType{}
	r.made[pair] = t
	*t = r.fit(w, to, t)
	return t
}

func (r *avroResolver) fit(w, to, self *avroType) avroType {
	switch {
	case w.kind == avroUnion:
		t := avroType{kind: avroUnion}
		for _, branch := range w.of {
			t.of = append(t.of, r.resolve(branch, to))
		}
		return t
	case to.kind == avroUnion:
		if i := r.branch(w, to); i >= 0 {
			return r.fit(w, to.of[i], self)
		}
		return never(w)
	case w.kind != to.kind:
		return promote(w, to)
	}
	t := *w
	t.sorted, t.keys, t.order = false, nil, nil
	switch w.kind {
	case avroInt, avroBytes, avroString, avroFixed:
		if w.kind == avroFixed && w.size != to.size {
			return never(w)
		}
		t.logical, t.scale = to.logical, to.scale
		if w.logical == logicalDecimal { // the digits mean what the writer meant
			t.logical, t.scale = w.logical, w.scale
		}
	case avroArray, avroMap:
		t.of = []*avroType{r.resolve(w.of[0], to.of[0])}
	case avroEnum:
		t.symbols = slices.Clone(w.symbols)
		for i, s := range t.symbols {
			if !slices.Contains(to.symbols, s) {
				t.symbols[i] = to.other // empty: no such symbol
			}
		}
	case avroRecord:
		return r.record(w, to)
	}
	return t
}

func never(w *avroType) avroType { return avroType{kind: avroNever, of: []*avroType{w}} }

func promote(w, to *avroType) avroType {
	t := *w
	switch {
	case w.kind == avroInt && (to.kind == avroFloat || to.kind == avroDouble), w.kind == avroFloat && to.kind == avroDouble:
		t.logical = toDouble
	case w.kind == avroBytes && to.kind == avroString:
		t.logical = toText
	case w.kind == avroString && to.kind == avroBytes:
		t.logical = toBytes
	default:
		return never(w)
	}
	return t
}

// branch is the first of a reader's branches that what was written fits: by kind and name, else by promotion.
func (r *avroResolver) branch(w, to *avroType) int {
	same := func(b *avroType) bool {
		return b.kind == w.kind && (b.kind != avroInt || b.long == w.long) && (b.name == "" || sameName(w, b))
	}
	if i := slices.IndexFunc(to.of, same); i >= 0 {
		return i
	}
	return slices.IndexFunc(to.of, func(b *avroType) bool {
		if b.kind == w.kind {
			return b.kind == avroInt && !w.long || b.kind == avroRecord
		}
		t := promote(w, b)
		return t.kind != avroNever
	})
}

func sameName(w, to *avroType) bool {
	last := func(s string) string { return s[strings.LastIndexByte(s, '.')+1:] }
	return w.name == to.name || last(w.name) == last(to.name) || slices.Contains(to.aliases, w.name)
}

func (r *avroResolver) record(w, to *avroType) avroType {
	t := avroType{kind: avroRecord, name: to.name}
	taken := make([]bool, len(to.fields))
	for _, f := range w.fields {
		i := slices.IndexFunc(to.fields, func(o avroField) bool { return o.name == f.name })
		if i < 0 {
			i = slices.IndexFunc(to.fields, func(o avroField) bool { return slices.Contains(o.aliases, f.name) })
		}
		if i < 0 || taken[i] {
			t.fields = append(t.fields, avroField{of: f.of}) // without a name: passed over
			continue
		}
		taken[i] = true
		t.fields = append(t.fields, avroField{name: to.fields[i].name, of: r.resolve(f.of, to.fields[i].of)})
	}
	for i, f := range to.fields {
		if !taken[i] && f.hasDefault { // without one the field is absent, as it would be without a reader's schema
			t.defaults = append(t.defaults, avroField{name: f.name, byDefault: f.of.defaultValue(f.byDefault, 0)})
		}
	}
	return t
}

// defaultValue reads the JSON form of a default: that of a union is of its first branch that it fits.
// A default that holds itself has no end: it is none.
func (t *avroType) defaultValue(v Value, depth int) Value {
	if depth > maxAvroDepth {
		return Error
	}
	switch t.kind {
	case avroUnion:
		for _, b := range t.of {
			if d := b.defaultValue(v, depth+1); d.Kind() != Invalid {
				return d
			}
		}
	case avroFloat, avroDouble:
		if n, ok := v.Number(); ok {
			return DoubleValue(n)
		}
	case avroInt:
		if v.Kind() == Int {
			return t.intValue(v.Int())
		}
	case avroNull, avroBoolean, avroString, avroEnum, avroBytes, avroFixed:
		if v.Kind() != t.jsonKind() {
			return Error
		}
		if t.logical == logicalDecimal || t.logical == logicalUUID || t.logical == logicalDuration {
			return t.bytesValue(fromLatin1(v.Text()))
		}
		return v
	case avroArray, avroMap:
		if v.Kind() != t.jsonKind() {
			return Error
		}
		items := make([]Value, len(v.Items()))
		for i, item := range v.Items() {
			if items[i] = t.of[0].defaultValue(item, depth+1); items[i].Kind() == Invalid {
				return Error
			}
		}
		if t.kind == avroArray {
			return ListValue(items)
		}
		return MapValue(v.Keys(), items)
	case avroRecord:
		return t.defaultRecord(v, depth+1)
	}
	return Error
}

func (t *avroType) defaultRecord(v Value, depth int) Value {
	var keys []string
	var items []Value
	for _, f := range t.fields {
		item := v.Field(f.name)
		if item.Kind() == Missing {
			item = f.byDefault
		}
		if item = f.of.defaultValue(item, depth); item.Kind() == Invalid {
			return Error
		}
		keys, items = append(keys, f.name), append(items, item)
	}
	return MapValue(keys, items)
}

func (t *avroType) jsonKind() Kind {
	switch t.kind {
	case avroNull:
		return Null
	case avroBoolean:
		return Bool
	case avroArray:
		return List
	case avroMap:
		return Map
	}
	return String
}
