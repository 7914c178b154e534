package realdata

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// definition is a segment of Dittofeed: a tree of nodes that name their children.
type definition struct {
	EntryNode node
	Nodes     []node
}

type node struct {
	Type, ID, Path, Item, Event string
	Operator                    operator
	Times                       *int
	TimesOperator               string
	WithinSeconds               int
	Properties                  []property
	WhereProperties             []property
	HasProperties               []property
	Children                    []string
}

type property struct {
	Path     string
	Operator operator
}

type operator struct {
	Type, Comparator string
	Value            any
	WindowSeconds    int
}

// translation is a condition of ebb (SPEC section 4). Dates are the traits whose value, a time, must also be an event at
// that time: no expression compares a trait with now.
type translation struct {
	condition string
	dates     []string
}

// translate makes a condition of a definition.
func translate(t *testing.T, d definition) translation {
	t.Helper()
	tr := &translator{t: t, definition: d}
	condition := tr.node(d.EntryNode)
	return translation{condition, tr.dates}
}

type translator struct {
	t *testing.T
	definition
	dates []string
}

func (tr *translator) node(n node) string {
	switch n.Type {
	case "And":
		return tr.children(n, " && ")
	case "Or":
		return tr.children(n, " || ")
	case "Trait":
		return tr.trait(n)
	case "Includes":
		return fmt.Sprintf("%q in trait(%q)", n.Item, n.Path)
	case "Performed":
		return tr.performed(n)
	case "LastPerformed":
		return tr.lastPerformed(n)
	}
	tr.t.Fatalf("no translation for the node %+v", n)
	return ""
}

func (tr *translator) children(n node, sign string) string {
	var parts []string
	for _, id := range n.Children {
		for _, child := range tr.Nodes {
			if child.ID == id {
				part := tr.node(child)
				if child.Type == "Or" || child.Type == "And" {
					part = "(" + part + ")"
				}
				parts = append(parts, part)
			}
		}
	}
	if len(parts) != len(n.Children) {
		tr.t.Fatalf("a child is missing of %+v", n)
	}
	return strings.Join(parts, sign)
}

func (tr *translator) trait(n node) string {
	switch o := n.Operator; o.Type {
	case "Within":
		tr.dates = append(tr.dates, n.Path)
		return fmt.Sprintf("count(%q, %q) >= 1", dateEvent(n.Path), seconds(o.WindowSeconds))
	case "HasBeen":
		// The language does not know since when a value has been so. Said with what it has: it is the value now, was first
		// set so long ago, and nothing else was set since.
		if o.Comparator != "GTE" {
			tr.t.Fatalf("no translation for %+v", n)
		}
		return fmt.Sprintf("trait(%q) == %s && since_first(%q, e.data.%s == %[2]s) >= duration(%[5]q) && count(%[3]q, %[5]q, e.data.%[4]s != %[2]s) == 0",
			n.Path, literal(o.Value), "ebb.traits", n.Path, seconds(o.WindowSeconds))
	}
	return tr.compare(fmt.Sprintf("trait(%q)", n.Path), n.Operator)
}

// performed counts events. By default, once or more; a type that ends in * is the beginning of one.
func (tr *translator) performed(n node) string {
	arguments := []string{strconv.Quote(n.Event)}
	filters := tr.filters(n.Properties)
	if prefix, cut := strings.CutSuffix(n.Event, "*"); cut {
		arguments[0] = `"*"`
		filters = append([]string{fmt.Sprintf("e.type.startsWith(%q)", prefix)}, filters...)
	}
	if n.WithinSeconds > 0 {
		arguments = append(arguments, strconv.Quote(seconds(n.WithinSeconds)))
	}
	if len(filters) > 0 {
		arguments = append(arguments, strings.Join(filters, " && "))
	}
	times, sign := 1, ">="
	if n.Times != nil {
		times = *n.Times
	}
	if n.TimesOperator != "" {
		sign = tr.sign(n.TimesOperator)
	}
	return fmt.Sprintf("count(%s) %s %d", strings.Join(arguments, ", "), sign, times)
}

// lastPerformed compares fields of the latest event among those that the where properties pick.
func (tr *translator) lastPerformed(n node) string {
	var parts []string
	for _, p := range n.HasProperties {
		arguments := []string{strconv.Quote(n.Event), strconv.Quote(p.Path)}
		if filters := tr.filters(n.WhereProperties); len(filters) > 0 {
			arguments = append(arguments, strings.Join(filters, " && "))
		}
		parts = append(parts, tr.compare(fmt.Sprintf("last(%s)", strings.Join(arguments, ", ")), p.Operator))
	}
	return strings.Join(parts, " && ")
}

func (tr *translator) filters(properties []property) []string {
	var out []string
	for _, p := range properties {
		out = append(out, tr.compare("e.data."+p.Path, p.Operator))
	}
	return out
}

// compare is an operator on a value. What does not exist is null as a trait, and an error, so false, as a field of data.
func (tr *translator) compare(value string, o operator) string {
	switch o.Type {
	case "Exists":
		return value + " != null"
	case "NotExists":
		if field, isField := strings.CutPrefix(value, "e.data."); isField {
			return "!has(e.data." + field + ")"
		}
		return value + " == null"
	}
	return value + " " + tr.sign(o.Type) + " " + literal(o.Value)
}

func (tr *translator) sign(operator string) string {
	sign, known := map[string]string{"Equals": "==", "NotEquals": "!=", "LessThan": "<", "LessThanOrEqual": "<=", "GreaterThan": ">", "GreaterThanOrEqual": ">="}[operator]
	if !known {
		tr.t.Fatalf("no translation for the operator %q", operator)
	}
	return sign
}

func dateEvent(trait string) string { return "trait." + trait }

func seconds(n int) string { return strconv.Itoa(n) + "s" }

func literal(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(text)
}
