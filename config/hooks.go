package config

// A field's type may read itself: from one value's text, as an encoding.TextUnmarshaler (also when the text looks like
// a number or a boolean), or as a Decoder. These are the other things a type may do; all of them are optional.

// Decoder is implemented by a type that takes more than one shape. The value is nil, a bool, int64, float64, string,
// []any or map[string]any; the error's text is the fault.
type Decoder interface {
	DecodeConfig(value any) error
}

// Defaulter sets the defaults of an entry of a map or list, or of what a pointer leads to, before it is decoded.
type Defaulter interface {
	SetDefaults()
}

// KeyChecker is implemented by a map that does not take every key; the error's text is the fault.
type KeyChecker interface {
	CheckKey(key string) error
}

// Checker is implemented by a struct, list or map with rules across its fields. It is called after decoding, if nothing
// in it was at fault. Paths are relative to it and dotted; "" is the value itself.
type Checker interface {
	Check(report func(path string, message string))
}

// Schemer is implemented by a type that reads itself and says as a JSON Schema what it takes; without it, text.
type Schemer interface {
	ConfigSchema() string
}
