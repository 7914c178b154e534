package schemas

// JSONDecoder reads the file form of an event (SPEC section 2): one structured-mode CloudEvents JSON object. It belongs
// to one goroutine.
//
// On the tokenizer of go-json-experiment's jsontext it took 1,060 ns for a line of 257 bytes with three projected fields,
// of which jsontext alone is 460 ns; on jsonScanner it takes 570 ns, both with two allocations, the id and the subject.
// A replay decodes every line of its input: so there is a scanner, which a fuzz test holds against jsontext, and which
// leaves it to jsontext to say what is wrong.
type JSONDecoder struct {
	r      jsonReader
	fields *fieldTree
	blank  []Value // the fields of {}
}

// attributes are the members of the object as they stand in the line. They are looked at after the whole line has been
// read, since the last of equal keys counts, and since "data" may come before "type".
type attributes struct{ id, source, subject, typ, time, data, base64, other []byte }

// named is where the member with this name is kept; those that mean nothing here share one place.
func (a *attributes) named(name []byte) *[]byte {
	switch string(name) {
	case "id":
		return &a.id
	case "source":
		return &a.source
	case "subject":
		return &a.subject
	case "type":
		return &a.typ
	case "time":
		return &a.time
	case "data":
		return &a.data
	case "data_base64":
		return &a.base64
	}
	return &a.other
}

// NewJSONDecoder makes a decoder that fills Event.Fields by p.
func NewJSONDecoder(p Projection) *JSONDecoder {
	d := &JSONDecoder{fields: newFieldTree(p), blank: make([]Value, len(p))}
	d.r.names, d.r.texts = newInterner(), newInterner()
	d.fields.assign(MapValue(nil, nil), d.blank)
	return d
}

// Decode fills e from one line, or returns an *Unusable; then what e holds means nothing.
func (d *JSONDecoder) Decode(line []byte, e *Event) error {
	*e = Event{Fields: append(e.Fields[:0], d.blank...)}
	d.r.reset(line)
	isObject := d.r.peek() == '{'
	a := d.scan(isObject, e.Fields)
	if err := d.r.end(); err != nil {
		return unusable(NotDecodable, "the line is not JSON: %v", err)
	}
	if !isObject {
		return unusable(NotDecodable, "the line is %s, expected a JSON object", excerpt(line))
	}
	return d.fill(&a, e)
}

// scan reads the line once: the attributes as they stand, and the fields of data.
func (d *JSONDecoder) scan(isObject bool, fields []Value) (a attributes) {
	r := &d.r
	if !isObject {
		r.skip()
		return a
	}
	for ok := r.enter('}'); ok; ok = r.next('}') {
		to := a.named(r.unescape(r.name()))
		if to != &a.data {
			*to = r.skip()
			continue
		}
		first := r.peek()
		from := r.pos
		if first == '{' && len(d.fields.here) == 0 && a.data == nil {
			d.fields.members(r, fields)
		} else {
			d.fields.read(r, fields)
		}
		a.data = r.text[from:r.pos]
	}
	return a
}

// fill sets what the event says of itself, in the order in which faults are told.
func (d *JSONDecoder) fill(a *attributes, e *Event) (bad error) {
	if e.ID, bad = d.text("id", a.id); bad != nil {
		return bad
	}
	if e.Type, bad = d.text("type", a.typ); bad != nil {
		return bad
	}
	if e.Source = defaultSource; present(a.source) {
		if e.Source, bad = d.text("source", a.source); bad != nil {
			return bad
		}
	}
	if e.Time, bad = d.time(a.time); bad != nil {
		return bad
	}
	if e.Subject, bad = d.subject(a.subject); bad != nil {
		return bad
	}
	if bad = d.data(a, e); bad != nil {
		return bad
	}
	return CheckTime(e.Time)
}
