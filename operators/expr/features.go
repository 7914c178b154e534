package expr

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
)

// compileFeatures compiles the features, those that others name first.
func (c *compiler) compileFeatures() {
	needs := map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(c.definitions.Features)) {
		path := []string{"features", name}
		if message := reservedName(name); message != "" {
			c.fault(path, 0, "%s", message)
			continue
		}
		text := c.definitions.Features[name]
		tree, issues := c.env.Parse(text)
		if issues.Err() != nil {
			c.check(path, text) // says the same, with its position
			continue
		}
		c.features[name] = &Feature{Name: name, Text: text}
		for _, used := range identifiers(tree.NativeRep().Expr()) {
			if _, found := c.definitions.Features[used]; found {
				needs[name] = append(needs[name], used)
			}
		}
	}
	for _, name := range c.sorted("features", slices.Sorted(maps.Keys(c.features)), needs, "") {
		f := c.features[name]
		p := c.check([]string{"features", name}, f.Text)
		if p == nil {
			continue
		}
		root, cv := c.convert(p)
		if root == nil {
			continue
		}
		f.node, f.calls, f.parsed, f.moves = root, cv.calls, p, motionOf(root)
		if env, err := c.env.Extend(cel.Variable(name, featureType(p.typ))); err == nil {
			c.env = env
		}
		c.plan.Features = append(c.plan.Features, f)
	}
	slices.SortFunc(c.plan.Features, func(a, b *Feature) int { return strings.Compare(a.Name, b.Name) })
}

// featureType is the type a feature has where it is named: its own, or null.
func featureType(t *cel.Type) *cel.Type {
	switch t.Kind() {
	case types.DoubleKind, types.IntKind, types.BoolKind, types.StringKind:
		if !strings.HasPrefix(t.String(), "wrapper") {
			return cel.NullableType(t)
		}
	}
	return t
}

func reservedName(name string) string {
	switch {
	case name == "e" || name == "session":
		return fmt.Sprintf("%q has a meaning of its own in expressions: choose another name", name)
	case slices.Contains([]string{"true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace", "return", "var", "void", "while", "int", "uint", "bool", "bytes", "list", "type", "null_type", "dyn", "double", "string"}, name):
		return fmt.Sprintf("%q is a word of the language: choose another name", name)
	}
	return ""
}

// identifiers are the names a parsed expression uses.
func identifiers(e ast.Expr) []string {
	var found []string
	ast.PreOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() == ast.IdentKind {
			found = append(found, e.AsIdent())
		}
	}))
	return found
}

// sorted puts names so that each comes after what it needs; a cycle is a fault.
func (c *compiler) sorted(kind string, all []string, needs map[string][]string, field string) []string {
	var out []string
	state := map[string]int{}
	var visit func(name string, trail []string)
	visit = func(name string, trail []string) {
		switch state[name] {
		case 1:
			if state["\x00"+name] == 0 {
				at := slices.Index(trail, name)
				path := []string{kind, name}
				if field != "" {
					path = append(path, field)
				}
				c.fault(path, 0, "depends on itself: %s", strings.Join(append(trail[at:], name), " -> "))
				state["\x00"+name] = 1
			}
			return
		case 2:
			return
		}
		state[name] = 1
		for _, n := range needs[name] {
			visit(n, append(trail, name))
		}
		state[name] = 2
		out = append(out, name)
	}
	for _, name := range all {
		visit(name, nil)
	}
	return out
}
