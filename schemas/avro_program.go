package schemas

import "slices"

// avroProgram reads the values of one Reading out of records of one writer's schema. Fields lie one behind the other in
// the bytes, so it is a list of steps: what is read goes to its slot, what is not is stepped over. It is immutable.
type avroProgram struct {
	typ   *avroType
	steps []avroStep
}

type avroCode uint8

// The codes up to lendText begin with a varint.
const (
	skipVarint avroCode = iota // an int, a long, an enum
	readInt                    // to slot; typ says what it means
	skipText                   // a string, bytes
	readText                   // to slot, interned
	lendText                   // to slot, pointing into the record
	skipDouble                 //
	readDouble                 // to slot
	skipValue                  // typ
	readValue                  // typ, whole, to slot, or without one to those of node
	setValue                   // value, to slot
	readUnion                  // branches
	readMap                    // the children of node have branches
	readNever                  // a fault
)

type avroStep struct {
	code     avroCode
	maybe    bool  // a union of null and this
	null     uint8 // of a maybe: the byte that says null, 0 or 2
	slot     int32 // -1: none
	typ      *avroType
	value    *Value
	branches [][]avroStep
	node     *fieldTree
}

// compileAvro makes the program for a type and what is to be read of it.
func compileAvro(t *avroType, root *fieldTree) *avroProgram {
	t.prepare()
	p := &avroProgram{typ: t}
	p.steps = compileSteps(nil, t, root)
	return p
}

// compileSteps appends the steps that read a value of type t, of which node says what is read; nil: nothing.
func compileSteps(steps []avroStep, t *avroType, node *fieldTree) []avroStep {
	switch {
	case node == nil:
		return append(steps, skipStep(t))
	case t.kind == avroNever:
		return append(steps, avroStep{code: readNever})
	case t.kind == avroUnion && (len(node.next) > 0 || len(node.shape) > 0 || maybe(t) == nil):
		s := avroStep{code: readUnion}
		for _, branch := range t.of {
			s.branches = append(s.branches, compileSteps(nil, branch, node))
		}
		return append(steps, s)
	case len(node.here) > 0:
		return readWhole(steps, t, node)
	}
	shape := shapeOfAvro(t)
	for _, i := range node.shape {
		steps = append(steps, avroStep{code: setValue, slot: int32(i), value: &shape})
	}
	switch {
	case t.kind == avroRecord && len(node.next) > 0:
		for _, f := range t.fields {
			var child *fieldTree
			if f.name != "" {
				child = node.find([]byte(f.name))
			}
			steps = compileSteps(steps, f.of, child)
		}
		for _, child := range node.next {
			if !slices.ContainsFunc(t.fields, func(f avroField) bool { return f.name == child.key }) {
				var v Value
				for _, d := range t.defaults {
					if d.name == child.key {
						v = d.byDefault
					}
				}
				steps = setSteps(steps, child, v)
			}
		}
		return steps
	case t.kind == avroMap && len(node.next) > 0:
		s := avroStep{code: readMap, node: node, typ: t}
		for _, child := range node.next {
			s.branches = append(s.branches, compileSteps(nil, t.of[0], child))
			steps = setSteps(steps, child, Value{})
		}
		return append(steps, s)
	}
	for _, child := range node.next {
		below := Error
		steps = setSteps(steps, child, below)
	}
	return append(steps, skipStep(t))
}

// setSteps sets the slots at and below node to what a known value has there.
func setSteps(steps []avroStep, node *fieldTree, v Value) []avroStep {
	for _, i := range slices.Concat(node.here, node.shape) {
		steps = append(steps, avroStep{code: setValue, slot: int32(i), value: &v})
	}
	for _, child := range node.next {
		steps = setSteps(steps, child, v.Field(child.key))
	}
	return steps
}

// readWhole reads a value into the slots of node. What is below it is taken out of it.
func readWhole(steps []avroStep, t *avroType, node *fieldTree) []avroStep {
	if len(node.here) > 1 || len(node.shape) > 0 || len(node.next) > 0 {
		return append(steps, avroStep{code: readValue, slot: -1, typ: t, node: node})
	}
	s := maybeStep(t)
	s.slot = int32(node.here[0])
	switch of := s.typ; {
	case of.kind == avroString && of.logical == noLogical && node.lent:
		s.code = lendText
	case of.kind == avroString && of.logical == noLogical:
		s.code = readText
	case of.kind == avroInt:
		s.code = readInt
	case of.kind == avroDouble:
		s.code = readDouble
	default:
		s.code = readValue
	}
	return append(steps, s)
}

// maybeStep is a step for a type, or for that beside null in a union of two.
func maybeStep(t *avroType) avroStep {
	s := avroStep{typ: t, slot: -1}
	if of := maybe(t); of != nil {
		s.typ, s.maybe = of, true
		if t.of[1].kind == avroNull {
			s.null = 2
		}
	}
	return s
}

// maybe is the other branch of a union of null and one type, nil for any other type.
func maybe(t *avroType) *avroType {
	if t.kind != avroUnion || len(t.of) != 2 {
		return nil
	}
	switch {
	case t.of[0].kind == avroNull && t.of[1].kind != avroNever:
		return t.of[1]
	case t.of[1].kind == avroNull && t.of[0].kind != avroNever:
		return t.of[0]
	}
	return nil
}

func skipStep(t *avroType) avroStep {
	s := maybeStep(t)
	switch s.typ.kind {
	case avroString, avroBytes:
		s.code = skipText
	case avroInt, avroEnum:
		s.code = skipVarint
	case avroDouble:
		s.code = skipDouble
	default:
		s.code = skipValue
	}
	return s
}

func shapeOfAvro(t *avroType) Value {
	switch t.kind {
	case avroRecord, avroMap:
		return someMap
	case avroArray:
		return someList
	case avroNull:
		return NullValue
	case avroBoolean:
		return BoolValue(false)
	case avroInt, avroFloat, avroDouble:
		return IntValue(0)
	}
	return StringValue("")
}
