package expr

import "github.com/ebbstream/ebb/schemas"

// Truth is the value of a condition: CEL's errors make it a logic of three values.
type Truth uint8

// The truths. Failed is an error: false in the end, but absorbed by && and ||.
const (
	False Truth = iota
	True
	Failed
	unknown // while it is asked whether moving leaves can decide at all
)

func truth(v schemas.Value) Truth {
	switch {
	case v.Kind() != schemas.Bool:
		return Failed
	case v.Truth():
		return True
	}
	return False
}

func (t Truth) value() schemas.Value {
	if t == Failed {
		return schemas.Error
	}
	return schemas.BoolValue(t == True)
}

// And is &&: false if either is false, whatever the other.
func (t Truth) And(o Truth) Truth {
	switch {
	case t == False || o == False:
		return False
	case t == unknown || o == unknown:
		return unknown
	case t == Failed || o == Failed:
		return Failed
	}
	return True
}

// Or is ||: true if either is true, whatever the other.
func (t Truth) Or(o Truth) Truth {
	switch {
	case t == True || o == True:
		return True
	case t == unknown || o == unknown:
		return unknown
	case t == Failed || o == Failed:
		return Failed
	}
	return False
}

// Not is !.
func (t Truth) Not() Truth {
	switch t {
	case True:
		return False
	case False:
		return True
	}
	return t
}
