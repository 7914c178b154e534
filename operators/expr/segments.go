package expr

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"github.com/ebbstream/ebb/schemas"
)

// segmentOrder puts the segments so that each comes after those its conditions name.
func (c *compiler) segmentOrder() []string {
	needs := map[string][]string{}
	all := slices.Sorted(maps.Keys(c.definitions.Segments))
	for _, name := range all {
		s := c.definitions.Segments[name]
		for _, text := range []string{s.When, s.Until} {
			if text == "" {
				continue
			}
			tree, issues := c.env.Parse(text)
			if issues.Err() != nil {
				continue // compileSegment reports it
			}
			needs[name] = append(needs[name], c.namedSegments(tree.NativeRep().Expr())...)
		}
	}
	return c.sorted("segments", all, needs, "when")
}

// namedSegments are the segments that a parsed expression asks for, also through features.
func (c *compiler) namedSegments(e ast.Expr) []string {
	var found []string
	ast.PreOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.CallKind || e.AsCall().FunctionName() != "in_segment" || len(e.AsCall().Args()) != 1 {
			return
		}
		if name, ok := e.AsCall().Args()[0].AsLiteral().(types.String); ok {
			if _, exists := c.definitions.Segments[string(name)]; exists {
				found = append(found, string(name))
			}
		}
	}))
	for _, name := range identifiers(e) {
		if f := c.features[name]; f != nil {
			for _, call := range f.calls {
				if call.Func == FuncInSegment {
					found = append(found, call.Name)
				}
			}
		}
	}
	return found
}

func (c *compiler) compileSegment(name string) {
	def := c.definitions.Segments[name]
	s := &PlannedSegment{Name: name}
	meaning := sha256.New()
	for i, text := range []string{def.When, def.Until} {
		if text == "" {
			continue // a missing when is a fault of the configuration
		}
		path := []string{"segments", name, []string{"when", "until"}[i]}
		p := c.check(path, text)
		if p == nil {
			continue
		}
		if !conditional(p.typ) {
			c.fault(path, 0, "a condition is true or false, but this is %s: compare it with something", typeWords(p.typ.String()))
			continue
		}
		before := len(c.faults)
		cond := &Condition{}
		cond.root = c.formula(p, p.ast.Expr(), cond, s, nil)
		if len(c.faults) > before {
			continue
		}
		if i == 0 {
			s.When = cond
		} else {
			s.Until = cond
		}
		cond.root.spell(c.plan.Leaves, func(part string) { meaning.Write(append([]byte(part), 0)) })
		meaning.Write([]byte{1, byte(i)})
	}
	if def.Purpose != "" {
		cv := &converter{compiler: c}
		s.Purpose = cv.intern(Call{Func: FuncConsent, Text: "consent(" + quote(def.Purpose) + ")", Name: def.Purpose, Field: -1, Filter: -1, Segment: -1})
		s.Calls = append(s.Calls, s.Purpose)
		meaning.Write([]byte("purpose " + def.Purpose))
	}
	for _, call := range s.Calls {
		meaning.Write([]byte(c.behind(call) + c.hides(call)))
		if i := slices.IndexFunc(c.plan.Segments, func(o *PlannedSegment) bool { return call.Func == FuncInSegment && o.Name == call.Name }); i >= 0 {
			meaning.Write([]byte(c.plan.Segments[i].Definition))
		}
	}
	s.Definition = hex.EncodeToString(meaning.Sum(nil)[:8])
	c.plan.Segments = append(c.plan.Segments, s)
}

func quote(text string) string { return string(schemas.StringValue(text).AppendJSON(nil)) }

// behind is what a call means beyond its spelling.
func (c *compiler) behind(call *Call) string {
	switch call.Func {
	case FuncInterest, FuncInterestMax, FuncInterestShare, FuncInterests:
		return fmt.Sprint(c.definitions.Interests[call.Name])
	case FuncPAlive, FuncExpected, FuncValue:
		return fmt.Sprint(*call.Model)
	case FuncSessions, FuncSessionActive, FuncSessionEvents, FuncSessionStart, FuncSessionSeconds, FuncSessionCount, FuncSessionFirst:
		return c.definitions.Gap.String()
	case FuncContext:
		return c.definitions.TTL.String()
	}
	return ""
}

// spell writes the formula with its leaves, so that it becomes part of the definition's hash.
func (f *formula) spell(leaves []*Leaf, write func(string)) {
	write(string(f.op))
	if f.op == 'l' {
		write(leaves[f.leaf].Text)
		for _, call := range leaves[f.leaf].calls { // a feature's name in the text stands for these
			write(call.Text)
		}
		write(leaves[f.leaf].features)
	}
	for _, part := range []*formula{f.a, f.b, f.c} {
		if part != nil {
			part.spell(leaves, write)
		}
	}
}

// featureTexts are the definitions of the features that an expression names, and of those that these name.
func (c *compiler) featureTexts(e ast.Expr) string {
	text := ""
	for _, name := range identifiers(e) {
		if f := c.features[name]; f != nil && f.parsed != nil {
			text += name + " = " + f.Text + "; " + c.featureTexts(f.parsed.ast.Expr())
		}
	}
	return text
}

// formula takes a condition apart into leaves; a feature's name stands for its expression.
func (c *compiler) formula(p *parsed, e ast.Expr, cond *Condition, s *PlannedSegment, use *place) *formula {
	if e.Kind() == ast.CallKind {
		args := e.AsCall().Args()
		part := func(i int) *formula { return c.formula(p, args[i], cond, s, use) }
		switch e.AsCall().FunctionName() {
		case operators.LogicalAnd:
			return &formula{op: '&', a: part(0), b: part(1)}
		case operators.LogicalOr:
			return &formula{op: '|', a: part(0), b: part(1)}
		case operators.LogicalNot:
			return &formula{op: '!', a: part(0)}
		case operators.Conditional:
			return &formula{op: '?', a: part(0), b: part(1), c: part(2)}
		}
	}
	if e.Kind() == ast.IdentKind {
		if f := c.features[e.AsIdent()]; f != nil && f.parsed != nil {
			if use == nil {
				use = placeOf(p, e)
			}
			return c.formula(f.parsed, f.parsed.ast.Expr(), cond, s, use)
		}
	}
	if use == nil {
		use = placeOf(p, e)
	}
	leaf := c.leaf(p, e, use)
	if leaf < 0 {
		return nil
	}
	if !slices.Contains(cond.Leaves, leaf) {
		cond.Leaves = append(cond.Leaves, leaf)
	}
	for _, call := range c.plan.Leaves[leaf].calls {
		if !slices.Contains(s.Calls, call) {
			s.Calls = append(s.Calls, call)
		}
	}
	return &formula{op: 'l', leaf: leaf}
}

// place is where a fault of a condition is told: in the segment, also where the condition is a feature's.
type place struct {
	path   []string
	offset int
}

func placeOf(p *parsed, e ast.Expr) *place {
	at := p.ast.SourceInfo().GetStartLocation(e.ID())
	return &place{p.path, offset(p.text, at.Line(), at.Column())}
}

// leaf compiles one leaf, or gives the one of the same spelling; -1 after a fault.
func (c *compiler) leaf(p *parsed, e ast.Expr, use *place) int {
	part := *p
	part.ast = ast.NewCheckedAST(ast.NewAST(e, p.ast.SourceInfo()), p.ast.TypeMap(), p.ast.ReferenceMap())
	node, cv := c.convert(&part)
	if node == nil {
		return -1
	}
	text := cv.text(e)
	if culprit := mixture(node); culprit != nil {
		c.fault(use.path, use.offset, "%s", explain(text, culprit))
		return -1
	}
	if t := p.ast.GetType(e.ID()); !conditional(t) {
		c.fault(use.path, use.offset, "a condition is true or false, but %s is of type %s: compare it with something", text, t)
		return -1
	}
	if i, found := c.leaves[text]; found {
		return i
	}
	l := &Leaf{Text: text, node: node, calls: cv.calls, features: c.featureTexts(e)}
	for _, call := range cv.calls {
		l.calendar = l.calendar || call.Func.calendar()
		l.moves = l.moves || call.moves()
	}
	if cmp, ok := node.(*compareNode); ok {
		l.compare, l.falls = cmp, cmp.falls()
		args := e.AsCall().Args()
		if lit, ok := cmp.b.(literalNode); ok {
			l.Op, l.Of, l.Threshold, l.value = cmp.op.String(), cv.text(args[0]), lit.value, cmp.a
		} else if lit, ok := cmp.a.(literalNode); ok {
			l.Op, l.Of, l.Threshold, l.value = cmp.op.flipped().String(), cv.text(args[1]), lit.value, cmp.b
		}
	}
	c.leaves[text] = len(c.plan.Leaves)
	c.plan.Leaves = append(c.plan.Leaves, l)
	return len(c.plan.Leaves) - 1
}

// conditional is whether a value of the type may be a condition.
func conditional(t *types.Type) bool {
	return t.Kind() == types.BoolKind || t.Kind() == types.DynKind || t.String() == "wrapper(bool)"
}

// mixture is the part of a condition that time moves in a way that has no solver.
func mixture(n node) node {
	if c, ok := n.(*compareNode); ok {
		if c.moves == mixed {
			return c
		}
		if c.moves > step {
			if usesLocal(c) {
				return c
			}
			return nil
		}
	}
	for _, p := range n.parts() {
		if found := mixture(p); found != nil {
			return found
		}
	}
	if motionOf(n) > step {
		return n
	}
	return nil
}

// usesLocal is whether a macro's variable stands in a part.
func usesLocal(n node) bool {
	if _, local := n.(localNode); local {
		return true
	}
	return slices.ContainsFunc(n.parts(), usesLocal)
}

func explain(text string, culprit node) string {
	why := "uses a value that moves all the time other than in a comparison"
	if c, ok := culprit.(*compareNode); ok {
		if a, b := motionOf(c.a), motionOf(c.b); usesLocal(c) {
			why = "compares " + max(a, b).String() + " with a variable of a macro"
		} else if a != mixed && b != mixed {
			why = "compares " + a.String() + " with " + b.String()
		} else {
			why = "mixes values that move with time in different ways"
		}
	}
	return text + " " + why + ": the instant at which it changes could not be told exactly. " +
		"Compare since_* with a constant duration, and decayed, affinity, interest (or sums of them), p_alive, expected or value with a constant number; split a condition into several with && and ||"
}

// link fills in what the parts of the plan know of each other.
func (c *compiler) link() {
	number := map[string]int{}
	for i, s := range c.plan.Segments {
		number[s.Name] = i
	}
	for _, call := range c.plan.Calls {
		if call.Func == FuncInSegment {
			call.Segment = number[call.Name]
		}
	}
	for i, s := range c.plan.Segments {
		for _, call := range s.Calls {
			if call.Func == FuncInSegment && !slices.Contains(s.Needs, call.Segment) {
				s.Needs = append(s.Needs, call.Segment)
				c.plan.Segments[call.Segment].NeededBy = append(c.plan.Segments[call.Segment].NeededBy, i)
			}
		}
	}
}
