package state

// Counter is how often something happened, ever.
type Counter struct{ N int64 }

// Append writes the number.
func (c *Counter) Append(b []byte, _ Edge) []byte { return appendInt(b, c.N) }

// Decode reads the number.
func (c *Counter) Decode(r *Reader) { c.N = r.int() }

// Merge adds.
func (c *Counter) Merge(other Cell) { c.N += other.(*Counter).N }
