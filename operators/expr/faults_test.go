package expr_test

import (
	"strings"
	"testing"

	"github.com/ebbstream/ebb/operators/expr"
)

// TestFaults: what is wrong is said with its place in the expression, and with what it is about.
func TestFaults(t *testing.T) {
	for _, x := range []struct {
		text string
		at   int
		says string
	}{
		// form
		{`count(`, 6, "not complete"}, {`ever("p") && `, 13, "not complete"}, {`   `, 3, "empty"},
		// names
		{`foo()`, 3, "foo is not known"}, {`unknown > 1`, 0, "unknown is not known"}, {`count(p) > 1`, 6, "p is not known"}, {`session.actve`, 7, "session.actve is not known"},
		{"ever(\"p\") &&\n   ever(\"Zoë\") && fooo(\"x\")", 36, "fooo is not known"}, {`in_segment("nope")`, 11, `no segment "nope"`}, {`interest("nope", "x") > 1.0`, 9, `no interest "nope"`},
		{`p_alive("nope") > 0.5`, 8, "models.nope"}, {`in_segment("tested")`, 0, "tested -> tested"},
		// arguments
		{`count("p", "90x") > 1`, 11, `"90x"`}, {`count("p", "7d", 1) > 1`, 5, "count()"}, {`sum("p") > 1`, 3, "sum()"}, {`followed_by("a", "b")`, 11, "followed_by()"}, {`count("") > 1`, 6, "an event type"},
		{`decayed("v", "0s") > 1.0`, 13, "longer than 0"}, {`size(top("v", "f", "7d", 0)) > 1`, 25, "a whole number from 1"}, {`trait(trait("x")) == 1`, 11, "written out"}, {`trait("x").matches("[")`, 19, "RE2"},
		{`duration("2 hours") == hours(2)`, 8, `"2 hours"`}, {`timestamp("yesterday") == session.start`, 9, `"yesterday"`},
		// filters see the event, and nothing else does
		{`e.data.x == 1`, 1, "only inside a filter"}, {`count("p", trait("x") == 1) > 1`, 16, "trait() cannot stand in a filter"}, {`count("p", count("q") > 1) > 1`, 16, "count() cannot stand in a filter"},
		{`count("p", spent > 1.0) > 1`, 11, "spent cannot stand in a filter"},
		// kinds
		{`1 + "a" == 2`, 2, "an int and a string"}, {`"a" > 1`, 4, "a string and an int"}, {`since_last("p") > 3`, 16, "a duration and an int"}, {`since_last("p") > "2h"`, 16, "a duration and a string"},
		{`avg("p", "x") == "a"`, 14, "always give the same answer"}, {`count("p") == "1"`, 11, "always give the same answer"}, {`consent("m") == 1`, 13, "always give the same answer"},
		{`count("p")`, 0, "compare it with something"}, {`spent && true`, 0, "compare it with something"}, {`decayed("p", "1h") % 2.0 > 1.0`, 19, "%"}, {`bool(since_last("p"))`, 4, "a duration"},
		{`b"x" == b"x"`, 0, "is not a value"}, {`1u == 1u`, 0, "is not a value"},
	} {
		got := faults(x.text)
		if len(got) == 0 {
			t.Errorf("%s: no fault", x.text)
			continue
		}
		if f := got[0]; f.Offset != x.at || !strings.Contains(f.Message, x.says) || strings.Join(f.Path, ".") != "segments.tested.when" {
			t.Errorf("%s: at %d of %v: %s", x.text, f.Offset, f.Path, f.Message)
		}
	}
}

// TestFaultsTogether: every expression that is wrong is told, not only the first.
func TestFaultsTogether(t *testing.T) {
	d := around()
	d.Features["wrong"], d.Features["circle"], d.Features["round"] = `1 +`, `round + 1`, `circle + 1`
	d.Segments["wrong"] = expr.Segment{When: `foo`, Until: `bar`}
	d.Segments["a"], d.Segments["b"] = expr.Segment{When: `in_segment("b")`}, expr.Segment{When: `!in_segment("a")`}
	_, got := expr.Compile(d)
	var all []string
	for _, f := range got {
		all = append(all, f.String())
	}
	for _, says := range []string{"features.wrong: ", "features.circle: depends on itself", "segments.wrong.when: foo", "segments.wrong.until: bar", "segments.a.when: depends on itself: a -> b -> a"} {
		if !strings.Contains(strings.Join(all, "\n"), says) {
			t.Errorf("%q is not said:\n%s", says, strings.Join(all, "\n"))
		}
	}
}

// TestClosedClass: a comparison is refused if time moves it in a way that has no solver, and the comparison is named.
func TestClosedClass(t *testing.T) {
	const mixes, compares, moves = "mixes values that move with time in different ways", "compares ", "moves all the time other than in a comparison"
	for _, x := range []struct{ text, names, why string }{
		{`ever("p") && count("p", "1h") >= decayed("p", "1h")`, `count("p", "1h") >= decayed("p", "1h")`, compares},
		{`local_hour() > decayed("p", "1h")`, `local_hour() > decayed("p", "1h")`, compares},
		{`since_last("p") > hours(count("p"))`, `since_last("p") > hours(count("p"))`, compares},
		{`p_alive("purchase") > decayed("p", "1h")`, `p_alive("purchase") > decayed("p", "1h")`, compares},
		{`interest_share("category", "a") > interest("category", "a")`, `interest_share("category", "a") > interest("category", "a")`, compares},
		{`sum("p", "x") < expected("purchase", "7d")`, `sum("p", "x") < expected("purchase", "7d")`, compares},
		{`fade > spent`, `fade > spent`, compares},
		{`p_alive("purchase") - expected("purchase", "7d") > 0.5`, `p_alive("purchase") - expected("purchase", "7d") > 0.5`, mixes},
		{`count("p", "1h") * decayed("p", "1h") > 1.0`, `count("p", "1h") * decayed("p", "1h") > 1.0`, mixes},
		{`decayed("p", "1h") * fade > 1.0`, `decayed("p", "1h") * fade > 1.0`, mixes},
		{`decayed("p", "1h") / count("p") > 1.0`, `decayed("p", "1h") / count("p") > 1.0`, mixes},
		{`1.0 / decayed("p", "1h") > 1.0`, `1.0 / decayed("p", "1h") > 1.0`, mixes},
		{`1.0 - count("p", "1h") + decayed("p", "1h") > 1.0`, `1.0 - count("p", "1h") + decayed("p", "1h") > 1.0`, mixes},
		{`string(decayed("p", "1h")) == "1"`, `string(decayed("p", "1h")) == "1"`, mixes},
		{`int(decayed("p", "1h")) > 1`, `int(decayed("p", "1h")) > 1`, mixes},
		{`(ever("p") ? decayed("p", "1h") : 1.0) > 0.5`, `decayed("p", "1h")`, mixes},
		{`size([since_last("p")]) > 1`, `size([since_last("p")]) > 1`, mixes},
		{`since_last("p") + hours(local_hour()) > hours(1)`, `since_last("p") + hours(local_hour()) > hours(1)`, mixes},
		{`decayed("p", "1h") in [1.0]`, `decayed("p", "1h") in [1.0]`, moves},
		{`[decayed("p", "1h")].exists(x, x > 1.0)`, `[decayed("p", "1h")].exists(x, x > 1.0)`, moves},
		{`[since_last("p")].size() > 0`, `since_last("p")`, mixes},
	} {
		got := faults(x.text)
		if len(got) != 1 || !strings.Contains(got[0].Message, x.names) || !strings.Contains(got[0].Message, x.why) {
			t.Errorf("%s: %v", x.text, got)
		}
		if _, shown := feature(t, x.text); shown == nil { // shown in the profile it may be
			t.Errorf("%s is refused as a feature", x.text)
		}
	}
	for _, text := range []string{
		`count("p", "1h") > count("q", "2h")`, `count("p", "1h") * 2 + sum("p", "x") > trait("limit")`, `2.5 * count("p") >= 7`,
		`decayed("p", "1h") > 1`, `3.0 < decayed("p", "1h")`, `decayed("p", "1h") > trait("limit")`, `fade * 0.5 - 2.0 * decayed("q", "3d") / trait("n") >= -1.0`,
		`decayed("p", "1h") > decayed("q", "1h")`, `interest_max("category") - interest("category", "a") < 0.25`, `-fade < -1.0`,
		`since_last("p") > hours(2)`, `since_last("p") > since_last("q")`, `since_first("p") - since_last("p") < days(3)`, `since_last("p") + hours(1) > hours(trait("h"))`, `duration("2h") == since_last("p")`,
		`p_alive("purchase") < 0.5`, `expected("purchase", "7d") * 2.0 >= 1`, `value("purchase", "amount", "30d") / trait("n") > 10.0`,
		`(decayed("p", "1h") > 1.0) == ever("p")`, `ever("p") ? decayed("p", "1h") > 1.0 : since_last("p") > hours(1)`, `[decayed("p", "1h") > 1.0, true].exists(x, x)`,
		`local_hour() % 6 + count("p", "1h") == 3`, `size(pending("a", "b", "item", "7d")) > 0`, `"a" in top("p", "item", "7d", 3)`, `affinity_share("p", "item", "a", "7d") > 0.5`,
	} {
		if got := faults(text); len(got) > 0 {
			t.Errorf("%s: %v", text, got)
		}
	}
}
