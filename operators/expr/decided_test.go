package expr_test

import (
	"fmt"
	"testing"

	"github.com/ebbstream/ebb/operators/expr"
)

// TestDecided: a condition that is decided while some leaves are unknown holds or not whatever they become, errors too.
func TestDecided(t *testing.T) {
	r := chance(t)
	const leaves = 4
	var formula func(depth int) string
	formula = func(depth int) string {
		if depth == 0 || r.Intn(5) == 0 {
			return fmt.Sprintf("ever(%q)", string(rune('a'+r.Intn(leaves))))
		}
		switch r.Intn(5) {
		case 0:
			return "!(" + formula(depth-1) + ")"
		case 1:
			return "(" + formula(depth-1) + " ? " + formula(depth-1) + " : " + formula(depth-1) + ")"
		case 2, 3:
			return "(" + formula(depth-1) + " && " + formula(depth-1) + ")"
		}
		return "(" + formula(depth-1) + " || " + formula(depth-1) + ")"
	}
	truths := []expr.Truth{expr.False, expr.True, expr.Failed, expr.Unknown}
	for range 300 {
		text := formula(3)
		_, c := condition(t, text)
		var all func(at int, given, become []expr.Truth)
		all = func(at int, given, become []expr.Truth) {
			if at < leaves {
				for _, g := range truths {
					for _, b := range truths[:3] {
						if g == expr.Unknown || g == b {
							all(at+1, append(given, g), append(become, b))
						}
					}
				}
				return
			}
			told := c.Eval(func(i int) expr.Truth { return given[i] })
			if is := c.Eval(func(i int) expr.Truth { return become[i] }); told.Decided() && (told == expr.True) != (is == expr.True) {
				t.Fatalf("%s with %v is decided to be %d, but with %v it is %d", text, given, told, become, is)
			}
		}
		all(0, nil, nil)
	}
}
