package expr

import (
	"slices"
	"strings"
	"unicode/utf8"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"github.com/ebbstream/ebb/schemas"
)

// mapScope resolves the names of a mapping while its expressions are compiled. What they read of a record gets slots:
// those of msg first, then those of kafka, then line and index.
type mapScope struct {
	mapping  *Mapping
	compiler *compiler
	kafka    []*slotNode // to be numbered when all of msg is known
	line     []*slotNode
	lines    int // how often line or index were named
}

// msgNode is a path of msg. What is not there is null.
type msgNode struct {
	path []string
	slot int
}

// slotNode is a value of the record or line, numbered at the end.
type slotNode struct {
	slot  int
	index bool     // of line: the number behind it
	path  []string // of line
}

// hasSlotNode is has() of a msgNode.
type hasSlotNode struct{ slot int }

// hasPathNode is has() of a path of line, or of a header.
type hasPathNode struct{ of *slotNode }

func (n msgNode) parts() []node     { return nil }
func (n *slotNode) parts() []node   { return nil }
func (n hasSlotNode) parts() []node { return nil }
func (n hasPathNode) parts() []node { return nil }

func (n msgNode) eval(f *frame) schemas.Value   { return orNull(f.event.Fields[n.slot]) }
func (n *slotNode) eval(f *frame) schemas.Value { return orNull(n.value(f)) }

func (n *slotNode) value(f *frame) schemas.Value {
	v := f.event.Fields[n.slot]
	if len(n.path) > 0 {
		v = v.Path(n.path)
	}
	return v
}

func (n hasSlotNode) eval(f *frame) schemas.Value {
	return schemas.BoolValue(f.event.Fields[n.slot].Kind() > schemas.Invalid)
}

func (n hasPathNode) eval(f *frame) schemas.Value {
	return schemas.BoolValue(n.of.value(f).Kind() > schemas.Invalid)
}

func orNull(v schemas.Value) schemas.Value {
	if v.Kind() <= schemas.Invalid {
		return schemas.NullValue
	}
	return v
}

// slot is the number of a path of msg.
func (s *mapScope) slot(path []string, mode schemas.Mode) int {
	r := &s.mapping.reading
	for i, p := range r.Paths {
		if slices.Equal(p, path) && r.Modes[i] == mode {
			return i
		}
	}
	return r.Add(path, mode)
}

// node is the node of what only a mapping knows, nil for everything else.
func (s *mapScope) node(c *converter, e ast.Expr) node {
	if name, path, test, ok := chain(e); ok {
		if _, local := c.locals[name]; !local {
			if n := s.named(c, e, name, path, test); n != nil {
				return n
			}
		}
	}
	if e.Kind() != ast.CallKind {
		return nil
	}
	fn := e.AsCall().FunctionName()
	if _, ours := signatures[fn]; ours && !e.AsCall().IsMemberFunction() {
		c.fail(e, "%s() cannot stand here: a source sees one record, msg and kafka, and no profile", fn)
	}
	if fn == "json" {
		return &funcNode{fn, parseJSON, c.nodes(e.AsCall().Args())}
	}
	return nil
}

func (s *mapScope) named(c *converter, e ast.Expr, name string, path []string, test bool) node {
	switch {
	case name == "msg":
		slot := s.slot(path, schemas.Kept)
		if test {
			return hasSlotNode{slot}
		}
		return msgNode{path, slot}
	case name == "line" || name == "index":
		s.lines++
		n := &slotNode{index: name == "index", path: path}
		s.line = append(s.line, n)
		if test {
			return hasPathNode{n}
		}
		return n
	case strings.HasPrefix(name, "kafka."):
		return s.ofRecord(strings.TrimPrefix(name, "kafka."), path, test)
	case name == "e" || name == "session" || strings.HasPrefix(name, "e.") || strings.HasPrefix(name, "session."):
		c.fail(e, "%s is not known here: a source sees one record, msg and kafka, and no profile", name)
	}
	return nil
}

// chain is a name and the keys selected below it: msg.a["b"]; test is whether it is asked by has().
func chain(e ast.Expr) (name string, path []string, test, ok bool) {
	switch e.Kind() {
	case ast.IdentKind:
		return e.AsIdent(), []string{}, false, true
	case ast.SelectKind:
		name, path, inner, ok := chain(e.AsSelect().Operand())
		return name, append(path, e.AsSelect().FieldName()), e.AsSelect().IsTestOnly(), ok && !inner
	case ast.CallKind:
		if e.AsCall().FunctionName() != operators.Index {
			return "", nil, false, false
		}
		key := e.AsCall().Args()[1]
		if key.Kind() != ast.LiteralKind {
			return "", nil, false, false
		}
		text, isText := key.AsLiteral().(types.String)
		name, path, test, ok := chain(e.AsCall().Args()[0])
		return name, append(path, string(text)), false, ok && isText && !test
	}
	return "", nil, false, false
}

// kafkaSlot is a value of the record itself.
type kafkaSlot struct{ name, header string }

func (s *mapScope) ofRecord(name string, path []string, test bool) node {
	k := kafkaSlot{name: name}
	n := &slotNode{path: path}
	if name == "headers" && len(path) > 0 {
		k.header, n.path = path[0], path[1:]
	}
	if n.slot = slices.Index(s.mapping.kafka, k); n.slot < 0 {
		n.slot = len(s.mapping.kafka)
		s.mapping.kafka = append(s.mapping.kafka, k)
	}
	s.kafka = append(s.kafka, n)
	if test {
		return hasPathNode{n}
	}
	return n
}

// value is what the slot holds for a record. A key or header that is no text is null: a map cannot name it.
func (k *kafkaSlot) value(r *schemas.Record) schemas.Value {
	switch k.name {
	case "key":
		return textOf(r.Key)
	case "topic":
		return schemas.StringValue(r.Topic)
	case "partition":
		return schemas.IntValue(int64(r.Partition))
	case "offset":
		return schemas.IntValue(r.Offset)
	case "timestamp":
		return schemas.TimeValue(r.Timestamp)
	}
	if k.header != "" {
		value, found := r.Header(k.header)
		if !found {
			return schemas.Value{}
		}
		return textOf(value)
	}
	keys, values := make([]string, len(r.Headers)), make([]schemas.Value, len(r.Headers))
	for i, h := range r.Headers {
		keys[i], values[i] = h.Key, textOf(h.Value)
	}
	return schemas.MapValue(keys, values)
}

func textOf(b []byte) schemas.Value {
	if b == nil || !utf8.Valid(b) {
		return schemas.NullValue
	}
	return schemas.StringValue(string(b))
}

func parseJSON(a []schemas.Value) schemas.Value {
	if a[0].Kind() != schemas.String {
		return schemas.Error
	}
	v, err := schemas.ParseValue([]byte(a[0].Text()))
	if err != nil {
		return schemas.Error
	}
	return v
}
