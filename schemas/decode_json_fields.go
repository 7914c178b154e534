package schemas

// fieldTree is a Projection as a tree of keys, so that one pass over an object finds all its fields.
type fieldTree struct {
	key    string
	here   []int // the fields whose path ends here
	shape  []int // those of which only the kind matters
	lent   bool  // the texts of those here may point into what is read
	next   []*fieldTree
	byName map[string]*fieldTree // next by key, when there are many
}

// manyKeys is from where on a map is faster than to compare with each key.
const manyKeys = 8

func newFieldTree(p Projection) *fieldTree {
	return newReadingTree(Reading{p, make([]Mode, len(p))})
}

func newReadingTree(r Reading) *fieldTree {
	root := &fieldTree{}
	for i, path := range r.Paths {
		node := root
		for _, key := range path {
			node = node.child(key)
		}
		if r.Modes[i] == Shape {
			node.shape = append(node.shape, i)
			continue
		}
		node.lent = r.Modes[i] == Lent && (node.lent || len(node.here) == 0)
		node.here = append(node.here, i)
	}
	root.index()
	return root
}

func (t *fieldTree) child(key string) *fieldTree {
	for _, c := range t.next {
		if c.key == key {
			return c
		}
	}
	c := &fieldTree{key: key}
	t.next = append(t.next, c)
	return c
}

func (t *fieldTree) index() {
	if len(t.next) > manyKeys {
		t.byName = make(map[string]*fieldTree, len(t.next))
	}
	for _, c := range t.next {
		if t.byName != nil {
			t.byName[c.key] = c
		}
		c.index()
	}
}

// find is the child with this name, or nil.
func (t *fieldTree) find(name []byte) *fieldTree {
	if t.byName != nil {
		return t.byName[string(name)]
	}
	for _, c := range t.next {
		if c.key == string(name) {
			return c
		}
	}
	return nil
}

// assign takes the fields at and below t out of a value: Missing and Error come as Value.Path gives them.
func (t *fieldTree) assign(v Value, fields []Value) {
	for _, i := range t.here {
		fields[i] = v
	}
	for _, i := range t.shape {
		fields[i] = v
	}
	for _, c := range t.next {
		c.assign(v.Field(c.key), fields)
	}
}

// read takes the fields at and below t out of the next value of r. What no field needs is checked, but not built.
func (t *fieldTree) read(r *jsonReader, fields []Value) {
	first := r.peek()
	for _, i := range t.shape {
		fields[i] = shapeOfJSON(first)
	}
	switch {
	case t.lent && first == '"':
		t.assign(StringValue(r.lentText()), fields)
	case len(t.here) > 0:
		t.assign(r.value(), fields)
	case len(t.next) == 0:
		r.skip()
	case first == '{':
		for _, c := range t.next {
			c.assign(Value{}, fields)
		}
		t.members(r, fields)
	default:
		for _, c := range t.next {
			c.assign(Error, fields)
		}
		r.skip()
	}
}

// members reads an object, below whose node fields are still those of an empty one.
func (t *fieldTree) members(r *jsonReader, fields []Value) {
	for ok := r.enter('}'); ok; ok = r.next('}') {
		if c := t.find(r.unescape(r.name())); c != nil {
			c.read(r, fields)
		} else {
			r.skip()
		}
	}
}

// someMap and someList are only looked at for their kind.
var someMap, someList = MapValue(nil, nil), ListValue(nil)

// shapeOfJSON is a value of the kind that a JSON value has that begins with this byte.
func shapeOfJSON(first byte) Value {
	switch first {
	case '{':
		return someMap
	case '[':
		return someList
	case '"':
		return StringValue("")
	case 'n':
		return NullValue
	case 't', 'f':
		return BoolValue(first == 't')
	}
	return IntValue(0)
}
