package config

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Duration is whole milliseconds. It is written with units, as in expressions (SPEC section 4): 30m, 90d, 1h30m.
type Duration int64

// The units of a Duration; a day is always 24 hours.
const (
	Millisecond Duration = 1
	Second               = 1000 * Millisecond
	Minute               = 60 * Second
	Hour                 = 60 * Minute
	Day                  = 24 * Hour
	Week                 = 7 * Day
)

// longest keeps a Duration within a time.Duration: some 292 years.
const longest = Duration(math.MaxInt64 / int64(time.Millisecond))

var (
	durationText = regexp.MustCompile(`^([0-9]+(ms|s|m|h|d|w))+$`)
	durationPart = regexp.MustCompile(`([0-9]+)(ms|s|m|h|d|w)`)
	durationUnit = map[string]Duration{"ms": Millisecond, "s": Second, "m": Minute, "h": Hour, "d": Day, "w": Week}
)

// Std is the duration as the standard library has it.
func (d Duration) Std() time.Duration { return time.Duration(d) * time.Millisecond }

// UnmarshalText reads whole numbers with units.
func (d *Duration) UnmarshalText(text []byte) error {
	return d.parse(string(text), "a duration", "30m, 7d or 1h30m (units ms s m h d w)")
}

func (d *Duration) parse(text, what, like string) error {
	if !durationText.MatchString(text) {
		return fmt.Errorf("expected %s, found %q; write it like %s", what, text, like)
	}
	var total Duration
	for _, part := range durationPart.FindAllStringSubmatch(text, -1) {
		n, err := strconv.ParseInt(part[1], 10, 64)
		unit := durationUnit[part[2]]
		if err != nil || Duration(n) > (longest-total)/unit {
			return fmt.Errorf("expected a duration of at most %v, found %q", longest/Day*Day, text)
		}
		total += Duration(n) * unit
	}
	*d = total
	return nil
}

// String writes the duration as it is read.
func (d Duration) String() string {
	if d == 0 {
		return "0s"
	}
	var b strings.Builder
	for _, unit := range []string{"d", "h", "m", "s", "ms"} {
		if n := d / durationUnit[unit]; n != 0 {
			fmt.Fprintf(&b, "%d%s", n, unit)
			d %= durationUnit[unit]
		}
	}
	return b.String()
}

// ConfigSchema tells the syntax.
func (Duration) ConfigSchema() string {
	return `{"type": "string", "pattern": "` + durationText.String() + `"}`
}

// DurationOrNever is a Duration, or never, which is zero: a wait that does not end.
type DurationOrNever Duration

// Never says that there is no duration.
func (d DurationOrNever) Never() bool { return d == 0 }

// UnmarshalText reads a Duration that is not zero, or never.
func (d *DurationOrNever) UnmarshalText(text []byte) error {
	return (*Duration)(d).parseOr("never", string(text))
}

// String writes it as it is read.
func (d DurationOrNever) String() string { return Duration(d).or("never") }

// ConfigSchema tells the syntax.
func (DurationOrNever) ConfigSchema() string {
	return `{"anyOf": [` + Duration(0).ConfigSchema() + `, {"const": "never"}]}`
}

// DurationOrFalse is a Duration, or false, which is zero: something that is not done.
type DurationOrFalse Duration

// Off says that it was false.
func (d DurationOrFalse) Off() bool { return d == 0 }

// UnmarshalText reads a Duration that is not zero, or false.
func (d *DurationOrFalse) UnmarshalText(text []byte) error {
	return (*Duration)(d).parseOr("false", string(text))
}

// String writes it as it is read.
func (d DurationOrFalse) String() string { return Duration(d).or("false") }

// ConfigSchema tells the syntax.
func (DurationOrFalse) ConfigSchema() string {
	return `{"anyOf": [` + Duration(0).ConfigSchema() + `, {"const": false}]}`
}

func (d *Duration) parseOr(word, text string) error {
	if text == word {
		*d = 0
		return nil
	}
	var read Duration
	like := "30s, or " + word + " (units ms s m h d w)"
	if err := read.parse(text, "a duration or "+word, like); err != nil {
		return err
	}
	if read == 0 {
		return fmt.Errorf("expected a duration of at least 1ms or %s, found %q; write it like %s", word, text, like)
	}
	*d = read
	return nil
}

func (d Duration) or(word string) string {
	if d == 0 {
		return word
	}
	return d.String()
}
