package config

import (
	"fmt"
	"regexp"
	"strings"
)

// span is a piece of a scalar that expansion replaced: bytes of the text as written, and of the text it became.
type span struct{ from, to, newFrom, newTo int }

// misuse is a fault of expansion, at a byte of the text as written.
type misuse struct {
	offset  int
	message string
}

var variable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// expand replaces ${NAME} and ${NAME:-default}, and $${ by ${. As in a shell, the default also stands in for a variable
// that is set and empty.
func expand(raw string, env func(string) (string, bool)) (string, []span, []misuse) {
	var b strings.Builder
	var spans []span
	var wrong []misuse
	replace := func(from, to int, by string) {
		spans = append(spans, span{from, to, b.Len(), b.Len() + len(by)})
		b.WriteString(by)
	}
	for i := 0; i < len(raw); {
		rest := raw[i:]
		switch {
		case strings.HasPrefix(rest, "$${"):
			replace(i, i+3, "${")
			i += 3
		case strings.HasPrefix(rest, "${"):
			length := strings.IndexByte(rest, '}') + 1
			if length == 0 {
				wrong = append(wrong, misuse{i, "expected } after ${; write ${NAME}, or $${ for a literal ${"})
				return raw, nil, wrong
			}
			value, err := lookup(rest[2:length-1], env)
			if err != nil {
				wrong = append(wrong, misuse{i, err.Error()})
			}
			replace(i, i+length, value)
			i += length
		default:
			b.WriteByte(raw[i])
			i++
		}
	}
	if spans == nil {
		return raw, nil, wrong
	}
	return b.String(), spans, wrong
}

func lookup(inner string, env func(string) (string, bool)) (string, error) {
	name, fallback, hasFallback := strings.Cut(inner, ":-")
	if !variable.MatchString(name) {
		return "", fmt.Errorf("expected the name of an environment variable in ${%s}; write ${NAME} or ${NAME:-default}, or $${ for a literal ${", inner)
	}
	value, set := env(name)
	switch {
	case hasFallback && value == "":
		return fallback, nil
	case !set:
		return "", fmt.Errorf("environment variable %s is not set; set it, or give a default: ${%s:-default}", name, name)
	}
	return value, nil
}

// written turns an offset in the expanded text into one in the text as written; inside a replacement, its beginning.
func written(spans []span, offset int) int {
	shift := 0
	for _, s := range spans {
		switch {
		case offset < s.newFrom:
			return offset + shift
		case offset < s.newTo:
			return s.from
		}
		shift = s.to - s.newTo
	}
	return offset + shift
}
