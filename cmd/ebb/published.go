package main

import (
	"github.com/ebbstream/ebb/pipeline/registry"
	"github.com/ebbstream/ebb/schemas"
)

// published reads the values of what was published, in whichever of outputs.format it was.
type published struct{ avro schemas.Reader }

// readPublished makes one that asks this registry for the schemas; nil: there is none.
func readPublished(client *registry.Client) *published {
	if client == nil {
		return &published{}
	}
	whole := schemas.Reading{Paths: schemas.Projection{{}}, Modes: []schemas.Mode{schemas.Kept}}
	return &published{schemas.NewAvroReader(whole, nil, client)}
}

// value is what a record's value says; not ok: it cannot be read, as it is of something else, or its schema is not to be had.
func (p *published) value(text []byte) (v schemas.Value, ok bool) {
	if p.avro == nil || len(text) == 0 || text[0] != 0 { // what is framed begins with a zero, which no JSON does
		v, err := schemas.ParseValue(text)
		return v, err == nil
	}
	var values [1]schemas.Value
	if _, err := p.avro.Open(&schemas.Record{Value: text}); err != nil {
		return v, false
	}
	err := p.avro.Read(0, values[:])
	return values[0], err == nil
}

// definition is that of a segment change; "" where it is not said.
func (p *published) definition(text []byte) string {
	v, _ := p.value(text)
	if own := v.Field("definition"); own.Kind() == schemas.String {
		return own.Text()
	}
	return v.Path([]string{"context", "personas", "computation_id"}).Text()
}
