package expr

import "testing"

// TestMessages: what is wrong with an expression is said in words that need no knowledge of a parser.
func TestMessages(t *testing.T) {
	for _, c := range []struct {
		when   string
		offset int
		want   string
	}{
		{`count("p") = 1`, 11, `= compares nothing: write ==`},
		{`count("p") => 1`, 11, `the comparisons are <, <=, >, >=, == and !=; found =>`},
		{`count("p") <> 1`, 12, `write != instead of <>`},
		{`count("p") >`, 12, `the expression is not complete: something must follow >`},
		{`> 3`, 0, `> cannot stand here: a value was expected`},
		{`count("a")) > 1`, 10, `there is one ) too many`},
		{`count("a) > 1`, 6, `the text that begins with "a) > 1 has no closing quote`},
		{`count("a" "90d") > 1`, 10, `expected , or ) before "90d"`},
		{`count("p", "90d" >= 1`, 21, `expected ), found the end of the expression: close what was opened`},
		{`ever("x") & ever("y")`, 10, `& is no operator: write &&`},
		{`ever("x") AND ever("y")`, 10, `write && instead of AND`},
		{`ever("x") or ever("y")`, 10, `write || instead of or`},
		{`not ever("x")`, 4, `write ! instead of not`},
		{`ever("x") ever("y")`, 10, `the expression is complete before ever: join conditions with && or ||`},
		{`1 <= count("x") <= 3`, 16, `<= cannot stand between true or false and an int; join two comparisons with &&`},
		{`if ever("x")`, 0, "if is a word without a meaning here: a condition stands by itself, and a choice is written `condition ? one : other`"},
		{`since_last("p") > 30d`, 20, `a number ends before a letter; a duration is written like days(30) or duration("1h30m")`},
		{`since_last("p") > "30d"`, 16, `> cannot stand between a duration and a string; write a duration as days(30), hours(2) or duration("1h30m")`},
		{`avg("p", "a") > null`, 14, `> cannot stand between a double or null and null; whether something is null is asked with == null and != null`},
		{`"a" > 1`, 4, `> cannot stand between a string and an int`},
		{`$x > 1`, 0, `$ is not part of the language`},
		{`count(p) > 1`, 6, `p is not known: no function or feature has this name; a text stands in quotes, as in "p"`},
		{`counts("p") > 1`, 6, `counts is not known; did you mean count?`},
		{`local_hour > 3`, 0, `local_hour is a function: write it as local_hour()`},
		{`session.foo > 1`, 0, `a session has session.active, session.events, session.start, session.seconds, session.count(type) and session.first(type, field)`},
		{`count("p", e.foo == 1) > 1`, 11, `an event has e.id, e.source, e.type, e.time and e.data; a field of its data is written like e.data.category`},
		{`count("p", data.x == 1) > 1`, 11, `data is not known: in a filter, a field of the event's data is written like e.data.category`},
		{`count() > 1`, 5, `count() was given nothing; write it as count(type[, window][, filter])`},
		{`sum("p") > 1`, 3, `sum() was given a string; write it as sum(type, field[, window][, filter])`},
		{`sessions(1) > 1`, 8, `sessions() was given an int; write it as sessions([window])`},
		{`size(count("p")) > 1`, 4, `size() cannot be applied to an int`},
		{`!count("p")`, 0, `! cannot be applied to an int`},
		{`count("p") && ever("p")`, 5, `expected true or false, found an int: compare it with something`},
		{`count("p")`, 0, `a condition is true or false, but this is an int: compare it with something`},
	} {
		_, faults := Compile(Definitions{Segments: map[string]Segment{"s": {When: c.when}}, Limits: Limits{10, 10}})
		if len(faults) != 1 || faults[0].Message != c.want || faults[0].Offset != c.offset {
			t.Errorf("%s: %v, not one fault at %d: %s", c.when, faults, c.offset, c.want)
		}
	}
}
