package expr_test

import (
	"testing"

	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/schemas"
)

// known is what the profile of the tables below has.
var known = &view{values: map[string]schemas.Value{
	`trait("age")`:              schemas.IntValue(20),
	`trait("old")`:              schemas.StringValue("old"),
	`trait("one")`:              schemas.StringValue("1"),
	`trait("half")`:             schemas.DoubleValue(0.5),
	`trait("big")`:              schemas.IntValue(9007199254740993),
	`trait("yes")`:              schemas.BoolValue(true),
	`trait("list")`:             schemas.ListValue([]schemas.Value{schemas.IntValue(7), schemas.NullValue}),
	`trait("map")`:              schemas.MapValue([]string{"a", "none"}, []schemas.Value{schemas.IntValue(1), schemas.NullValue}),
	`ever("purchase")`:          schemas.BoolValue(true),
	`count("purchase")`:         schemas.IntValue(3),
	`sum("purchase", "amount")`: schemas.DoubleValue(7),
}}

// TestValues: what an expression is worth, as a feature and as a condition. An error is null, and false.
func TestValues(t *testing.T) {
	for _, x := range []struct{ text, want string }{
		// int and double
		{`1 == 1.0`, `true`}, {`2 > 1.5`, `true`}, {`1 + 0.5`, `1.5`}, {`7 / 2`, `3`}, {`-7 / 2`, `-3`}, {`7 / 2.0`, `3.5`}, {`7 % 4`, `3`},
		{`trait("age") / 3`, `6`}, {`trait("age") * 0.5`, `10`}, {`count("purchase") / 2`, `1`}, {`spent / 2`, `3.5`},
		{`trait("big") == 9007199254740992.0`, `false`}, {`trait("big") > 9007199254740992.0`, `true`}, {`9007199254740992.0 < trait("big")`, `true`},
		{`1 in [1.0, 2.0]`, `true`}, {`trait("age") in [20.0]`, `true`},
		// overflow and division by zero
		{`9223372036854775807 + trait("age")`, `null`}, {`trait("age") - 9223372036854775807 - 100`, `null`}, {`trait("big") * trait("big")`, `null`},
		{`trait("age") / 0`, `null`}, {`trait("age") % 0`, `null`}, {`9223372036854775807 + 1`, `null`},
		{`-trait("age")`, `-20`}, {`trait("half") / 0.0 > 1e308`, `true`},
		// kinds do not mix, and are not equal
		{`trait("one") == 1`, `false`}, {`trait("one") != 1`, `true`}, {`trait("one") > 0`, `null`}, {`trait("age") < "30"`, `null`}, {`trait("one") in [1]`, `false`},
		{`trait("old") + 1`, `null`}, {`trait("old") - trait("old")`, `null`}, {`trait("old") + trait("old")`, `"oldold"`}, {`trait("old") + trait("old") != 3`, `true`},
		{`trait("list") + trait("list")`, `[7,null,7,null]`}, {`"a" + "b"`, `"ab"`}, {`trait("yes") == true`, `true`}, {`trait("yes") + 1`, `null`},
		// null
		{`trait("none")`, `null`}, {`trait("none") == null`, `true`}, {`trait("none") != null`, `false`}, {`trait("age") != null`, `true`},
		{`trait("none") > 1`, `null`}, {`!(trait("none") > 1)`, `null`}, {`trait("none") + 1`, `null`}, {`trait("none") == 1`, `false`}, {`trait("none") in ["a"]`, `false`},
		{`avg("purchase", "x") > 5.0`, `null`}, {`!(avg("purchase", "x") > 5.0)`, `null`}, {`avg("purchase", "x") == null`, `true`}, {`size(trait("none"))`, `null`},
		{`trait("none").contains("x")`, `null`}, {`trait("none").a`, `null`},
		// && and || absorb errors, whichever side they stand on
		{`trait("none") > 1 || true`, `true`}, {`true || trait("none") > 1`, `true`}, {`trait("none") > 1 || false`, `null`},
		{`trait("none") > 1 && false`, `false`}, {`false && trait("none") > 1`, `false`}, {`trait("none") > 1 && true`, `null`},
		{`!(trait("none") > 1 && false)`, `true`}, {`trait("old") || true`, `true`}, {`trait("old") && true`, `null`}, {`!trait("old")`, `null`},
		// ?: takes one branch only; an error in its condition is one
		{`trait("age") > 18 ? "adult" : 1 / 0`, `"adult"`}, {`trait("none") > 18 ? 1 : 2`, `null`}, {`trait("age") > 18 ? 1 : "x"`, `1`}, {`(trait("age") > 18 ? 1 : 2.5) + 1`, `2`},
		// texts, lists, maps
		{`size("Zoë")`, `3`}, {`size(trait("list"))`, `2`}, {`size(trait("map"))`, `2`}, {`trait("list")[0]`, `7`}, {`trait("list")[1]`, `null`}, {`trait("list")[2]`, `null`}, {`trait("list")[-1]`, `null`},
		{`trait("map").a`, `1`}, {`trait("map")["a"]`, `1`}, {`trait("map").b`, `null`}, {`has(trait("map").b)`, `false`}, {`has(trait("map").none)`, `true`}, {`has(trait("age").x)`, `null`},
		{`"a" in trait("map")`, `true`}, {`7 in trait("list")`, `true`}, {`7 in trait("age")`, `null`}, {`"Zoë".startsWith("Zo")`, `true`}, {`trait("old").matches("^o.d$")`, `true`},
		{`trait("old").matches(trait("old"))`, `true`}, {`trait("old").matches("[" + trait("old"))`, `null`}, {`"ÄbC".lowerAscii()`, `"Äbc"`}, {`" a ".trim()`, `"a"`},
		{`"a" < "b"`, `true`}, {`[1, 2] == [1.0, 2.0]`, `true`}, {`[1, trait("none")] == [1, null]`, `true`}, {`{"a": 1} == {"a": 1.0}`, `true`},
		// conversions
		{`int("7") + 1`, `8`}, {`int("x")`, `null`}, {`int(2.9)`, `2`}, {`int(1e300)`, `null`}, {`double("0.5")`, `0.5`}, {`double(trait("old"))`, `null`}, {`string(7)`, `"7"`}, {`bool("true")`, `true`}, {`bool("yes")`, `null`},
		// durations and timestamps; what never happened is longer ago than anything, and equal to itself
		{`since_last("x") > days(100000)`, `true`}, {`since_last("x") == since_first("y")`, `true`}, {`since_last("x") > since_first("y")`, `false`}, {`since_last("x") >= since_first("y")`, `true`},
		{`hours(2) == duration("2h")`, `true`}, {`minutes(90) == duration("1h30m")`, `true`}, {`days(1) == hours(24)`, `true`}, {`weeks(0.5) == hours(84)`, `true`}, {`hours(2)`, `7200`},
		{`timestamp("2026-01-05T10:00:00Z") + hours(1) == timestamp("2026-01-05T11:00:00Z")`, `true`}, {`timestamp("2026-01-05T10:00:00Z")`, `"2026-01-05T10:00:00Z"`},
		{`timestamp("2026-01-05T10:00:00Z").getHours("Europe/Berlin")`, `11`}, {`timestamp("2026-01-05T10:00:00Z").getHours("Mars/Base")`, `null`},
		{`session.start == null`, `true`}, {`hours(1e300)`, `null`}, {`hours(1) > 1`, ``},
		// macros
		{`[1, 2, 3].exists(x, x == 2)`, `true`}, {`[1, 2, 3].all(x, x > 1)`, `false`}, {`[1, 2, 3].exists_one(x, x > 2)`, `true`}, {`[1, 2, 3].map(x, x * 2)`, `[2,4,6]`},
		{`[1, 2, 3].filter(x, x != 2)`, `[1,3]`}, {`[1, trait("none"), 3].exists(x, x > 2)`, `true`}, {`[[1], [2]].all(x, x.exists(y, y > 0))`, `true`}, {`trait("list").exists(x, x == null)`, `true`},
		{`["a", "b"].map(x, x + "!").exists(x, x == "b!")`, `true`}, {`[1, 2].exists(x, [1, 2].exists(y, x + y == 4))`, `true`}, {`trait("age").exists(x, true)`, `null`},
	} {
		if x.want == "" {
			if len(faults(x.text)) == 0 {
				t.Errorf("%s: no fault", x.text)
			}
			continue
		}
		plan, f := feature(t, x.text)
		eval := plan.NewEvaluator()
		eval.On(known)
		if got := string(eval.Value(f, 1000).AppendJSON(nil)); got != x.want {
			t.Errorf("%s is %s, not %s", x.text, got, x.want)
		}
		if x.want == "true" || x.want == "false" {
			plan, s := condition(t, x.text)
			eval := plan.NewEvaluator()
			eval.On(known)
			if got := s.Eval(func(i int) expr.Truth { return eval.Truth(plan.Leaves[i], 1000) }) == expr.True; got != (x.want == "true") {
				t.Errorf("the condition %s is %v", x.text, got)
			}
		}
	}
}

func condition(t *testing.T, text string) (*expr.Plan, *expr.Condition) {
	t.Helper()
	d := around()
	d.Segments = map[string]expr.Segment{"tested": {When: text}}
	plan, faults := expr.Compile(d)
	if len(faults) > 0 {
		t.Fatalf("%s: %v", text, faults)
	}
	return plan, plan.Segments[0].When
}

// TestMacrosInFeatures: a feature with a macro of its own may stand inside another's.
func TestMacrosInFeatures(t *testing.T) {
	d := around()
	d.Features = map[string]string{
		"inner":  `[1, 2, 3].all(x, x > 0)`,
		"outer":  `[10, 20].exists(y, inner && y == 20)`,
		"twice":  `[[1], [2]].map(y, size(y) + inners)`,
		"inners": `size([5, 6].filter(z, z > 5))`,
	}
	plan, faults := expr.Compile(d)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	eval := plan.NewEvaluator()
	eval.On(known)
	want := map[string]string{"inner": "true", "outer": "true", "inners": "1", "twice": "[2,2]"}
	for _, f := range plan.Features {
		if got := string(eval.Value(f, 0).AppendJSON(nil)); got != want[f.Name] {
			t.Errorf("%s, %s, is %s, not %s", f.Name, f.Text, got, want[f.Name])
		}
	}
}

// TestFilters: a filter sees the event; a field that is not there is an error, null is a value.
func TestFilters(t *testing.T) {
	data, err := schemas.ParseValue([]byte(`{"cat":"x","none":null,"n":1.0,"cart":{"total":5,"items":["a"]},"k.k":2}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		text string
		want bool
	}{
		{`e.data.cat == "x"`, true}, {`e.data.cat != "x"`, false}, {`e.data.gone == "x"`, false}, {`e.data.gone != "x"`, false}, {`!(e.data.gone == "x")`, false},
		{`e.data.gone == null`, false}, {`e.data.none == null`, true}, {`e.data.none != null`, false}, {`has(e.data.gone)`, false}, {`!has(e.data.gone)`, true}, {`has(e.data.none)`, true},
		{`e.data.n == 1`, true}, {`e.data.cart.total > 4.5`, true}, {`e.data["cart"]["total"] == 5`, true}, {`e.data.cart.gone > 1`, false}, {`e.data.cat.deep == 1`, false},
		{`has(e.data.cart.total)`, true}, {`has(e.data.cart.gone)`, false}, {`has(e.data.gone.deep)`, false}, {`!has(e.data.gone.deep)`, false}, {`"a" in e.data.cart.items`, true},
		{`e.data.gone == 1 || e.data.cat == "x"`, true}, {`e.data.gone == 1 && e.data.cat == "x"`, false}, {`e.data["k.k"] == 2`, true},
		{`e.data.cart.items.exists(i, i == e.data.cart.items[0])`, true}, {`e.type == "v" && e.id == "e1" && e.source == "file"`, true},
		{`e.time >= timestamp("2026-01-05T10:00:00Z")`, true}, {`e.time.getHours() == 10`, true}, {`size(e.data) == 5`, true}, {`"cat" in e.data`, true},
	} {
		plan, _ := feature(t, `count("v", `+x.text+`)`)
		e := &schemas.Event{ID: "e1", Source: "file", Type: "v", Time: 1767607200000, Fields: make([]schemas.Value, len(plan.Fields))}
		for i, path := range plan.Fields {
			e.Fields[i] = data.Path(path)
		}
		if got := plan.Filters[0].Match(e, plan.Scratch()); got != x.want {
			t.Errorf("%s: %v", x.text, got)
		}
	}
}
