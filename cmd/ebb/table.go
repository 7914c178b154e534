package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"

	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/schemas"
)

// table is columns for people, aligned.
type table struct{ *tabwriter.Writer }

func newTable(w io.Writer) table { return table{tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)} }

// row writes one line; what stays empty at its end takes no room.
func (t table) row(cells ...string) {
	for len(cells) > 0 && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	fmt.Fprintln(t, strings.Join(cells, "\t"))
}

// rows writes lines whose columns are lists of their own length, one below the other.
func (t table) rows(columns ...[]string) {
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

// shown is a text that somebody else wrote, as it may stand on a terminal and in a table.
func shown(text string) string {
	if text == "" || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }) {
		return strconv.Quote(text)
	}
	return text
}

// inWords is a value as people read it: durations with units, all else as JSON.
func inWords(v schemas.Value) string {
	switch v.Kind() {
	case schemas.Span:
		if v.Span() == schemas.Forever {
			return "never"
		}
		return v.Span().String()
	case schemas.Time:
		return v.Instant().String()
	case schemas.Invalid, schemas.Missing:
		return "an error"
	}
	return shown(string(v.AppendJSON(nil)))
}

// evidenceInWords is such as `count("purchase", "90d") = 1 (>= 1)`.
func evidenceInWords(e schemas.Evidence) string {
	text := shown(e.Expr) + " = " + inWords(e.Value)
	if e.Op != "" {
		text += " (" + e.Op + " " + inWords(e.Threshold) + ")"
	}
	return text
}

// at is an instant in a table; nothing for one that never comes.
func at(i schemas.Instant) string {
	if i == schemas.Never {
		return ""
	}
	return i.String()
}

// spans are the calls of a plan that give a duration, which JSON writes as a number of seconds.
func spans(p *expr.Plan) map[string]bool {
	found := map[string]bool{}
	for _, c := range p.Calls {
		if c.Func == expr.FuncSinceFirst || c.Func == expr.FuncSinceLast {
			found[c.Text] = true
		}
	}
	return found
}
