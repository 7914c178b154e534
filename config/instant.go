package config

import (
	"fmt"
	"time"
)

// Instant is a point in event time, in UTC and whole milliseconds; finer digits are cut. It is written in RFC 3339.
type Instant struct{ time.Time }

// UnmarshalText reads RFC 3339.
func (i *Instant) UnmarshalText(text []byte) error {
	t, err := time.Parse(time.RFC3339, string(text))
	if err != nil {
		return fmt.Errorf("expected a time, found %q; write it like 2026-01-05T10:00:00Z", text)
	}
	i.Time = t.UTC().Truncate(time.Millisecond)
	return nil
}

// ConfigSchema tells the syntax.
func (Instant) ConfigSchema() string { return `{"type": "string", "format": "date-time"}` }

// Start is where a consumer group without offsets begins; the zero Start is the earliest record.
type Start struct {
	Latest bool
	At     Instant // if not zero
}

// UnmarshalText reads earliest, latest or RFC 3339.
func (s *Start) UnmarshalText(text []byte) error {
	switch string(text) {
	case "earliest":
		*s = Start{}
		return nil
	case "latest":
		*s = Start{Latest: true}
		return nil
	}
	var at Instant
	if at.UnmarshalText(text) != nil {
		return fmt.Errorf("expected earliest, latest or a time such as 2026-01-05T10:00:00Z, found %q", text)
	}
	*s = Start{At: at}
	return nil
}

// String writes it as it is read.
func (s Start) String() string {
	switch {
	case s.Latest:
		return "latest"
	case !s.At.IsZero():
		return s.At.Format(time.RFC3339Nano)
	}
	return "earliest"
}

// ConfigSchema tells the syntax.
func (Start) ConfigSchema() string {
	return `{"anyOf": [{"enum": ["earliest", "latest"]}, {"type": "string", "format": "date-time"}]}`
}
