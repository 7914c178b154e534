package config

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// kind is what a value is, by the core schema of YAML 1.2.
type kind int

const (
	null kind = iota
	boolean
	integer
	float
	text
	mapping
	list
)

// position is a place in the file: line and character, from 1.
type position struct{ line, column int }

// node is one value of the file, its aliases, merge keys and variables resolved.
type node struct {
	kind    kind
	text    string   // a scalar's, after expansion
	from    position // where it begins
	key     position // where its key is; zero for an entry of a list
	style   style    // how a scalar is written
	raw     string   // a scalar's, before expansion
	spans   []span   // what expansion replaced
	alias   bool     // reached through an alias: every place in it is that of the use
	faulty  bool     // has a fault already, so its value means nothing
	entries []entry
	items   []*node
}

type entry struct {
	name  string
	value *node
	key   position
}

// at is where a fault about the whole value is shown: a collection, and nothing, have no better place than the key.
func (n *node) at() position {
	if n.key != (position{}) && (n.kind == mapping || n.kind == list || n.kind == null) && !n.alias {
		return n.key
	}
	return n.from
}

func (n *node) find(name string) *node {
	for _, e := range n.entries {
		if e.name == name {
			return e.value
		}
	}
	return nil
}

var (
	integerText = regexp.MustCompile(`^([-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$`)
	floatText   = regexp.MustCompile(`^([-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$`)
)

// kindOf types a plain scalar. True, yes and the like are text (SPEC section 3), 010 is ten and 1_000 is text.
func kindOf(s string) kind {
	switch s {
	case "", "~", "null", "Null", "NULL":
		return null
	case "true", "false":
		return boolean
	}
	switch {
	case integerText.MatchString(s):
		return integer
	case floatText.MatchString(s):
		return float
	}
	return text
}

// integer is an error when the number does not fit.
func (n *node) integer() (int64, error) {
	switch {
	case strings.HasPrefix(n.text, "0x"):
		return strconv.ParseInt(n.text[2:], 16, 64)
	case strings.HasPrefix(n.text, "0o"):
		return strconv.ParseInt(n.text[2:], 8, 64)
	}
	return strconv.ParseInt(n.text, 10, 64)
}

func (n *node) float() float64 {
	if i, err := n.integer(); err == nil {
		return float64(i)
	}
	switch s := strings.ToLower(strings.TrimPrefix(n.text, "+")); s {
	case ".inf", "-.inf":
		return math.Inf(1 - 2*strings.Count(s, "-"))
	case ".nan":
		return math.NaN()
	}
	f, _ := strconv.ParseFloat(n.text, 64) // too great: infinite
	return f
}

// any is the value without a type of ours to guide it.
func (n *node) any() any {
	switch n.kind {
	case boolean:
		return n.text == "true"
	case integer:
		if i, err := n.integer(); err == nil {
			return i
		}
		return n.float()
	case float:
		return n.float()
	case text:
		return n.text
	case mapping:
		m := make(map[string]any, len(n.entries))
		for _, e := range n.entries {
			m[e.name] = e.value.any()
		}
		return m
	case list:
		l := make([]any, len(n.items))
		for i, item := range n.items {
			l[i] = item.any()
		}
		return l
	}
	return nil
}

// String names the value in a fault.
func (n *node) String() string {
	switch n.kind {
	case null:
		return "nothing"
	case boolean:
		return n.text
	case integer, float:
		return "the number " + n.text
	case mapping:
		return "a mapping"
	case list:
		return "a list"
	}
	s := []rune(n.text)
	if len(s) > 60 {
		return fmt.Sprintf("the text %q…", string(s[:60]))
	}
	return fmt.Sprintf("the text %q", n.text)
}
