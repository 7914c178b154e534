package expr

import (
	"fmt"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"

	"github.com/ebbstream/ebb/schemas"
)

// part is one argument of an ebb function.
type part uint8

const (
	eventType part = iota + 1
	thenType
	fieldPath
	fieldName // as fieldPath, and may be left out
	halfLife
	within
	horizon
	number
	name
	interestName
	segmentName
	path
	value
	window // and after it a filter; either may be left out
	filter // may be left out
	windowOnly
	modelType
)

// signatures give the arguments of each function, in order.
var signatures = map[string]struct {
	f     Func
	parts []part
}{
	"count":           {FuncCount, []part{eventType, window, filter}},
	"sum":             {FuncSum, []part{eventType, fieldPath, window, filter}},
	"avg":             {FuncAvg, []part{eventType, fieldPath, window, filter}},
	"min":             {FuncMin, []part{eventType, fieldPath, window, filter}},
	"max":             {FuncMax, []part{eventType, fieldPath, window, filter}},
	"distinct":        {FuncDistinct, []part{eventType, fieldPath, window, filter}},
	"first":           {FuncFirst, []part{eventType, fieldPath, filter}},
	"last":            {FuncLast, []part{eventType, fieldPath, filter}},
	"ever":            {FuncEver, []part{eventType, filter}},
	"since_first":     {FuncSinceFirst, []part{eventType, filter}},
	"since_last":      {FuncSinceLast, []part{eventType, filter}},
	"decayed":         {FuncDecayed, []part{eventType, halfLife, fieldName, filter}},
	"affinity":        {FuncAffinity, []part{eventType, fieldPath, value, halfLife}},
	"affinity_share":  {FuncAffinityShare, []part{eventType, fieldPath, value, halfLife}},
	"top":             {FuncTop, []part{eventType, fieldPath, halfLife, number}},
	"interest":        {FuncInterest, []part{interestName, value}},
	"interest_share":  {FuncInterestShare, []part{interestName, value}},
	"interest_max":    {FuncInterestMax, []part{interestName}},
	"interests":       {FuncInterests, []part{interestName, number}},
	"sessions":        {FuncSessions, []part{windowOnly}},
	"session.count":   {FuncSessionCount, []part{eventType}},
	"session.first":   {FuncSessionFirst, []part{eventType, fieldPath}},
	"followed_by":     {FuncFollowedBy, []part{eventType, thenType, within}},
	"not_followed_by": {FuncNotFollowedBy, []part{eventType, thenType, within}},
	"pending":         {FuncPending, []part{eventType, thenType, fieldPath, windowOnly}},
	"trait":           {FuncTrait, []part{name}},
	"context":         {FuncContext, []part{path}},
	"local_hour":      {FuncLocalHour, nil},
	"local_weekday":   {FuncLocalWeekday, nil},
	"consent":         {FuncConsent, []part{name}},
	"in_segment":      {FuncInSegment, []part{segmentName}},
	"bucket":          {FuncBucket, []part{name}},
	"p_alive":         {FuncPAlive, []part{modelType}},
	"expected":        {FuncExpected, []part{modelType, horizon}},
	"value":           {FuncValue, []part{modelType, fieldPath, horizon}},
}

// ebbCall reads the arguments of one call of an ebb function.
func (c *converter) ebbCall(e ast.Expr, fn string, args []ast.Expr) *Call {
	sig := signatures[fn]
	call := Call{Func: sig.f, Field: -1, Filter: -1, Segment: -1}
	var spelled []string
	for _, p := range sig.parts {
		if len(args) == 0 {
			break // the checker has seen to it that only optional ones are left out
		}
		arg := args[0]
		isText := arg.Kind() == ast.LiteralKind && arg.AsLiteral().Type() == types.StringType
		switch p {
		case window, windowOnly, fieldName:
			if !isText && p != windowOnly {
				continue // it is the filter
			}
		case filter:
			spelled = append(spelled, c.filterOf(&call, arg))
			args = args[1:]
			continue
		case number:
			n, isInt := literalInt(arg)
			if !isInt || n < 1 || n > 10_000 {
				c.fail(arg, "%s() takes a whole number from 1 to 10000 as its last argument, written out; found %s", fn, c.text(arg))
			}
			call.N = int(n)
			spelled, args = append(spelled, fmt.Sprint(n)), args[1:]
			continue
		}
		if !isText {
			c.fail(arg, "%s() takes %s here, written out as a string; found %s", fn, partNames[p], c.text(arg))
		}
		text := string(arg.AsLiteral().(types.String))
		spelled = append(spelled, c.argument(&call, p, arg, fn, text))
		args = args[1:]
	}
	call.Text = fn + "(" + strings.Join(spelled, ", ") + ")"
	return c.intern(call)
}

var partNames = map[part]string{
	eventType: "an event type", thenType: "an event type", modelType: "an event type", fieldPath: "a field of data, such as \"cart.total\"",
	fieldName: "a field of data", halfLife: "a half-life, such as \"7d\"", within: "a time, such as \"1h\"", horizon: "a time, such as \"30d\"",
	name: "a name", interestName: "the name of an interest", segmentName: "the name of a segment", path: "a path, such as \"weather.temp_c\"",
	value: "a value", window: "a window, such as \"90d\"", windowOnly: "a window, such as \"90d\"",
}

func literalInt(e ast.Expr) (int64, bool) {
	if e.Kind() != ast.LiteralKind {
		return 0, false
	}
	n, ok := e.AsLiteral().(types.Int)
	return int64(n), ok
}

// argument puts one literal text into the call, and gives its canonical spelling.
func (c *converter) argument(call *Call, p part, e ast.Expr, fn, text string) string {
	if text == "" && p != name {
		c.fail(e, "%s() takes %s here; found an empty string", fn, partNames[p])
	}
	quoted := fmt.Sprintf("%q", text)
	span := func(into *schemas.Duration) string {
		d, err := schemas.ParseDuration(text)
		if err != nil {
			c.fail(e, "%v", err)
		}
		if d <= 0 {
			c.fail(e, "%s in %s() must be longer than 0", quoted, fn)
		}
		*into = d
		return fmt.Sprintf("%q", d.String())
	}
	switch p {
	case eventType:
		call.Type = text
	case modelType:
		call.Type = text
		if call.Model = c.definitions.Models[text]; call.Model == nil {
			c.fail(e, "%s(%s) needs a model: add models.%s with its params", fn, quoted, text)
		} else if call.Model.R == 0 {
			c.fail(e, "%s(%s) needs the parameters of its model: add models.%s.params, such as ebb fit prints", fn, quoted, text)
		}
		if call.Func != FuncValue {
			call.Path = splitPath(call.Model.Amount)
			if call.Model.Amount != "" {
				call.Field = c.field(call.Path)
			}
		}
	case thenType:
		call.Then = text
	case fieldPath, fieldName:
		call.Path = splitPath(text)
		call.Field = c.field(call.Path)
	case halfLife:
		return span(&call.HalfLife)
	case within:
		return span(&call.Within)
	case horizon:
		return span(&call.Horizon)
	case window, windowOnly:
		return span(&call.Window)
	case value:
		call.Value = text
	case name:
		call.Name = text
	case path:
		call.Path = splitPath(text)
		call.Name = call.Path[0]
	case interestName:
		interest, found := c.definitions.Interests[text]
		if !found {
			c.fail(e, "there is no interest %s: add it under interests, or use one of %s", quoted, names(c.definitions.Interests))
		}
		call.Name, call.HalfLife = text, interest.HalfLife
	case segmentName:
		if _, found := c.definitions.Segments[text]; !found {
			c.fail(e, "there is no segment %s: add it under segments, or use one of %s", quoted, names(c.definitions.Segments))
		}
		call.Name = text
	}
	return quoted
}

func splitPath(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, ".")
}

// filterOf compiles a filter, and gives its canonical spelling.
func (c *converter) filterOf(call *Call, e ast.Expr) string {
	locals := c.locals
	c.filter, c.locals = true, map[string]int{}
	root := c.node(e)
	c.filter, c.locals = false, locals
	text := c.text(e)
	for i, f := range c.plan.Filters {
		if f.Text == text {
			call.Filter = i
			return text
		}
	}
	call.Filter = len(c.plan.Filters)
	c.plan.Filters = append(c.plan.Filters, &Filter{Text: text, root: root})
	return text
}

// intern gives the one Call of that spelling.
func (c *converter) intern(call Call) *Call {
	if old := c.byText[call.Text]; old != nil {
		return old
	}
	call.Index, call.Aggregate = len(c.plan.Calls), -1
	kept := &call
	c.byText[call.Text] = kept
	c.plan.Calls = append(c.plan.Calls, kept)
	return kept
}

// Filter is a condition over one event.
type Filter struct {
	Text string
	root node
}

// Match is whether the event passes; an error does not. vars is scratch space of Plan.Vars values.
func (f *Filter) Match(e *schemas.Event, vars []schemas.Value) bool {
	return truth(f.root.eval(&frame{event: e, vars: vars})) == True
}
