package expr

import (
	"slices"

	"github.com/ebbstream/ebb/schemas"
)

// data decides where the data of the events come from. Those below a path of msg are never built: the reader reads their
// fields only, into the first slots, which are the event's Fields as they stand.
func (s *mapScope) data() {
	m := s.mapping
	d := m.definition
	out := &m.data
	out.shape = -1
	switch {
	case d.Data.Const != nil:
		out.fixed, out.json = d.Data.Const, d.Data.Const.AppendJSON(nil)
		if out.fixed.Kind() != schemas.Map {
			s.compiler.fault(slices.Concat(d.Path, []string{"map", "data"}), 0, "expected %s, found %s", wantData.words, out.json)
		}
		return
	case d.Data.Expr != "":
		if path, ok := s.direct(d.Data.Expr); ok {
			out.path = path
			break
		}
		out.of = s.expression([]string{"map", "data"}, d.Data.Expr, wantData)
		return
	case d.Each != "":
		n := &slotNode{}
		s.line = append(s.line, n)
		out.of = n
		return
	default:
		out.path = d.Default.Data
	}
	for _, path := range m.fields {
		m.reading.Add(slices.Concat(out.path, path), schemas.Kept)
	}
	out.shape = s.slot(out.path, schemas.Shape)
	empty := schemas.MapValue(nil, nil)
	for _, path := range m.fields {
		out.blank = append(out.blank, empty.Path(path))
	}
}

// link numbers the slots behind those of msg.
func (s *mapScope) link() {
	m := s.mapping
	m.own = len(m.reading.Paths)
	m.slots = m.own + len(m.kafka)
	for _, n := range s.kafka {
		n.slot += m.own
	}
	if m.each != nil {
		m.line = m.slots
		m.slots += 2
	}
	for _, n := range s.line {
		if n.slot = m.line; n.index {
			n.slot++
		}
	}
	m.vars = s.compiler.vars
}

// pathForm reads the object at a path of a message.
type pathForm struct {
	of   schemas.Form // nil: JSON
	path []string
}

func (f *pathForm) Value(data []byte) schemas.Value {
	v := whole(f.of, data).Path(f.path)
	if v.Kind() != schemas.Map {
		return schemas.MapValue(nil, nil)
	}
	return v
}

// whole is a message that has been decoded before, in part.
func whole(f schemas.Form, data []byte) schemas.Value {
	if f != nil {
		return f.Value(data)
	}
	v, err := schemas.ParseValue(data)
	if err != nil {
		return schemas.Error
	}
	return v
}
