package config

import (
	"slices"
	"strconv"
	"strings"
)

// place is the path of a value: keys, and entries of lists as "[0]".
type place []string

func (p place) with(part string) place { return append(slices.Clip(p), part) }

func (p place) index(i int) place { return p.with("[" + strconv.Itoa(i) + "]") }

// relative appends a dotted path.
func (p place) relative(path string) place {
	if path == "" {
		return p
	}
	return p.with(path)
}

func (p place) String() string {
	var b strings.Builder
	for i, part := range p {
		if i > 0 && !strings.HasPrefix(part, "[") {
			b.WriteByte('.')
		}
		if part == "" {
			part = `""`
		}
		b.WriteString(part)
	}
	return b.String()
}

// child is the value at one part of a path, nil if there is none.
func (n *node) child(part string) *node {
	switch {
	case n == nil:
		return nil
	case n.kind != list:
		return n.find(part)
	}
	i, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(part, "["), "]"))
	if err != nil || i < 0 || i >= len(n.items) {
		return nil
	}
	return n.items[i]
}

// follow leads along a dotted path as far as it goes; missing is true when that is not to its end.
func (n *node) follow(path string) (found *node, missing bool) {
	for n != nil && path != "" {
		next, rest := n.step(path)
		if next == nil {
			return n, true
		}
		n, path = next, rest
	}
	return n, false
}

// step follows the first part of a dotted path. Keys may contain dots, so the longest that fits is taken.
func (n *node) step(path string) (next *node, rest string) {
	if n.kind == list {
		end := strings.IndexAny(path[1:], ".[") + 1
		if end == 0 {
			end = len(path)
		}
		return n.child(path[:end]), strings.TrimPrefix(path[end:], ".")
	}
	longest := -1
	for _, e := range n.entries {
		after, ok := strings.CutPrefix(path, e.name)
		if ok && len(e.name) > longest && (after == "" || after[0] == '.' || after[0] == '[') {
			next, rest, longest = e.value, strings.TrimPrefix(after, "."), len(e.name)
		}
	}
	return next, rest
}
