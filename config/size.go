package config

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
)

// Size is a number of bytes. It is written plain, or with a unit: 256MiB, 4GB.
type Size int64

// The binary units of a Size.
const (
	KiB Size = 1 << (10 * (iota + 1))
	MiB
	GiB
)

var (
	sizeText = regexp.MustCompile(`^([0-9]+)(KiB|MiB|GiB|kB|MB|GB)?$`)
	sizeUnit = map[string]Size{"": 1, "KiB": KiB, "MiB": MiB, "GiB": GiB, "kB": 1e3, "MB": 1e6, "GB": 1e9}
)

// UnmarshalText reads a whole number and its unit.
func (s *Size) UnmarshalText(text []byte) error {
	m := sizeText.FindStringSubmatch(string(text))
	if m == nil {
		return fmt.Errorf("expected a size in bytes, found %q; write it like 256MiB (units KiB MiB GiB kB MB GB)", text)
	}
	n, err := strconv.ParseInt(m[1], 10, 64)
	unit := sizeUnit[m[2]]
	if err != nil || n > math.MaxInt64/int64(unit) {
		return fmt.Errorf("expected a size of less than 8 EiB, found %q", text)
	}
	*s = Size(n) * unit
	return nil
}

// String writes the size as it is read, in the largest binary unit that divides it.
func (s Size) String() string {
	for _, unit := range []string{"GiB", "MiB", "KiB"} {
		if s != 0 && s%sizeUnit[unit] == 0 {
			return fmt.Sprintf("%d%s", s/sizeUnit[unit], unit)
		}
	}
	return strconv.FormatInt(int64(s), 10)
}

// ConfigSchema tells the syntax.
func (Size) ConfigSchema() string {
	return `{"anyOf": [{"type": "string", "pattern": "` + sizeText.String() + `"}, {"type": "integer", "minimum": 0}]}`
}
