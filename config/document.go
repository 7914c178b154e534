package config

import "strings"

// Document is a parsed file: it knows where each value was written.
type Document struct {
	name   string
	text   string
	starts []int // where each line begins
	root   *node // nil when the file is no YAML at all
}

func newDocument(name string, text []byte) *Document {
	lines := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(text))
	d := &Document{name: name, text: strings.TrimPrefix(lines, "\ufeff"), starts: []int{0}}
	for i := range len(d.text) {
		if d.text[i] == '\n' {
			d.starts = append(d.starts, i+1)
		}
	}
	return d
}

// Fault is a fault of the value at a dotted path such as segments.buyers.when or sources[0].where, offset bytes into
// its text. Where the path leads nowhere the deepest value on the way is shown.
func (d *Document) Fault(path string, offset int, message string) Fault {
	n, missing := d.root.follow(path)
	return d.faultIn(n, missing, path, offset, message)
}

// FaultAt is Fault for a path in parts, as keys may contain dots; entries of lists are "0" or "[0]".
func (d *Document) FaultAt(path []string, offset int, message string) Fault {
	n, missing := d.find(path)
	return d.faultIn(n, missing, place(path).String(), offset, message)
}

// Has says whether a value was written in the file, and not only given by default.
func (d *Document) Has(path ...string) bool {
	n, missing := d.find(path)
	return n != nil && !missing
}

func (d *Document) faultIn(n *node, missing bool, path string, offset int, message string) Fault {
	switch {
	case n == nil:
		return d.fault(position{1, 1}, path, message)
	case missing || n.kind == mapping || n.kind == list || n.kind == null:
		return d.fault(n.at(), path, message)
	}
	return d.fault(d.locate(n, n.raw, written(n.spans, offset)), path, message)
}

func (d *Document) fault(at position, path, message string) Fault {
	at = position{max(at.line, 1), max(at.column, 1)}
	source := ""
	if at.line <= len(d.starts) {
		source, _, _ = strings.Cut(d.text[d.starts[at.line-1]:], "\n")
	}
	return Fault{File: d.name, Line: at.line, Column: at.column, Path: path, Message: message, source: source}
}

// find follows a path as far as it leads; missing is true when that is not to its end.
func (d *Document) find(path []string) (n *node, missing bool) {
	n = d.root
	for _, part := range path {
		next := n.child(part)
		if next == nil {
			return n, true
		}
		n = next
	}
	return n, false
}
