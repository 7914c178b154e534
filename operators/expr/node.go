package expr

import (
	"github.com/ebbstream/ebb/schemas"
)

// frame is what one evaluation reads.
type frame struct {
	view  View
	now   schemas.Instant
	event *schemas.Event // of a filter
	vars  []schemas.Value
}

// node is one part of a compiled expression.
type node interface {
	// eval gives the part's value. It never panics; what cannot be calculated is schemas.Error.
	eval(f *frame) schemas.Value
	// parts are the nodes below.
	parts() []node
}

type (
	literalNode struct{ value schemas.Value }
	callNode    struct{ call *Call }
	fieldNode   struct{ slot int } // of a filter's event
	attrNode    struct{ name string }
	localNode   struct{ slot int } // a variable of a macro
	selectNode  struct {
		of  node
		key string
	}
	hasNode  struct{ of node } // of is a selectNode or a fieldNode
	listNode struct{ items []node }
	mapNode  struct{ keys, values []node }
	funcNode struct {
		name string
		call func(args []schemas.Value) schemas.Value
		args []node
	}
	logicNode struct { // && and ||
		or   bool
		a, b node
	}
	notNode    struct{ of node }
	chooseNode struct{ cond, yes, no node }
	// featureNode stands for a feature's name: its value, null where the expression is an error.
	featureNode struct {
		name  string
		of    node
		moves motion
	}
	loopNode struct { // a comprehension, as the macros all, exists, exists_one, map and filter become
		over                    node
		item, index, accu       int // slots; index -1: none
		init, while, step, then node
	}
)

func (n literalNode) parts() []node { return nil }
func (n callNode) parts() []node    { return nil }
func (n fieldNode) parts() []node   { return nil }
func (n attrNode) parts() []node    { return nil }
func (n localNode) parts() []node   { return nil }
func (n selectNode) parts() []node  { return []node{n.of} }
func (n hasNode) parts() []node     { return []node{n.of} }
func (n listNode) parts() []node    { return n.items }
func (n mapNode) parts() []node     { return append(append([]node(nil), n.keys...), n.values...) }
func (n *funcNode) parts() []node   { return n.args }
func (n logicNode) parts() []node   { return []node{n.a, n.b} }
func (n notNode) parts() []node     { return []node{n.of} }
func (n chooseNode) parts() []node  { return []node{n.cond, n.yes, n.no} }
func (n featureNode) parts() []node { return []node{n.of} }
func (n *loopNode) parts() []node   { return []node{n.over, n.init, n.while, n.step, n.then} }

func (n literalNode) eval(*frame) schemas.Value { return n.value }
func (n callNode) eval(f *frame) schemas.Value  { return f.view.Value(n.call, f.now) }
func (n localNode) eval(f *frame) schemas.Value { return f.vars[n.slot] }

func (n fieldNode) eval(f *frame) schemas.Value { return present(f.event.Fields[n.slot]) }

// present makes an absent field the error that it is to every operation but has().
func present(v schemas.Value) schemas.Value {
	if v.Kind() == schemas.Missing {
		return schemas.Error
	}
	return v
}

func (n attrNode) eval(f *frame) schemas.Value {
	switch n.name {
	case "id":
		return schemas.StringValue(f.event.ID)
	case "source":
		return schemas.StringValue(f.event.Source)
	case "type":
		return schemas.StringValue(f.event.Type)
	case "time":
		return schemas.TimeValue(f.event.Time)
	}
	return schemas.Error
}

func (n selectNode) eval(f *frame) schemas.Value { return present(n.of.eval(f).Field(n.key)) }

func (n hasNode) eval(f *frame) schemas.Value {
	var v schemas.Value
	switch of := n.of.(type) {
	case fieldNode:
		v = f.event.Fields[of.slot]
	case selectNode:
		v = of.of.eval(f).Field(of.key)
	}
	if v.Kind() == schemas.Invalid {
		return schemas.Error
	}
	return schemas.BoolValue(v.Kind() != schemas.Missing)
}

func (n listNode) eval(f *frame) schemas.Value {
	items := make([]schemas.Value, len(n.items))
	for i, item := range n.items {
		if items[i] = item.eval(f); items[i].Kind() == schemas.Invalid {
			return schemas.Error
		}
	}
	return schemas.ListValue(items)
}

func (n mapNode) eval(f *frame) schemas.Value {
	keys, values := make([]string, len(n.keys)), make([]schemas.Value, len(n.keys))
	for i := range n.keys {
		key := n.keys[i].eval(f)
		if values[i] = n.values[i].eval(f); key.Kind() != schemas.String || values[i].Kind() == schemas.Invalid {
			return schemas.Error
		}
		keys[i] = key.Text()
	}
	return schemas.MapValue(keys, values)
}

func (n *funcNode) eval(f *frame) schemas.Value {
	var few [3]schemas.Value
	args := few[:0]
	for _, arg := range n.args {
		v := arg.eval(f)
		if v.Kind() == schemas.Invalid {
			return schemas.Error
		}
		args = append(args, v)
	}
	return n.call(args)
}

func (n logicNode) eval(f *frame) schemas.Value {
	return truthOf(n.truth(f)).value()
}

func (n logicNode) truth(f *frame) (a, b Truth, or bool) {
	a = truth(n.a.eval(f))
	if a == True && n.or || a == False && !n.or {
		return a, a, n.or
	}
	return a, truth(n.b.eval(f)), n.or
}

func truthOf(a, b Truth, or bool) Truth {
	if or {
		return a.Or(b)
	}
	return a.And(b)
}

func (n notNode) eval(f *frame) schemas.Value { return truth(n.of.eval(f)).Not().value() }

func (n chooseNode) eval(f *frame) schemas.Value {
	switch truth(n.cond.eval(f)) {
	case True:
		return n.yes.eval(f)
	case False:
		return n.no.eval(f)
	}
	return schemas.Error
}

func (n featureNode) eval(f *frame) schemas.Value {
	if v := n.of.eval(f); v.Kind() != schemas.Invalid {
		return v
	}
	return schemas.NullValue
}

func (n *loopNode) eval(f *frame) schemas.Value {
	over := n.over.eval(f)
	f.vars[n.accu] = n.init.eval(f)
	items := over.Items()
	switch over.Kind() {
	case schemas.List, schemas.Map:
	default:
		return schemas.Error
	}
	for i := range items {
		item, index := items[i], schemas.IntValue(int64(i))
		if over.Kind() == schemas.Map {
			item, index = schemas.StringValue(over.Keys()[i]), items[i]
		}
		if n.index >= 0 { // (key, value) or (index, item)
			item, index = index, item
			if over.Kind() == schemas.Map {
				item, index = index, item
			}
			f.vars[n.index] = index
		}
		f.vars[n.item] = item
		if truth(n.while.eval(f)) == False {
			break
		}
		f.vars[n.accu] = n.step.eval(f)
	}
	return n.then.eval(f)
}
