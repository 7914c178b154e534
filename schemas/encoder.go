package schemas

// Encoder writes the values of one topic's records (SPEC section 6).
type Encoder interface {
	// ContentType is what the records' content-type says.
	ContentType() string
	// Append writes the value of m's record; nothing for a late event without content. name is the application's.
	Append(b []byte, name string, m Message) []byte
}

// JSON writes what stands under "data" in the structured mode.
type JSON struct{}

// ContentType is that of JSON.
func (JSON) ContentType() string { return "application/json" }

// Append is AppendData.
func (JSON) Append(b []byte, name string, m Message) []byte { return AppendData(b, name, m) }
