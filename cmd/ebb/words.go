package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/schemas"
)

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

// evidenceInWords is such as `count("purchase", "90d") = 1 (>= 1)`, or (not >= 1) where it does not hold.
func evidenceInWords(e schemas.Evidence) string {
	if e.Op == "" {
		return shown(e.Expr) + " = " + inWords(e.Value)
	}
	not := ""
	if !holds(e.Op, e.Value, e.Threshold) {
		not = "not "
	}
	return fmt.Sprintf("%s = %s (%s%s %s)", shown(e.Expr), inWords(rounded(e)), not, e.Op, inWords(e.Threshold))
}

// rounded is the value to six digits, if these tell it from the threshold as all of them do.
func rounded(e schemas.Evidence) schemas.Value {
	if e.Value.Kind() != schemas.Double {
		return e.Value
	}
	n, _ := e.Value.Number()
	short, err := strconv.ParseFloat(strconv.FormatFloat(n, 'g', 6, 64), 64)
	if v := schemas.DoubleValue(short); err == nil && order(v, e.Threshold) == order(e.Value, e.Threshold) {
		return v
	}
	return e.Value
}

// order is -1, 0 or 1, or 2 for what has none.
func order(v, w schemas.Value) int {
	_, isNumber := v.Number()
	_, isNumber2 := w.Number()
	switch {
	case isNumber && isNumber2:
		return schemas.CompareNumbers(v, w)
	case v.Kind() != w.Kind():
	case v.Kind() == schemas.String:
		return strings.Compare(v.Text(), w.Text())
	case v.Kind() == schemas.Span, v.Kind() == schemas.Time:
		return schemas.CompareNumbers(schemas.IntValue(v.Int()), schemas.IntValue(w.Int()))
	}
	return 2
}

// holds is whether a value stands so to a threshold.
func holds(op string, v, threshold schemas.Value) bool {
	o := order(v, threshold)
	switch op {
	case "==":
		return v.Equal(threshold)
	case "!=":
		return !v.Equal(threshold)
	case "<":
		return o == -1
	case "<=":
		return o == -1 || o == 0
	case ">":
		return o == 1
	}
	return o == 0 || o == 1
}

// short is a number with about three digits.
func short(n float64) string {
	digits := 0
	if n != 0 && !math.IsInf(n, 0) {
		digits = max(0, 2-int(math.Floor(math.Log10(math.Abs(n)))))
	}
	text := strconv.FormatFloat(n, 'f', digits, 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}
