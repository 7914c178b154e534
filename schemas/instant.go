package schemas

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// Instant is an event time: whole milliseconds since 1970-01-01T00:00:00Z.
type Instant int64

const (
	// Never is later than every event: what does not happen if time runs on.
	Never Instant = math.MaxInt64
	// Earliest is before every event.
	Earliest Instant = math.MinInt64
)

const (
	minWritable = Instant(-62135596800000) // 0001-01-01T00:00:00Z
	maxWritable = Instant(253402300799999) // 9999-12-31T23:59:59.999Z
)

// Add is i + d, held at Never and Earliest instead of wrapping around.
func (i Instant) Add(d Duration) Instant {
	if i == Never || i == Earliest {
		return i
	}
	sum := i + Instant(d)
	switch {
	case d > 0 && sum < i:
		return Never
	case d < 0 && sum > i:
		return Earliest
	}
	return sum
}

// Sub is i - from.
func (i Instant) Sub(from Instant) Duration { return Duration(i - from) }

// Time is the instant as a time.Time in UTC.
func (i Instant) Time() time.Time { return time.UnixMilli(int64(i)).UTC() }

// AppendText writes RFC 3339 in UTC with `Z`, and three digits of fraction or none.
func (i Instant) AppendText(b []byte) ([]byte, error) {
	if i < minWritable || i > maxWritable {
		return b, fmt.Errorf("instant %d ms is outside the years 1 to 9999", int64(i))
	}
	return i.append(b), nil
}

// append uses the one layout that package time writes fast; in UTC it ends with Z.
func (i Instant) append(b []byte) []byte {
	t := i.Time()
	b = t.AppendFormat(b, time.RFC3339)
	if ms := t.Nanosecond() / 1e6; ms != 0 {
		b = append(b[:len(b)-1], '.', byte('0'+ms/100), byte('0'+ms/10%10), byte('0'+ms%10), 'Z')
	}
	return b
}

// String is the RFC 3339 form, for messages.
func (i Instant) String() string {
	switch {
	case i == Never:
		return "never"
	case i < minWritable || i > maxWritable:
		return fmt.Sprintf("%d ms", int64(i))
	}
	return string(i.append(nil))
}

// MarshalText makes an Instant a JSON string.
func (i Instant) MarshalText() ([]byte, error) { return i.AppendText(nil) }

// UnmarshalText reads RFC 3339.
func (i *Instant) UnmarshalText(text []byte) error {
	v, err := ParseInstant(string(text))
	if err == nil {
		*i = v
	}
	return err
}

// ParseInstant reads RFC 3339 with any offset and any number of fraction digits; those beyond the millisecond are cut.
func ParseInstant(text string) (Instant, error) {
	t, err := time.Parse(time.RFC3339Nano, strings.ToUpper(text)) // t and z may be small
	if err != nil {
		return 0, fmt.Errorf("time %q is not RFC 3339, such as 2026-01-05T10:00:00Z", text)
	}
	ms := t.UnixMilli()
	if t.Nanosecond()%1e6 != 0 && t.Unix() < 0 {
		ms = t.Unix()*1000 + int64(t.Nanosecond()/1e6)
	}
	return Instant(ms), nil
}
