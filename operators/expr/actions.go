package expr

import (
	"maps"
	"slices"
	"strings"

	"cel.dev/cel-go/common/types"

	"github.com/ebbstream/ebb/schemas"
)

// Action is what an action says in expressions, and what else it asks of a profile.
type Action struct {
	When    string // empty: always
	Score   string // empty: 0
	Payload map[string]string
	Purpose string // the consent it needs; empty: none
	Salt    string // of the bucket that its experiment goes by; empty: none
	Local   bool   // it needs the profile's time zone
}

// PlannedAction is an action with its expressions compiled.
type PlannedAction struct {
	Name    string
	When    *Feature   // nil: always
	Score   *Feature   // nil: 0
	Payload []*Feature // by key, which is their Name
	Purpose *Call      // consent(purpose); nil: none
	Bucket  *Call      // bucket(salt); nil: none
	Zone    *Call      // trait("timezone"); nil: not asked for
	Calls   []*Call    // all of these
}

// compileActions compiles the actions. They are evaluated when they are judged and never looked ahead, so that time may
// move what they say in any way.
func (c *compiler) compileActions() {
	for _, name := range slices.Sorted(maps.Keys(c.definitions.Actions)) {
		d := c.definitions.Actions[name]
		a := &PlannedAction{Name: name}
		one := func(key, text string, fits func(*types.Type) bool, what string) *Feature {
			path := append([]string{"actions", name}, strings.SplitN(key, "\x00", 2)...)
			p := c.check(path, text)
			if p == nil {
				return nil
			}
			if fits != nil && !fits(p.typ) {
				c.fault(path, 0, "%s, but this is %s", what, typeWords(p.typ.String()))
				return nil
			}
			root, cv := c.convert(p)
			if root == nil {
				return nil
			}
			a.reads(cv.calls...)
			return &Feature{Name: path[len(path)-1], Text: text, node: root, calls: cv.calls, parsed: p}
		}
		if d.When != "" {
			a.When = one("when", d.When, conditional, "a condition is true or false")
		}
		if d.Score != "" {
			a.Score = one("score", d.Score, numeric, "a score is a number")
		}
		for _, key := range slices.Sorted(maps.Keys(d.Payload)) {
			if f := one("payload\x00"+key, d.Payload[key], nil, ""); f != nil {
				a.Payload = append(a.Payload, f)
			}
		}
		a.Purpose = c.asked(a, d.Purpose, FuncConsent, "consent")
		a.Bucket = c.asked(a, d.Salt, FuncBucket, "bucket")
		if d.Local {
			a.Zone = c.asked(a, "timezone", FuncTrait, "trait")
		}
		c.plan.Actions = append(c.plan.Actions, a)
	}
}

func (a *PlannedAction) reads(calls ...*Call) {
	for _, call := range calls {
		if !slices.Contains(a.Calls, call) {
			a.Calls = append(a.Calls, call)
		}
	}
}

// asked is the call of a function of one name; nil if there is no name.
func (c *compiler) asked(a *PlannedAction, name string, f Func, fn string) *Call {
	if name == "" {
		return nil
	}
	cv := &converter{compiler: c}
	call := cv.intern(Call{Func: f, Text: fn + "(" + quote(name) + ")", Name: name, Field: -1, Filter: -1, Segment: -1})
	a.reads(call)
	return call
}

// numeric is whether a value of the type may be a number.
func numeric(t *types.Type) bool {
	switch t.Kind() {
	case types.IntKind, types.UintKind, types.DoubleKind, types.DynKind:
		return true
	}
	return t.String() == "wrapper(double)" || t.String() == "wrapper(int)"
}

// ActionReads are all calls behind an action.
func (p *Plan) ActionReads(a *PlannedAction) []*Call { return p.behind(a.Calls) }

// Drawn are the calls in a feature, or in those it names, that give values that events carried, as the events had them.
func (f *Feature) Drawn() []*Call {
	var all []*Call
	for _, call := range f.calls {
		switch call.Func {
		case FuncFirst, FuncLast, FuncTop, FuncPending, FuncInterests:
			if !slices.Contains(all, call) {
				all = append(all, call)
			}
		}
	}
	return all
}

// Behind is the aggregate that answers a call; nil if none does.
func (p *Plan) Behind(c *Call) *Aggregate {
	if c.Aggregate < 0 {
		return nil
	}
	return p.Aggregates[c.Aggregate]
}

// without are the values that an aggregate of that kind must not take in, by their keys, and their spelling.
func (c *compiler) without(kept Kept) (map[string]bool, string) {
	if len(c.definitions.Sensitive) == 0 || kept != KeptAffinity && kept != KeptPending {
		return nil, ""
	}
	keys := map[string]bool{}
	var texts []string
	for _, v := range c.definitions.Sensitive {
		if !keys[v.Key()] {
			texts = append(texts, string(v.AppendJSON(nil)))
		}
		keys[v.Key()] = true
	}
	slices.Sort(texts)
	return keys, strings.Join(texts, " ")
}

// hides is what a call's values leave out, for what a segment means: nothing, of most.
func (c *compiler) hides(call *Call) string {
	switch call.Func {
	case FuncAffinity, FuncAffinityShare, FuncTop, FuncInterest, FuncInterestShare, FuncInterestMax, FuncInterests, FuncPending:
		_, text := c.without(KeptPending)
		return text
	}
	return ""
}

// Sensitive reports whether the aggregate takes the value for absent.
func (a *Aggregate) Sensitive(v schemas.Value) bool { return a.Without != nil && a.Without[v.Key()] }
