package operators

// typeTable finds event types, by their length first: they are few, and each event asks for one.
type typeTable [32][]namedType

type namedType struct {
	name string
	*EventType
}

func newTypeTable(types map[string]*EventType) (t typeTable) {
	for name, typ := range types {
		place := &t[len(name)%len(t)]
		*place = append(*place, namedType{name, typ})
	}
	return t
}

// find is the type of a name; nil: nothing names it.
func (t *typeTable) find(name string) *EventType {
	for _, typ := range t[len(name)%len(t)] {
		if typ.name == name {
			return typ.EventType
		}
	}
	return nil
}
