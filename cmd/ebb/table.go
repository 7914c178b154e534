package main

import (
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// table is columns for people, aligned. What stands last in its line widens no column.
type table struct{ lines [][]string }

// row adds a line; what stays empty at its end takes no room.
func (t *table) row(cells ...string) {
	for len(cells) > 0 && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	t.lines = append(t.lines, cells)
}

// rows adds lines whose columns are lists of their own length, one below the other.
func (t *table) rows(columns ...[]string) {
	most := 0
	for _, c := range columns {
		most = max(most, len(c))
	}
	for i := range most {
		cells := make([]string, len(columns))
		for j, c := range columns {
			if i < len(c) {
				cells[j] = c[i]
			}
		}
		t.row(cells...)
	}
}

// print writes the lines.
func (t *table) print(w io.Writer) error {
	var widths []int
	for _, line := range t.lines {
		for i, cell := range line[:max(len(line)-1, 0)] {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for _, line := range t.lines {
		for i, cell := range line {
			b.WriteString(cell)
			if i < len(line)-1 {
				b.WriteString(strings.Repeat(" ", widths[i]+2-utf8.RuneCountInString(cell)))
			}
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// shown is a text that somebody else wrote, as it may stand on a terminal and in a table.
func shown(text string) string {
	if text == "" || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }) {
		return strconv.Quote(text)
	}
	return text
}
