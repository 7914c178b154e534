package expr

import (
	"cmp"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"cel.dev/cel-go/common/operators"

	"github.com/ebbstream/ebb/schemas"
)

// compareOp is a comparison: the orders of its operands for which it holds, as bits (less 1, equal 2, greater 4, a NaN 8).
type compareOp uint8

const (
	less           compareOp = 1
	lessOrEqual    compareOp = 1 | 2
	greater        compareOp = 4
	greaterOrEqual compareOp = 4 | 2
	equal          compareOp = 2
	notEqual       compareOp = 1 | 4 | 8
)

// compareOps are the comparisons by the name they have in a checked expression.
var compareOps = map[string]compareOp{
	operators.Less: less, operators.LessEquals: lessOrEqual, operators.Greater: greater, operators.GreaterEquals: greaterOrEqual,
	operators.Equals: equal, operators.NotEquals: notEqual,
}

// String is the operator's sign.
func (op compareOp) String() string {
	return map[compareOp]string{less: "<", lessOrEqual: "<=", greater: ">", greaterOrEqual: ">=", equal: "==", notEqual: "!="}[op]
}

// flipped is the comparison with its operands exchanged.
func (op compareOp) flipped() compareOp {
	return op&^(less|greater) | op&less<<2 | op&greater>>2
}

// holds is whether the comparison is true for operands of that order: -1, 0, 1, or 2 with a NaN.
func (op compareOp) holds(order int) bool { return op>>(order+1)&1 != 0 }

// compare is a comparison of two values as CEL makes it, int and double by their number.
func compare(op compareOp, a, b schemas.Value) schemas.Value {
	if a.Kind() == schemas.Invalid || b.Kind() == schemas.Invalid {
		return schemas.Error
	}
	if op == equal || op == notEqual {
		return schemas.BoolValue(a.Equal(b) == (op == equal))
	}
	order, ok := order(a, b)
	if !ok {
		return schemas.Error
	}
	return schemas.BoolValue(op.holds(order))
}

// order is -1, 0 or 1, or 2 with a NaN; ok is false for values that have no order.
func order(a, b schemas.Value) (result int, ok bool) {
	_, an := a.Number()
	_, bn := b.Number()
	switch {
	case an && bn:
		return schemas.CompareNumbers(a, b), true
	case a.Kind() != b.Kind():
		return 0, false
	}
	switch a.Kind() {
	case schemas.String:
		return strings.Compare(a.Text(), b.Text()), true
	case schemas.Span:
		return cmp.Compare(int64(a.Span()), int64(b.Span())), true
	case schemas.Time:
		return cmp.Compare(int64(a.Instant()), int64(b.Instant())), true
	case schemas.Bool:
		return cmp.Compare(boolInt(a.Truth()), boolInt(b.Truth())), true
	}
	return 0, false
}

func boolInt(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

type function = func(args []schemas.Value) schemas.Value

// functions are CEL's own, by the name they have in a checked expression. Arguments are never errors.
var functions = map[string]function{
	operators.Add:      add,
	operators.Subtract: subtract,
	operators.Multiply: multiply,
	operators.Divide:   divide,
	operators.Modulo:   modulo,
	operators.Negate:   negate,
	operators.Index:    index,
	operators.In:       in,
	"size":             size,
	"contains":         onTexts(strings.Contains),
	"startsWith":       onTexts(strings.HasPrefix),
	"endsWith":         onTexts(strings.HasSuffix),
	"matches":          matches,
	"lowerAscii":       func(a []schemas.Value) schemas.Value { return onText(a, asciiLower) },
	"upperAscii":       func(a []schemas.Value) schemas.Value { return onText(a, asciiUpper) },
	"trim":             func(a []schemas.Value) schemas.Value { return onText(a, strings.TrimSpace) },
	"int":              toInt,
	"double":           toDouble,
	"string":           toString,
	"bool":             toBool,
	"duration":         toDuration,
	"timestamp":        toTimestamp,
	"dyn":              func(a []schemas.Value) schemas.Value { return a[0] },
	"getFullYear":      calendar(func(t time.Time) int { return t.Year() }),
	"getMonth":         calendar(func(t time.Time) int { return int(t.Month()) - 1 }),
	"getDate":          calendar(time.Time.Day),
	"getDayOfMonth":    calendar(func(t time.Time) int { return t.Day() - 1 }),
	"getDayOfWeek":     calendar(func(t time.Time) int { return int(t.Weekday()) }),
	"getDayOfYear":     calendar(func(t time.Time) int { return t.YearDay() - 1 }),
	"getHours":         clock(time.Hour, time.Time.Hour),
	"getMinutes":       clock(time.Minute, time.Time.Minute),
	"getSeconds":       clock(time.Second, time.Time.Second),
	"getMilliseconds":  clock(time.Millisecond, func(t time.Time) int { return t.Nanosecond() / 1e6 }),
	"minutes":          unit(schemas.Minute),
	"hours":            unit(schemas.Hour),
	"days":             unit(schemas.Day),
	"weeks":            unit(schemas.Week),
}

func unit(size schemas.Duration) function {
	return func(a []schemas.Value) schemas.Value {
		n, ok := a[0].Number()
		if d := n * float64(size); ok && math.Abs(d) < math.MaxInt64/4 {
			return schemas.SpanValue(schemas.Duration(math.Floor(d)))
		}
		return schemas.Error
	}
}

// addSpans adds durations; Forever stays what it is, and Forever less Forever is an error.
func addSpans(a, b schemas.Duration) schemas.Value {
	const never = schemas.Forever
	switch {
	case a == never && b == -never || a == -never && b == never:
		return schemas.Error
	case a == never || b == never:
		return schemas.SpanValue(never)
	case a == -never || b == -never:
		return schemas.SpanValue(-never)
	}
	if s := a + b; (s > a) == (b > 0) {
		return schemas.SpanValue(s)
	}
	return schemas.Error
}

func add(a []schemas.Value) schemas.Value {
	x, y := a[0], a[1]
	switch {
	case x.Kind() == schemas.Int && y.Kind() == schemas.Int:
		if s := x.Int() + y.Int(); (s > x.Int()) == (y.Int() > 0) {
			return schemas.IntValue(s)
		}
		return schemas.Error
	case x.Kind() == schemas.String && y.Kind() == schemas.String:
		return schemas.StringValue(x.Text() + y.Text())
	case x.Kind() == schemas.List && y.Kind() == schemas.List:
		return schemas.ListValue(append(append([]schemas.Value(nil), x.Items()...), y.Items()...))
	case x.Kind() == schemas.Span && y.Kind() == schemas.Span:
		return addSpans(x.Span(), y.Span())
	case x.Kind() == schemas.Time && y.Kind() == schemas.Span:
		return schemas.TimeValue(x.Instant().Add(y.Span()))
	case x.Kind() == schemas.Span && y.Kind() == schemas.Time:
		return schemas.TimeValue(y.Instant().Add(x.Span()))
	}
	return onNumbers(x, y, func(p, q float64) float64 { return p + q })
}

func subtract(a []schemas.Value) schemas.Value {
	x, y := a[0], a[1]
	switch {
	case x.Kind() == schemas.Int && y.Kind() == schemas.Int:
		if s := x.Int() - y.Int(); (s < x.Int()) == (y.Int() > 0) {
			return schemas.IntValue(s)
		}
		return schemas.Error
	case x.Kind() == schemas.Span && y.Kind() == schemas.Span:
		return addSpans(x.Span(), -y.Span())
	case x.Kind() == schemas.Time && y.Kind() == schemas.Span:
		return schemas.TimeValue(x.Instant().Add(-y.Span()))
	case x.Kind() == schemas.Time && y.Kind() == schemas.Time:
		return schemas.SpanValue(x.Instant().Sub(y.Instant()))
	}
	return onNumbers(x, y, func(p, q float64) float64 { return p - q })
}

func multiply(a []schemas.Value) schemas.Value {
	x, y := a[0], a[1]
	if x.Kind() == schemas.Int && y.Kind() == schemas.Int {
		p, q := x.Int(), y.Int()
		if r := p * q; p == 0 || r/p == q && !(p == -1 && q == math.MinInt64) {
			return schemas.IntValue(r)
		}
		return schemas.Error
	}
	return onNumbers(x, y, func(p, q float64) float64 { return p * q })
}

func divide(a []schemas.Value) schemas.Value {
	x, y := a[0], a[1]
	if x.Kind() == schemas.Int && y.Kind() == schemas.Int {
		if y.Int() == 0 || x.Int() == math.MinInt64 && y.Int() == -1 {
			return schemas.Error
		}
		return schemas.IntValue(x.Int() / y.Int())
	}
	return onNumbers(x, y, func(p, q float64) float64 { return p / q })
}

func modulo(a []schemas.Value) schemas.Value {
	x, y := a[0], a[1]
	if x.Kind() != schemas.Int || y.Kind() != schemas.Int || y.Int() == 0 || y.Int() == -1 && x.Int() == math.MinInt64 {
		return schemas.Error
	}
	return schemas.IntValue(x.Int() % y.Int())
}

func negate(a []schemas.Value) schemas.Value {
	if a[0].Kind() == schemas.Int {
		return subtract([]schemas.Value{schemas.IntValue(0), a[0]})
	}
	if n, ok := a[0].Number(); ok {
		return schemas.DoubleValue(-n)
	}
	return schemas.Error
}

func onNumbers(x, y schemas.Value, op func(p, q float64) float64) schemas.Value {
	p, ok := x.Number()
	q, ok2 := y.Number()
	if !ok || !ok2 {
		return schemas.Error
	}
	return schemas.DoubleValue(op(p, q))
}

func index(a []schemas.Value) schemas.Value {
	switch a[0].Kind() {
	case schemas.Map:
		if a[1].Kind() == schemas.String {
			return present(a[0].Field(a[1].Text()))
		}
	case schemas.List:
		n, ok := a[1].Number()
		if items := a[0].Items(); ok && n == math.Trunc(n) && n >= 0 && n < float64(len(items)) {
			return items[int(n)]
		}
	}
	return schemas.Error
}

func in(a []schemas.Value) schemas.Value {
	switch a[1].Kind() {
	case schemas.List:
		for _, item := range a[1].Items() {
			if item.Equal(a[0]) {
				return schemas.BoolValue(true)
			}
		}
		return schemas.BoolValue(false)
	case schemas.Map:
		return schemas.BoolValue(a[0].Kind() == schemas.String && a[1].Field(a[0].Text()).Kind() != schemas.Missing)
	}
	return schemas.Error
}

func size(a []schemas.Value) schemas.Value {
	switch a[0].Kind() {
	case schemas.String:
		return schemas.IntValue(int64(utf8.RuneCountInString(a[0].Text())))
	case schemas.List, schemas.Map:
		return schemas.IntValue(int64(len(a[0].Items())))
	}
	return schemas.Error
}

func onTexts(op func(s, t string) bool) function {
	return func(a []schemas.Value) schemas.Value {
		if a[0].Kind() != schemas.String || a[1].Kind() != schemas.String {
			return schemas.Error
		}
		return schemas.BoolValue(op(a[0].Text(), a[1].Text()))
	}
}

func onText(a []schemas.Value, op func(string) string) schemas.Value {
	if a[0].Kind() != schemas.String {
		return schemas.Error
	}
	return schemas.StringValue(op(a[0].Text()))
}

func asciiLower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, s)
}

func asciiUpper(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			r -= 'a' - 'A'
		}
		return r
	}, s)
}

// matches is CEL's: an RE2 expression found anywhere. A pattern that is no literal is compiled at each use.
func matches(a []schemas.Value) schemas.Value {
	if a[0].Kind() != schemas.String || a[1].Kind() != schemas.String {
		return schemas.Error
	}
	re, err := regexp.Compile(a[1].Text())
	if err != nil {
		return schemas.Error
	}
	return schemas.BoolValue(re.MatchString(a[0].Text()))
}

func toInt(a []schemas.Value) schemas.Value {
	switch v := a[0]; v.Kind() {
	case schemas.Int:
		return v
	case schemas.Double:
		if n, _ := v.Number(); math.Abs(n) < 1<<63 {
			return schemas.IntValue(int64(n))
		}
	case schemas.String:
		if n, err := strconv.ParseInt(v.Text(), 10, 64); err == nil {
			return schemas.IntValue(n)
		}
	case schemas.Time:
		return schemas.IntValue(v.Instant().Time().Unix())
	}
	return schemas.Error
}

func toDouble(a []schemas.Value) schemas.Value {
	if n, ok := a[0].Number(); ok {
		return schemas.DoubleValue(n)
	}
	if a[0].Kind() == schemas.String {
		if n, err := strconv.ParseFloat(a[0].Text(), 64); err == nil {
			return schemas.DoubleValue(n)
		}
	}
	return schemas.Error
}

func toString(a []schemas.Value) schemas.Value {
	switch v := a[0]; v.Kind() {
	case schemas.String:
		return v
	case schemas.Int, schemas.Bool, schemas.Double:
		return schemas.StringValue(string(v.AppendJSON(nil)))
	case schemas.Time:
		return schemas.StringValue(v.Instant().String())
	case schemas.Span:
		return schemas.StringValue(strconv.FormatFloat(v.Span().Seconds(), 'f', -1, 64) + "s")
	}
	return schemas.Error
}

func toBool(a []schemas.Value) schemas.Value {
	switch v := a[0]; {
	case v.Kind() == schemas.Bool:
		return v
	case v.Kind() == schemas.String && (v.Text() == "true" || v.Text() == "false"):
		return schemas.BoolValue(v.Text() == "true")
	}
	return schemas.Error
}

func toDuration(a []schemas.Value) schemas.Value {
	switch v := a[0]; v.Kind() {
	case schemas.Span:
		return v
	case schemas.String:
		if d, err := schemas.ParseDuration(v.Text()); err == nil {
			return schemas.SpanValue(d)
		}
	}
	return schemas.Error
}

func toTimestamp(a []schemas.Value) schemas.Value {
	switch v := a[0]; v.Kind() {
	case schemas.Time:
		return v
	case schemas.String:
		if i, err := schemas.ParseInstant(v.Text()); err == nil {
			return schemas.TimeValue(i)
		}
	case schemas.Int:
		return schemas.TimeValue(schemas.Instant(v.Int() * 1000))
	}
	return schemas.Error
}

// calendar reads a part of a timestamp, in UTC or in a zone given as the second argument.
func calendar(part func(time.Time) int) function {
	return func(a []schemas.Value) schemas.Value {
		if a[0].Kind() != schemas.Time {
			return schemas.Error
		}
		t := a[0].Instant().Time()
		if len(a) == 2 {
			zone := zoneOf(a[1])
			if zone == nil {
				return schemas.Error
			}
			t = t.In(zone.location)
		}
		return schemas.IntValue(int64(part(t)))
	}
}

// clock reads a part of a timestamp, or how often a unit goes into a duration.
func clock(size time.Duration, part func(time.Time) int) function {
	ofTime := calendar(part)
	return func(a []schemas.Value) schemas.Value {
		if a[0].Kind() != schemas.Span {
			return ofTime(a)
		}
		ms := int64(a[0].Span())
		if size == time.Millisecond {
			return schemas.IntValue(ms % 1000)
		}
		return schemas.IntValue(ms / size.Milliseconds())
	}
}
