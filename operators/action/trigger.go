package action

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/ebbstream/ebb/schemas"
)

// trigger is what an action's `on` means.
type trigger struct {
	kind  triggerKind
	text  string           // canonical: the same for the same meaning
	name  string           // a segment, or an event type
	every schemas.Duration // how often
	at    int              // where the argument stands in the text
}

type triggerKind uint8

const (
	onEvent triggerKind = iota
	onEnter
	onExit
	onEnded
	onEvery
)

var (
	called = regexp.MustCompile(`^\s*([A-Za-z_][A-Za-z0-9_]*)\s*\(`)
	whole  = regexp.MustCompile(`^\s*(enters|exits|ended|every)\s*\(\s*("[^"\\]*"|'[^'\\]*')\s*\)\s*$`)
	kinds  = map[string]triggerKind{"enters": onEnter, "exits": onExit, "ended": onEnded, "every": onEvery}
)

// parseTrigger reads an `on`: a function with one text, or else an event type.
func parseTrigger(text string) (trigger, error) {
	if !called.MatchString(text) {
		return trigger{text: text, name: text}, nil
	}
	m := whole.FindStringSubmatchIndex(text)
	if m == nil {
		return trigger{}, fmt.Errorf("%s is no trigger: write an event type, or enters(\"segment\"), exits(\"segment\"), ended(\"session\") or every(\"7d\")", strings.TrimSpace(text))
	}
	fn, arg := text[m[2]:m[3]], text[m[4]+1:m[5]-1]
	t := trigger{kind: kinds[fn], name: arg, at: m[4]}
	switch t.kind {
	case onEnded:
		if arg != "session" {
			return t, fmt.Errorf("only sessions end: write ended(\"session\"), found ended(%q)", arg)
		}
	case onEvery:
		d, err := schemas.ParseDuration(arg)
		if err != nil {
			return t, err
		}
		if d <= 0 {
			return t, fmt.Errorf("%q in every() must be longer than 0", arg)
		}
		t.every, arg = d, d.String()
	}
	t.text = fn + "(" + strconv.Quote(arg) + ")"
	return t, nil
}
