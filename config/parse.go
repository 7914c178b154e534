package config

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// parse reads the text into a Document whose root is a mapping, or nil with the faults that say why.
func parse(name string, text []byte, env func(string) (string, bool)) (*Document, Faults) {
	doc := newDocument(name, text)
	file, err := parseYAML(doc.text)
	if err != nil {
		return doc, Faults{doc.syntaxFault(err)}
	}
	b := &builder{doc: doc, env: env, anchors: map[string]*node{}, budget: maxNodes}
	var root *node
	for i, d := range documents(file) {
		if i > 0 {
			b.fault(positionOf(cmp.Or(d.Start, d.GetToken())), nil, "expected one YAML document, found another one; remove this line, or make what follows a file of its own")
			break
		}
		root = b.node(d.Body, nil)
	}
	switch {
	case root == nil || root.kind == null:
		doc.root = &node{kind: mapping, from: position{1, 1}}
	case root.kind != mapping:
		b.fault(root.from, nil, "expected keys and values such as \"name: shop\", found "+root.String())
	default:
		doc.root = root
	}
	return doc, b.faults
}

// documents are those of a file that are neither empty nor a directive such as %YAML.
func documents(file *ast.File) []*ast.DocumentNode {
	return slices.DeleteFunc(file.Docs, func(d *ast.DocumentNode) bool {
		return d.Body == nil || d.Body.Type() == ast.DirectiveType
	})
}

// parseYAML also turns a panic of the parser, which malformed text can bring about, into an error.
func parseYAML(text string) (file *ast.File, err error) {
	defer func() {
		if p := recover(); p != nil {
			file, err = nil, fmt.Errorf("no YAML that could be understood: %v", p)
		}
	}()
	return parser.Parse(joinPlain(lexer.Tokenize(text)), 0, parser.AllowDuplicateMapKey())
}

// syntaxFault says what the parser said, with a hint where a newcomer would miss one.
func (d *Document) syntaxFault(err error) Fault {
	var syntax yaml.Error
	if !errors.As(err, &syntax) || syntax.GetToken() == nil {
		return d.fault(position{1, 1}, "", "YAML: "+err.Error())
	}
	f := d.fault(positionOf(syntax.GetToken()), "", "YAML: "+syntax.GetMessage())
	switch {
	case strings.Contains(f.source, "${") && strings.ContainsAny(strings.ReplaceAll(f.source, "${", ""), "{["):
		f.Message += `; inside { } and [ ], write "${NAME}" in quotes`
	case strings.Contains(f.Message, "mapping value is not allowed"):
		f.Message += `; put text that contains ": " in quotes`
	case strings.Contains(f.Message, "value is not allowed"):
		f.Message += "; keys of one mapping begin in the same column"
	case strings.Contains(f.source, "\t"):
		f.Message += "; indent with spaces, not tabs"
	}
	return f
}

func positionOf(t *token.Token) position {
	if t == nil || t.Position == nil {
		return position{1, 1}
	}
	return position{t.Position.Line, t.Position.Column}
}
