package config

import (
	"fmt"

	"github.com/goccy/go-yaml/ast"
)

// mapping builds the entries of one mapping: those written first, then what << brings and nobody has overridden.
func (b *builder) mapping(n *ast.MappingNode, path place) *node {
	made := &node{kind: mapping, from: positionOf(n.GetToken())}
	if !n.IsFlowStyle && len(n.Values) > 0 {
		made.from = positionOf(n.Values[0].Key.GetToken()) // the token of a block is its first colon
	}
	lines := map[string]int{}
	var merges []*node
	for _, v := range n.Values {
		at := positionOf(v.Key.GetToken())
		if v.Key.IsMergeKey() {
			merges = append(merges, b.node(v.Value, path.with("<<")))
			continue
		}
		name, ok := keyOf(v.Key)
		if !ok {
			b.fault(at, path, "expected a key of plain or quoted text, such as \"name: shop\"")
			continue
		}
		value := b.node(v.Value, path.with(name))
		if line, again := lines[name]; again {
			b.fault(at, path.with(name), fmt.Sprintf("the key is already in line %d; keep one of them", line))
			continue
		}
		lines[name] = at.line
		if !value.alias {
			value.key = at
		}
		made.entries = append(made.entries, entry{name: name, value: value, key: at})
	}
	for _, m := range merges {
		b.merge(made, m, path)
	}
	return made
}

// keyOf is a key's text; numbers and the like are the text they are written as.
func keyOf(n ast.MapKeyNode) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NullNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	}
	return "", false
}

func (b *builder) merge(into, from *node, path place) {
	switch from.kind {
	case mapping:
		for _, e := range from.entries {
			if into.find(e.name) == nil {
				into.entries = append(into.entries, e)
			}
		}
	case list:
		for _, item := range from.items {
			b.merge(into, item, path)
		}
	case null: // an alias that was a fault already
	default:
		b.fault(from.from, path.with("<<"), "expected a mapping to merge, such as *base, found "+from.String())
	}
}
