package config

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Fault is one thing wrong with the file.
type Fault struct {
	File    string
	Line    int // from 1
	Column  int // from 1, in characters
	Path    string
	Message string
	source  string // the line it is on
}

// Error is the fault on one line: shop.yaml:12:7: segments.buyers.when: expected …
func (f Fault) Error() string {
	at := fmt.Sprintf("%s:%d:%d: ", f.File, f.Line, f.Column)
	if f.Path != "" {
		at += f.Path + ": "
	}
	return at + f.Message
}

// Faults are all that is wrong with a file.
type Faults []Fault

// Error is one line a fault.
func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}

// Err is the faults as an error, nil when there are none: an empty Faults in an error would not be nil.
func (fs Faults) Err() error {
	if len(fs) == 0 {
		return nil
	}
	return fs
}

// Sort puts the faults in the order of the file; for those who add their own to Load's.
func (fs Faults) Sort() {
	slices.SortStableFunc(fs, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

// Print writes each fault with its line of the file and a caret below the place.
func (fs Faults) Print(w io.Writer) error {
	for _, f := range fs {
		number := fmt.Sprint(f.Line)
		_, err := fmt.Fprintf(w, "%s\n  %s | %s\n  %*s | %s^\n", f.Error(), number, f.source, len(number), "", f.indent())
		if err != nil {
			return err
		}
	}
	return nil
}

// indent is the white space before the caret: tabs stay tabs, so that it stands right whatever their width.
func (f Fault) indent() string {
	before := []rune(f.source)
	before = before[:min(f.Column-1, len(before))]
	for i, r := range before {
		if r != '\t' {
			before[i] = ' '
		}
	}
	return string(before)
}
