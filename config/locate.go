package config

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// style is how a scalar is written.
type style int

const (
	plain style = iota
	single
	double
	block // | or >
)

// locate finds the place of a byte of a scalar's text as written. The parser keeps no such map, so the text is matched
// against the source anew: white space may have been folded, everything else stands in both in the same order.
func (d *Document) locate(n *node, text string, offset int) position {
	if n.alias {
		return n.from
	}
	start := d.offset(n.from)
	src := d.text[start:]
	pos := 0
	switch n.style {
	case single, double:
		pos = 1
	case block:
		pos = strings.IndexByte(src, '\n') + 1
	}
	for i := 0; i < offset && i < len(text) && pos < len(src); {
		unit, width := decodeUnit(src[pos:], n.style)
		switch {
		case strings.HasPrefix(text[i:], unit):
			i += len(unit)
			pos += width
		case startsBlank(src[pos:]):
			pos++
		case startsBlank(text[i:]):
			i++
		default:
			return n.from
		}
	}
	if offset < len(text) && !startsBlank(text[offset:]) {
		for pos < len(src) {
			unit, width := decodeUnit(src[pos:], n.style)
			if unit != "" && !startsBlank(src[pos:]) {
				break
			}
			pos += width
		}
	}
	return d.position(start + pos)
}

func startsBlank(s string) bool {
	return s != "" && strings.IndexByte(" \t\n", s[0]) >= 0
}

// decodeUnit reads one character or escape of the source: what it stands for, and how long it is.
func decodeUnit(src string, s style) (string, int) {
	switch {
	case s == single && strings.HasPrefix(src, "''"):
		return "'", 2
	case s == double && src[0] == '\\' && len(src) > 1:
		return decodeEscape(src)
	}
	_, width := utf8.DecodeRuneInString(src)
	return src[:width], width
}

var escapes = map[byte]string{
	'0': "\x00", 'a': "\a", 'b': "\b", 't': "\t", '\t': "\t", 'n': "\n", 'v': "\v", 'f': "\f", 'r': "\r", 'e': "\x1b",
	' ': " ", '"': `"`, '/': "/", '\\': `\`, 'N': "\u0085", '_': "\u00a0", 'L': "\u2028", 'P': "\u2029", '\n': "",
}

func decodeEscape(src string) (string, int) {
	if digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[src[1]]; digits > 0 && len(src) >= 2+digits {
		if r, err := strconv.ParseUint(src[2:2+digits], 16, 32); err == nil {
			return string(rune(r)), 2 + digits
		}
	}
	return escapes[src[1]], 2
}

// offset is where a position is in the text, in bytes.
func (d *Document) offset(p position) int {
	if p.line < 1 || p.line > len(d.starts) {
		return len(d.text)
	}
	at := d.starts[p.line-1]
	for range p.column - 1 {
		_, width := utf8.DecodeRuneInString(d.text[at:])
		at += width
	}
	return at
}

// position is the line and character of a byte of the text.
func (d *Document) position(offset int) position {
	line := len(d.starts)
	for line > 1 && d.starts[line-1] > offset {
		line--
	}
	return position{line, utf8.RuneCountInString(d.text[d.starts[line-1]:offset]) + 1}
}
