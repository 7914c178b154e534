package expr

import (
	"fmt"
	"regexp"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"github.com/ebbstream/ebb/schemas"
)

// converter turns one checked expression into nodes. The first fault ends it, by a panic that convert recovers.
type converter struct {
	*compiler
	info   *ast.SourceInfo
	source string
	types  func(id int64) *types.Type
	filter bool           // inside a filter: only e is seen
	locals map[string]int // variables of macros
	calls  []*Call        // met outside filters
	scope  *mapScope      // of a mapping; nil: of the plan
}

type fault struct {
	id      int64
	message string
}

func (c *converter) fail(e ast.Expr, format string, args ...any) {
	panic(fault{e.ID(), fmt.Sprintf(format, args...)})
}

// text is the canonical spelling of a part.
func (c *converter) text(e ast.Expr) string {
	s, err := cel.ExprToString(e, c.info)
	if err != nil {
		return fmt.Sprintf("#%d of %s", e.ID(), c.source)
	}
	return s
}

func (c *converter) nodes(all []ast.Expr) []node {
	out := make([]node, len(all))
	for i, e := range all {
		out[i] = c.node(e)
	}
	return out
}

func (c *converter) node(e ast.Expr) node {
	if c.scope != nil {
		if n := c.scope.node(c, e); n != nil {
			return n
		}
	}
	switch e.Kind() {
	case ast.LiteralKind:
		return literalNode{c.literal(e)}
	case ast.IdentKind:
		return c.ident(e)
	case ast.SelectKind:
		return c.selection(e)
	case ast.CallKind:
		return c.call(e)
	case ast.ListKind:
		return listNode{c.nodes(e.AsList().Elements())}
	case ast.MapKind:
		var m mapNode
		for _, entry := range e.AsMap().Entries() {
			m.keys = append(m.keys, c.node(entry.AsMapEntry().Key()))
			m.values = append(m.values, c.node(entry.AsMapEntry().Value()))
		}
		return m
	case ast.ComprehensionKind:
		return c.loop(e)
	}
	c.fail(e, "this form is not part of ebb's expressions")
	return nil
}

func (c *converter) literal(e ast.Expr) schemas.Value {
	switch v := e.AsLiteral().(type) {
	case types.Int:
		return schemas.IntValue(int64(v))
	case types.Double:
		return schemas.DoubleValue(float64(v))
	case types.String:
		return schemas.StringValue(string(v))
	case types.Bool:
		return schemas.BoolValue(bool(v))
	case types.Null:
		return schemas.NullValue
	}
	c.fail(e, "%s is not a value of ebb's expressions: write an int, a double, a string, true, false or null", c.text(e))
	return schemas.Error
}

func (c *converter) ident(e ast.Expr) node {
	name := e.AsIdent()
	if slot, found := c.locals[name]; found {
		return localNode{slot}
	}
	if attr, ok := strings.CutPrefix(name, "e."); ok {
		if !c.filter {
			c.fail(e, "%s is known only inside a filter, such as count(\"purchase\", \"90d\", e.data.price > 10.0)", name)
		}
		if attr == "data" {
			return fieldNode{c.field(nil)}
		}
		return attrNode{attr}
	}
	if c.filter {
		c.fail(e, "%s cannot stand in a filter: a filter sees only the event e (e.id, e.source, e.type, e.time, e.data)", name)
	}
	if f, found := sessionVariables[name]; found {
		call := c.intern(Call{Func: f, Text: name, Field: -1, Filter: -1, Segment: -1})
		c.calls = append(c.calls, call)
		return callNode{call}
	}
	if f := c.features[name]; f != nil && f.node != nil {
		c.calls = append(c.calls, f.calls...)
		return featureNode{name, f.node, f.moves}
	}
	c.fail(e, "%s is not known", name)
	return nil
}

var sessionVariables = map[string]Func{
	"session.active": FuncSessionActive, "session.events": FuncSessionEvents,
	"session.start": FuncSessionStart, "session.seconds": FuncSessionSeconds,
}

// dataPath is the path below e.data that a chain of selections with constant keys gives.
func (c *converter) dataPath(e ast.Expr) ([]string, bool) {
	switch {
	case e.Kind() == ast.IdentKind:
		_, local := c.locals["e.data"]
		return []string{}, e.AsIdent() == "e.data" && !local && c.filter
	case e.Kind() == ast.SelectKind && !e.AsSelect().IsTestOnly():
		path, ok := c.dataPath(e.AsSelect().Operand())
		return append(path, e.AsSelect().FieldName()), ok
	case e.Kind() == ast.CallKind && e.AsCall().FunctionName() == operators.Index:
		if key := e.AsCall().Args()[1]; key.Kind() == ast.LiteralKind {
			if name, isText := key.AsLiteral().(types.String); isText {
				path, ok := c.dataPath(e.AsCall().Args()[0])
				return append(path, string(name)), ok
			}
		}
	}
	return nil, false
}

func (c *converter) selection(e ast.Expr) node {
	s := e.AsSelect()
	if path, ok := c.dataPath(s.Operand()); ok {
		field := fieldNode{c.field(append(path, s.FieldName()))}
		if s.IsTestOnly() {
			return hasNode{field}
		}
		return field
	}
	part := selectNode{c.node(s.Operand()), s.FieldName()}
	if s.IsTestOnly() {
		return hasNode{part}
	}
	return part
}

func (c *converter) call(e ast.Expr) node {
	call := e.AsCall()
	name, args := call.FunctionName(), call.Args()
	if path, ok := c.dataPath(e); ok {
		return fieldNode{c.field(path)}
	}
	if call.IsMemberFunction() {
		args = append([]ast.Expr{call.Target()}, args...)
	}
	switch name {
	case operators.LogicalAnd, operators.LogicalOr:
		return logicNode{name == operators.LogicalOr, c.node(args[0]), c.node(args[1])}
	case operators.LogicalNot:
		return notNode{c.node(args[0])}
	case operators.Conditional:
		return chooseNode{c.node(args[0]), c.node(args[1]), c.node(args[2])}
	case operators.NotStrictlyFalse:
		return notFalseNode{c.node(args[0])}
	}
	if op, found := compareOps[name]; found {
		if a, b := c.kindOf(args[0]), c.kindOf(args[1]); (op == equal || op == notEqual) && a != b && a != anyKind && b != anyKind {
			c.fail(e, "%s %s %s compares %s with %s: it would always give the same answer", c.text(args[0]), op, c.text(args[1]), a, b)
		}
		return newCompare(op, c.node(args[0]), c.node(args[1]))
	}
	if _, found := signatures[name]; found {
		if c.filter {
			c.fail(e, "%s() cannot stand in a filter: a filter sees only the event e", name)
		}
		found := c.ebbCall(e, name, args)
		c.calls = append(c.calls, found)
		return callNode{found}
	}
	if name == "matches" && args[1].Kind() == ast.LiteralKind {
		return c.literalMatch(args[0], args[1])
	}
	fn, found := functions[name]
	if !found {
		c.fail(e, "%s is not a function of ebb's expressions", name)
	}
	n := &funcNode{name, fn, c.nodes(args)}
	return c.folded(e, n)
}

// folded calculates a function of literals at once.
func (c *converter) folded(e ast.Expr, n *funcNode) node {
	for _, arg := range n.args {
		if _, literal := arg.(literalNode); !literal {
			return n
		}
	}
	v := n.eval(&frame{})
	if v.Kind() == schemas.Invalid && (n.name == "duration" || n.name == "timestamp") {
		c.fail(e, "%s cannot be read: a duration is written like \"2h\" or \"1h30m\", a timestamp like \"2026-01-05T10:00:00Z\"", c.text(e))
	}
	return literalNode{v}
}

func (c *converter) literalMatch(text, pattern ast.Expr) node {
	re, err := regexp.Compile(string(pattern.AsLiteral().(types.String)))
	if err != nil {
		c.fail(pattern, "%v; the syntax is RE2's", err)
	}
	return &funcNode{"matches", func(a []schemas.Value) schemas.Value {
		if a[0].Kind() != schemas.String {
			return schemas.Error
		}
		return schemas.BoolValue(re.MatchString(a[0].Text()))
	}, []node{c.node(text)}}
}

// notFalseNode is what macros put around their conditions: an error does not end the loop.
type notFalseNode struct{ of node }

func (n notFalseNode) parts() []node { return []node{n.of} }
func (n notFalseNode) eval(f *frame) schemas.Value {
	return schemas.BoolValue(truth(n.of.eval(f)) != False)
}

func (c *converter) loop(e ast.Expr) node {
	l := e.AsComprehension()
	n := &loopNode{over: c.node(l.IterRange()), index: -1}
	outer := c.locals
	c.locals = map[string]int{}
	for k, v := range outer {
		c.locals[k] = v
	}
	n.init = c.node(l.AccuInit())
	n.accu = c.local(l.AccuVar())
	n.item = c.local(l.IterVar())
	if l.HasIterVar2() {
		n.index = n.item
		n.item = c.local(l.IterVar2())
	}
	n.while, n.step = c.node(l.LoopCondition()), c.node(l.LoopStep())
	n.then = c.node(l.Result())
	c.locals = outer
	return n
}

func (c *converter) local(name string) int {
	c.locals[name] = c.vars // a slot of its own in the plan: a feature's loop may run inside another's
	c.vars++
	return c.vars - 1
}

// field is the number of a data path in the plan.
func (c *compiler) field(path []string) int { return c.plan.AddField(path) }

// The static kinds that == tells apart.
const (
	anyKind    = "a value of any kind"
	numberKind = "a number"
)

func (c *converter) kindOf(e ast.Expr) string {
	t := c.types(e.ID())
	if t == nil {
		return anyKind
	}
	switch t.Kind() {
	case types.IntKind, types.UintKind, types.DoubleKind:
		return numberKind
	case types.StringKind:
		return "a string"
	case types.BoolKind:
		return "a boolean"
	case types.DurationKind:
		return "a duration"
	case types.ListKind:
		return "a list"
	}
	return anyKind
}
