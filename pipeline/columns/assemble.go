package columns

import (
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"github.com/ebbstream/ebb/schemas"
)

// node is a column, or a group of columns, with what its values need to become one value again: each has a definition level
// that says how many of the optional and repeated nodes above it are there, and a repetition level that says at which
// repeated one it goes on (Melnik et al., Dremel, 2010, sections 4.1 and 4.3).
type node struct {
	name               string
	optional, repeated bool
	kind               nodeKind
	of                 []*node
	leaves             int // columns below it
	leaf               leaf
}

type nodeKind uint8

const (
	aLeaf nodeKind = iota
	aGroup
	aList // a group of one repeated group, which holds the element
	aMap  // a group of one repeated group, which holds key and value
)

func newNode(c *parquet.Column) *node {
	n := &node{name: c.Name(), optional: c.Optional(), repeated: c.Repeated(), kind: aGroup}
	if c.Leaf() {
		n.kind, n.leaves, n.leaf = aLeaf, 1, leafOf(c.Type())
		return n
	}
	for _, inner := range c.Columns() {
		of := newNode(inner)
		n.of = append(n.of, of)
		n.leaves += of.leaves
	}
	if len(n.of) != 1 || !n.of[0].repeated {
		return n
	}
	// Whoever has no name for the group in the middle, as old writers, repeats the element itself.
	switch logical := c.Type().LogicalType(); {
	case logical == nil:
	case is[*format.ListType](logical):
		n.kind = aList
	case is[*format.MapType](logical) && len(n.of[0].of) == 2:
		n.kind = aMap
	}
	return n
}

func is[T format.LogicalTypeValue](t *format.LogicalType) bool {
	_, ok := t.Value.(T)
	return ok
}

// value makes one value of the columns below n. Repeated and defined are how deep the nodes above are.
func (n *node) value(columns [][]parquet.Value, repeated, defined int) schemas.Value {
	if n.repeated {
		return schemas.ListValue(n.items(columns, repeated, defined))
	}
	if n.optional {
		if defined++; columns[0][0].DefinitionLevel() < defined {
			return schemas.NullValue
		}
	}
	return n.one(columns, repeated, defined)
}

// one is a value that is there.
func (n *node) one(columns [][]parquet.Value, repeated, defined int) schemas.Value {
	switch n.kind {
	case aLeaf:
		return n.leaf(columns[0][0])
	case aList:
		return n.list(columns, repeated, defined)
	case aMap:
		var keys []string
		var items []schemas.Value
		for _, entry := range n.of[0].items(columns, repeated, defined) {
			key := entry.Field(n.of[0].of[0].name)
			text := key.Text()
			if key.Kind() != schemas.String {
				text = string(key.AppendJSON(nil))
			}
			keys, items = append(keys, text), append(items, entry.Field(n.of[0].of[1].name))
		}
		return schemas.MapValue(keys, items)
	}
	return n.group(columns, repeated, defined)
}

func (n *node) list(columns [][]parquet.Value, repeated, defined int) schemas.Value {
	middle := n.of[0]
	items := middle.items(columns, repeated, defined)
	if middle.kind == aGroup && len(middle.of) == 1 && middle.name != "array" && middle.name != n.name+"_tuple" { // names of the format's compatibility rules
		for i := range items {
			items[i] = items[i].Items()[0]
		}
	}
	return schemas.ListValue(items)
}

func (n *node) group(columns [][]parquet.Value, repeated, defined int) schemas.Value {
	keys, items, at := make([]string, len(n.of)), make([]schemas.Value, len(n.of)), 0
	for i, of := range n.of {
		keys[i], items[i] = of.name, of.value(columns[at:at+of.leaves], repeated, defined)
		at += of.leaves
	}
	return schemas.MapValue(keys, items)
}

// items are the values of a repeated node: each begins where all its columns are repeated at it, or above.
func (n *node) items(columns [][]parquet.Value, repeated, defined int) (items []schemas.Value) {
	repeated, defined = repeated+1, defined+1
	if columns[0][0].DefinitionLevel() < defined {
		return nil
	}
	rest := make([][]parquet.Value, len(columns))
	copy(rest, columns)
	item := make([][]parquet.Value, len(columns))
	for len(rest[0]) > 0 {
		for i, values := range rest {
			end := 1
			for end < len(values) && values[end].RepetitionLevel() > repeated {
				end++
			}
			item[i], rest[i] = values[:end], values[end:]
		}
		items = append(items, n.one(item, repeated, defined))
	}
	return items
}
