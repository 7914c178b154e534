package schemas

// fieldTree is a Projection as a tree of keys, so that one pass over an object finds all its fields.
type fieldTree struct {
	key    string
	here   []int // the fields whose path ends here
	next   []*fieldTree
	byName map[string]*fieldTree // next by key, when there are many
}

// manyKeys is from where on a map is faster than to compare with each key.
const manyKeys = 8

func newFieldTree(p Projection) *fieldTree {
	root := &fieldTree{}
	for i, path := range p {
		node := root
		for _, key := range path {
			node = node.child(key)
		}
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
	for _, c := range t.next {
		c.assign(v.Field(c.key), fields)
	}
}

// read takes the fields at and below t out of the next value of r. What no field needs is checked, but not built.
func (t *fieldTree) read(r *jsonReader, fields []Value) {
	switch {
	case len(t.here) > 0:
		t.assign(r.value(), fields)
	case r.peek() == '{':
		for _, c := range t.next {
			c.assign(Value{}, fields)
		}
		t.members(r, fields)
	default:
		t.assign(Error, fields)
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
