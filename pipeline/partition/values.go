package partition

import "github.com/ebbstream/ebb/schemas"

// values is how those of one topic are written.
type values struct {
	schemas.Encoder
	content []byte // its content type
}

func newValues(e schemas.Encoder) values {
	if e == nil {
		e = schemas.JSON{}
	}
	return values{e, []byte(e.ContentType())}
}
