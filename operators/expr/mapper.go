package expr

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/ebbstream/ebb/schemas"
)

// Mapper makes events of the records of one source. It belongs to one goroutine.
type Mapper struct {
	*Mapping
	reader schemas.Reader
	frame  frame
	scope  schemas.Event // what the frame reads its slots from
	parts  schemas.Parts
	made   [5]schemas.Value // parts that have no slot
	events []schemas.Event
	rooms  [][]schemas.Value // the slots of message i of a record
	lines  [][]schemas.Value // the fields of event i, where they are not the first slots
	json   []byte
	form   *pathForm // the last one made
}

// Mapper makes one that reads with a reader of the mapping's Reading.
func (m *Mapping) Mapper(reader schemas.Reader) *Mapper {
	out := &Mapper{Mapping: m, reader: reader}
	out.frame = frame{vars: make([]schemas.Value, m.vars), event: &out.scope}
	return out
}

// jsonRoom is how many bytes of data that had to be built lie behind each other.
const jsonRoom = 64 << 10

var emptyObject = []byte("{}")

// Decode gives the events of a record, valid until the next call and as long as the record is (their Data: as long as the record is);
// none and no error when the record is skipped: its value is null, or `where` does not hold. An error is an *schemas.Unusable; then the record
// is of no use as a whole, also if only one of its events was wrong.
func (m *Mapper) Decode(r *schemas.Record) ([]schemas.Event, error) {
	m.events = m.events[:0]
	if cap(m.json)-len(m.json) < jsonRoom/16 {
		m.json = make([]byte, 0, jsonRoom) // what is in the old one is the events'
	}
	if r.Value == nil {
		return nil, nil
	}
	if len(r.Value) > schemas.MaxRecord {
		return nil, unusable(schemas.TooLarge, "the value has %d bytes, more than the %d that are read", len(r.Value), schemas.MaxRecord)
	}
	n, err := m.reader.Open(r)
	if err != nil {
		return nil, err
	}
	for i := range n {
		if err := m.message(r, i); err != nil {
			if n > 1 {
				inPart(err, "message", i)
			}
			return nil, err
		}
	}
	return m.events, nil
}

func unusable(reason, format string, args ...any) error {
	return &schemas.Unusable{Reason: reason, Detail: fmt.Sprintf(format, args...)}
}

func (m *Mapper) message(r *schemas.Record, i int) error {
	values := room(&m.rooms, i, m.slots)
	if err := m.reader.Read(i, values[:m.own]); err != nil {
		return err
	}
	for k := range m.kafka {
		values[m.own+k] = m.kafka[k].value(r)
	}
	m.scope.Fields = values
	if m.where != nil && truth(m.where.eval(&m.frame)) != True {
		return nil
	}
	if m.each == nil {
		return m.event(r, i)
	}
	lines := m.each.eval(&m.frame)
	switch lines.Kind() {
	case schemas.List:
	case schemas.Null:
		return nil
	default:
		return unusable(schemas.NotMappable, "each (%s) is no list", m.definition.Each)
	}
	for number, line := range lines.Items() {
		values[m.line], values[m.line+1] = line, schemas.IntValue(int64(number))
		before := len(m.events)
		if err := m.event(r, i); err != nil {
			inPart(err, "line", number)
			return err
		}
		if m.numbered {
			e := &m.events[before]
			e.ID += "/" + strconv.Itoa(number)
		}
	}
	return nil
}

func room(rooms *[][]schemas.Value, i, size int) []schemas.Value {
	for len(*rooms) <= i {
		*rooms = append(*rooms, make([]schemas.Value, size))
	}
	return (*rooms)[i]
}

// event makes one event of the frame.
func (m *Mapper) event(r *schemas.Record, i int) error {
	f := &m.frame
	p := &m.parts
	p.ID, p.Type, p.Source = m.id.value(f, &m.made[0]), m.typ.value(f, &m.made[1]), m.source.value(f, &m.made[2])
	p.Time, p.Subject = m.time.value(f, &m.made[3]), m.subject.value(f, &m.made[4])
	e := m.next()
	if err := p.Fill(e, m.definition.Topic, m.definition.Unit); err != nil {
		return err
	}
	if m.definition.Keyed && string(r.Key) != e.Subject {
		return unusable(schemas.KeyMismatch, "the record's key is %.60q and the subject %.60q: they must be the same, or write keyed: false", r.Key, e.Subject)
	}
	e.Origin = r.Origin
	data, err := m.setData(e, i)
	if err != nil || !schemas.Reserved(e.Type) {
		return err
	}
	if data.Kind() == schemas.Missing {
		if data = whole(e.Form, e.Data); data.Kind() != schemas.Map {
			return unusable(schemas.NotMappable, "data of an %s event cannot be read: a number is beyond the range of a 64-bit float", e.Type)
		}
	}
	e.Payload = data
	return schemas.CheckReserved(e.Type, data)
}

// next is a further event, in which nothing but Form and Payload is sure to be empty.
func (m *Mapper) next() *schemas.Event {
	n := len(m.events)
	if n == cap(m.events) {
		m.events = append(m.events, schemas.Event{})
		return &m.events[n]
	}
	m.events = m.events[:n+1]
	e := &m.events[n]
	e.Form = nil
	if e.Payload.Kind() != schemas.Missing {
		e.Payload = schemas.Value{}
	}
	return e
}

// setData sets Data, Form and Fields, and gives the data if they had to be built.
func (m *Mapper) setData(e *schemas.Event, i int) (schemas.Value, error) {
	values := m.scope.Fields
	d := &m.data
	if d.shape >= 0 {
		e.Fields = values[:len(m.fields):len(m.fields)]
		switch shape := values[d.shape]; {
		case shape.Kind() == schemas.Map:
			e.Data, e.Form = m.reader.Body(i)
			if len(d.path) > 0 {
				e.Form = m.below(e.Form)
			}
		case !shape.Known() && len(d.path) > 0:
			e.Data = emptyObject
			copy(e.Fields, d.blank)
		default:
			return schemas.Value{}, unusable(schemas.NotMappable, "data (%s) is a %s, expected an object", pathText(d.path), shape.Kind())
		}
		return schemas.Value{}, nil
	}
	v := schemas.Value{}
	if d.fixed != nil {
		v, e.Data = *d.fixed, d.json
	} else {
		if v = d.of.eval(&m.frame); v.Kind() == schemas.Null {
			v = schemas.MapValue(nil, nil)
		}
		if v.Kind() != schemas.Map {
			return v, unusable(schemas.NotMappable, "data is %s, expected an object", v.Kind())
		}
		from := len(m.json)
		m.json = v.AppendJSON(m.json)
		e.Data = m.json[from:len(m.json):len(m.json)]
	}
	e.Fields = room(&m.lines, len(m.events)-1, len(m.fields))
	for k, path := range m.fields {
		e.Fields[k] = v.Path(path)
	}
	return v, nil
}

// below is the form that reads the data out of a message.
func (m *Mapper) below(f schemas.Form) schemas.Form {
	if m.form == nil || m.form.of != f {
		m.form = &pathForm{f, m.data.path}
	}
	return m.form
}

// inPart puts where in its record it was before what was wrong.
func inPart(err error, part string, number int) {
	var why *schemas.Unusable
	if errors.As(err, &why) {
		why.Detail = fmt.Sprintf("%s %d: %s", part, number, why.Detail)
	}
}
