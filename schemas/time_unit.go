package schemas

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
)

// TimeUnit is the unit of times that are numbers.
type TimeUnit uint8

// The units. Milliseconds are the default.
const (
	Milliseconds TimeUnit = iota
	Seconds
	Microseconds
)

// ParseTimeUnit reads ms, s or us; empty is ms.
func ParseTimeUnit(text string) (TimeUnit, error) {
	switch text {
	case "ms", "":
		return Milliseconds, nil
	case "s":
		return Seconds, nil
	case "us":
		return Microseconds, nil
	}
	return 0, fmt.Errorf("time unit %q, expected s, ms or us", text)
}

// String is the unit as a configuration writes it.
func (u TimeUnit) String() string { return [...]string{"ms", "s", "us"}[u] }

// Instant is the time that a value tells: a timestamp, RFC 3339, or a number in this unit. Digits beyond the millisecond
// are cut. What is beyond the range of an Instant becomes its nearest end, which CheckTime refuses.
func (u TimeUnit) Instant(v Value) (i Instant, ok bool) { return u.instant(&v) }

func (u TimeUnit) instant(v *Value) (i Instant, ok bool) {
	switch v.kind {
	case Time:
		return v.Instant(), true
	case Int:
		return u.whole(v.Int()), true
	case Double:
		d, _ := v.Number()
		return u.fraction(d), d == d
	case String:
		i, err := ParseInstant(v.Text())
		return i, err == nil
	}
	return 0, false
}

func (u TimeUnit) whole(n int64) Instant {
	switch u {
	case Seconds:
		const most = math.MaxInt64 / 1000
		return Instant(max(min(n, most), -most) * 1000)
	case Microseconds:
		return Instant(n / 1000)
	}
	return Instant(n)
}

// fraction cuts the number as it was written: 1767607200.001 s has no exact double, and multiplied by 1000 it may come
// out as a millisecond less. The shortest digits of the double are those that were written.
func (u TimeUnit) fraction(d float64) Instant {
	if math.Abs(d) >= 1<<62 || d != d {
		if d > 0 {
			return Never
		}
		return Earliest
	}
	var room [400]byte
	whole, digits, _ := bytes.Cut(strconv.AppendFloat(room[:0], d, 'f', -1, 64), []byte("."))
	n, _ := strconv.ParseInt(string(whole), 10, 64)
	if u != Seconds {
		return u.whole(n)
	}
	ms := [3]byte{'0', '0', '0'}
	copy(ms[:], digits)
	part, _ := strconv.ParseInt(string(ms[:]), 10, 64)
	if d < 0 {
		part = -part
	}
	return u.whole(n).Add(Duration(part))
}
