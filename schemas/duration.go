package schemas

import (
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// Duration is a span of event time in whole milliseconds.
type Duration int64

// The units of a duration string; a day is always 24 hours.
const (
	Millisecond Duration = 1
	Second               = 1000 * Millisecond
	Minute               = 60 * Second
	Hour                 = 60 * Minute
	Day                  = 24 * Hour
	Week                 = 7 * Day
)

// Forever is greater than every other duration, and equal to itself: since_last of what never happened.
const Forever Duration = math.MaxInt64

var units = []struct {
	name string
	size Duration
}{{"w", Week}, {"d", Day}, {"h", Hour}, {"ms", Millisecond}, {"m", Minute}, {"s", Second}}

// ParseDuration reads "30m", "90d", "1h30m" and the like: whole numbers, each with one of ms s m h d w.
func ParseDuration(text string) (Duration, error) {
	bad := func(why string) (Duration, error) {
		return 0, fmt.Errorf("duration %q %s; write it like \"30m\", \"24h\", \"90d\" or \"1h30m\" (units ms s m h d w)", text, why)
	}
	rest, total := text, Duration(0)
	if rest == "" {
		return bad("is empty")
	}
next:
	for rest != "" {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		if digits == 0 {
			return bad("has no number before " + strconv.Quote(rest))
		}
		n, err := strconv.ParseInt(rest[:digits], 10, 64)
		if err != nil {
			return bad("is too long")
		}
		rest = rest[digits:]
		for _, u := range units {
			if !strings.HasPrefix(rest, u.name) || u.name == "m" && strings.HasPrefix(rest, "ms") {
				continue
			}
			hi, lo := bits.Mul64(uint64(n), uint64(u.size))
			if hi != 0 || lo > math.MaxInt64/4 || total+Duration(lo) > math.MaxInt64/4 {
				return bad("is too long")
			}
			total += Duration(lo)
			rest = rest[len(u.name):]
			continue next
		}
		if rest == "" {
			return bad("has no unit after its number")
		}
		return bad("has no unit that is known at " + strconv.Quote(rest))
	}
	return total, nil
}

// String writes the largest units first, such as "1h30m"; "0s" for none.
func (d Duration) String() string {
	switch {
	case d == Forever:
		return "forever"
	case d == 0:
		return "0s"
	case d < 0:
		return "-" + (-d).String()
	}
	var b []byte
	for _, u := range []struct {
		name string
		size Duration
	}{{"d", Day}, {"h", Hour}, {"m", Minute}, {"s", Second}, {"ms", Millisecond}} {
		if n := d / u.size; n > 0 {
			b = append(strconv.AppendInt(b, int64(n), 10), u.name...)
			d -= n * u.size
		}
	}
	return string(b)
}

// MarshalText makes a Duration a JSON or YAML string.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads a duration string.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := ParseDuration(string(text))
	if err == nil {
		*d = v
	}
	return err
}

// Seconds is the duration in seconds, as it is written in JSON; Forever, which no number can say, is written as null.
func (d Duration) Seconds() float64 { return float64(d) / 1000 }

// ConfigSchema is the form of a duration, for editors of the configuration.
func (Duration) ConfigSchema() string {
	return `{"type":"string","pattern":"^([0-9]+(ms|s|m|h|d|w))+$","examples":["30m","24h","90d","1h30m"]}`
}
