package model

import (
	"errors"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// Values are nil, bool, int64, float64, string, []any, map[string]any, span and instant.

// errEval is any error of an expression: which one it is makes no difference.
var errEval = errors.New("error in an expression")

// span is a duration in milliseconds; never is greater than every other.
type span int64

const never = span(math.MaxInt64)

// instant is a point in time, in epoch milliseconds.
type instant int64

// compare orders two values; ok is false where CEL knows no order between them.
func compare(a, b any) (order int, ok bool) {
	if x, y, both := numbers(a, b); both {
		return x.Cmp(y), true
	}
	switch a := a.(type) {
	case string:
		if b, ok := b.(string); ok {
			return strings.Compare(a, b), true
		}
	case span:
		if b, ok := b.(span); ok {
			return sign(int64(a), int64(b)), true
		}
	case instant:
		if b, ok := b.(instant); ok {
			return sign(int64(a), int64(b)), true
		}
	}
	return 0, false
}

func sign(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// exact is a number without loss, so that int and double compare truly.
type exact struct {
	whole bool
	i     int64
	f     float64
}

func number(v any) (exact, bool) {
	switch v := v.(type) {
	case int64:
		return exact{whole: true, i: v, f: float64(v)}, true
	case float64:
		return exact{f: v}, true
	}
	return exact{}, false
}

func numbers(a, b any) (x, y exact, both bool) {
	x, ok := number(a)
	if !ok {
		return x, y, false
	}
	y, ok = number(b)
	return x, y, ok
}

// Cmp compares without rounding.
func (x exact) Cmp(y exact) int {
	switch {
	case x.whole && y.whole:
		return sign(x.i, y.i)
	case x.whole != y.whole:
		return x.big().Cmp(y.big())
	case x.f < y.f:
		return -1
	case x.f > y.f:
		return 1
	}
	return 0
}

func (x exact) big() *big.Float {
	if x.whole {
		return new(big.Float).SetInt64(x.i)
	}
	return big.NewFloat(x.f)
}

// equal is CEL's ==: values of different kinds are simply not equal.
func equal(a, b any) bool {
	if x, y, both := numbers(a, b); both {
		return x.Cmp(y) == 0
	}
	switch a := a.(type) {
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !equal(a[i], b[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for k := range a {
			v, present := b[k]
			if !present || !equal(a[k], v) {
				return false
			}
		}
		return true
	}
	switch b.(type) {
	case []any, map[string]any:
		return false
	}
	return a == b
}

// key is one text for all values that are equal: 1 and 1.0 share it, "1" has another.
func key(v any) string {
	if f, ok := v.(float64); ok && f == math.Trunc(f) && math.Abs(f) < 1<<62 {
		return "n" + strconv.FormatInt(int64(f), 10)
	}
	switch v := v.(type) {
	case int64:
		return "n" + strconv.FormatInt(v, 10)
	case float64:
		return "n" + strconv.FormatFloat(v, 'g', -1, 64)
	}
	return "v" + jsonValue(v)
}

// calculate is arithmetic: int with int stays int, a double makes a double.
func calculate(op string, a, b any) (any, error) {
	x, y, both := numbers(a, b)
	if !both {
		return nil, errEval
	}
	if x.whole && y.whole {
		return calculateInt(op, x.i, y.i)
	}
	switch op {
	case "+":
		return x.f + y.f, nil
	case "-":
		return x.f - y.f, nil
	case "*":
		return x.f * y.f, nil
	case "/":
		return x.f / y.f, nil
	}
	return nil, errEval
}

func calculateInt(op string, x, y int64) (any, error) {
	switch op {
	case "+":
		return x + y, nil
	case "-":
		return x - y, nil
	case "*":
		return x * y, nil
	}
	if y == 0 {
		return nil, errEval
	}
	if op == "/" {
		return x / y, nil
	}
	return x % y, nil
}

// exactSum is the sum of numbers without rounding; the caller rounds it once.
func exactSum(values []any) *big.Rat {
	sum := new(big.Rat)
	for _, v := range values {
		switch v := v.(type) {
		case int64:
			sum.Add(sum, new(big.Rat).SetInt64(v))
		case float64:
			sum.Add(sum, new(big.Rat).SetFloat64(v))
		}
	}
	return sum
}
