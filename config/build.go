package config

import (
	"fmt"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// maxNodes bounds what aliases of aliases can grow a small file to.
const maxNodes = 100_000

// builder turns the parser's tree into nodes.
type builder struct {
	doc     *Document
	env     func(string) (string, bool)
	anchors map[string]*node
	budget  int
	faults  Faults
}

func (b *builder) fault(at position, path place, message string) {
	b.faults = append(b.faults, b.doc.fault(at, path.String(), message))
}

func (b *builder) node(n ast.Node, path place) *node {
	switch n := n.(type) {
	case *ast.MappingNode:
		return b.mapping(n, path)
	case *ast.MappingValueNode:
		return b.mapping(&ast.MappingNode{BaseNode: n.BaseNode, Values: []*ast.MappingValueNode{n}}, path)
	case *ast.SequenceNode:
		made := &node{kind: list, from: positionOf(n.GetToken())}
		for i, item := range n.Values {
			made.items = append(made.items, b.node(item, path.index(i)))
		}
		return made
	case *ast.AnchorNode:
		made := b.node(n.Value, path)
		b.anchors[nameOf(n.Name)] = made
		return made
	case *ast.AliasNode:
		return b.alias(n, path)
	case *ast.TagNode:
		b.fault(positionOf(n.GetToken()), path, fmt.Sprintf("expected a value without a tag, found %s; remove it", n.GetToken().Value))
		return &node{kind: null, from: positionOf(n.GetToken()), faulty: true}
	case *ast.LiteralNode:
		return b.scalar(n.GetToken(), n.Value.Value, block, path)
	case *ast.StringNode:
		return b.scalar(n.GetToken(), n.Value, styleOf(n.GetToken()), path)
	}
	if n == nil || n.GetToken() == nil {
		return &node{kind: null, from: position{1, 1}}
	}
	if t := n.GetToken(); t.Type != token.ImplicitNullType {
		return b.scalar(t, t.Value, plain, path)
	}
	return &node{kind: null, from: positionOf(n.GetToken())}
}

func nameOf(n ast.Node) string {
	if n == nil || n.GetToken() == nil {
		return ""
	}
	return n.GetToken().Value
}

func styleOf(t *token.Token) style {
	switch t.Type {
	case token.SingleQuoteType:
		return single
	case token.DoubleQuoteType:
		return double
	}
	return plain
}

func (b *builder) scalar(t *token.Token, raw string, s style, path place) *node {
	expanded, spans, wrong := expand(raw, b.env)
	made := &node{kind: text, from: positionOf(t), style: s, raw: raw, text: expanded, spans: spans, faulty: wrong != nil}
	for _, w := range wrong {
		b.fault(b.doc.locate(made, raw, w.offset), path, w.message)
	}
	if s == plain && (spans == nil || expanded != "") {
		made.kind = kindOf(expanded)
	}
	return made
}

func (b *builder) alias(n *ast.AliasNode, path place) *node {
	at := positionOf(n.GetToken())
	known, ok := b.anchors[nameOf(n.Value)]
	if !ok {
		b.fault(at, path, fmt.Sprintf("expected an anchor &%[1]s before its use, found none; write &%[1]s in front of the value *%[1]s stands for", nameOf(n.Value)))
		return &node{kind: null, from: at, faulty: true}
	}
	if made := b.copy(known, at); made != nil {
		return made
	}
	b.fault(at, path, "expected aliases that come to fewer than 100,000 values, found more")
	return &node{kind: null, from: at, faulty: true}
}

// copy is a node as seen from an alias; nil when the file has grown too large.
func (b *builder) copy(n *node, at position) *node {
	if b.budget--; b.budget < 0 {
		return nil
	}
	made := *n
	made.from, made.key, made.alias = at, position{}, true
	made.entries, made.items = nil, nil
	for _, e := range n.entries {
		value := b.copy(e.value, at)
		if value == nil {
			return nil
		}
		made.entries = append(made.entries, entry{name: e.name, value: value, key: at})
	}
	for _, item := range n.items {
		value := b.copy(item, at)
		if value == nil {
			return nil
		}
		made.items = append(made.items, value)
	}
	return &made
}
