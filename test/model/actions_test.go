package model

import "testing"

// TestActions: one point of section 7 each. Events are "06 22:00 v key=value", of January 2026; what is decided is
// written as told does.
func TestActions(t *testing.T) {
	night := ChannelDef{Name: "m", Quiet: &Quiet{21 * 60, 8 * 60}}
	a := ActionDef{Name: "a", On: on("v"), Channel: "m"}
	b := ActionDef{Name: "b", On: on("v"), Channel: "m", Score: lit(-1)}
	with := func(a ActionDef, change func(*ActionDef)) ActionDef { change(&a); return a }
	for _, x := range []struct {
		name   string
		cfg    Config
		events string
		asOf   string
		want   string
	}{
		{"a newer one replaces the one that waits", config(actions(with(a, func(a *ActionDef) { a.ExpiresIn = day })), channels(night)),
			"05 22:00 v, 05 23:00 v", "06 12:00", "06 08:00 a until 06 23:00"},
		{"due exactly at the final instant", config(actions(a), channels(night)), "05 22:00 v", "06 08:00", "06 08:00 a"},
		{"waiting at the final instant", config(actions(a), channels(night)), "05 22:00 v", "06 07:59", ""},
		{"expired exactly at the release: not yet", config(actions(with(a, func(a *ActionDef) { a.ExpiresIn = 10 * hour })), channels(night)),
			"05 22:00 v", "06 12:00", "06 08:00 a until 06 08:00"},
		{"expired before the release", config(actions(with(a, func(a *ActionDef) { a.ExpiresIn = 10*hour - 1 }), b), channels(night)),
			"05 22:00 v", "06 12:00", "06 08:00 b not a:quiet"},
		{"an exit by timer waits, and is due before the next event", config(segments(seg("s", op(window(agg("count", "v"), hour), ">=", 1))),
			actions(with(a, func(a *ActionDef) { a.On = exits("s") })), channels(night)), "05 21:30 v, 06 12:00 w", "", "06 08:00 a"},
		{"another zone meanwhile: it waits on", config(actions(a), channels(night)),
			"05 22:00 v, 05 23:00 ebb.traits timezone=America/New_York", "06 20:00", "06 13:00 a"},
		{"another zone meanwhile, no longer quiet: at the timer", config(actions(a), channels(night)),
			"05 22:00 v, 05 23:00 ebb.traits timezone=Asia/Kolkata", "06 20:00", "06 08:00 a"},
		{"one judged at once replaces none that waits", config(actions(a), channels(night)),
			"05 22:00 v, 05 23:00 ebb.traits timezone=Asia/Kolkata, 06 03:00 v", "06 20:00", "06 03:00 a; 06 08:00 a"},
		{"by trigger instant, not by name", config(actions(with(a, func(a *ActionDef) { a.Name, a.On = "z", on("w") }), a),
			channels(ChannelDef{Name: "m", Quiet: night.Quiet, Cap: &Cap{1, day}})), "05 22:00 w, 05 23:00 v", "06 12:00", "06 08:00 z"},
		{"a timer before the event of its instant", config(actions(with(a, func(a *ActionDef) { a.ExpiresIn = day })),
			channels(ChannelDef{Name: "m", Quiet: night.Quiet, Cap: &Cap{1, day}})), "05 22:00 v, 06 08:00 v", "", "06 08:00 a until 06 22:00"},
		{"a session prolonged ends again", config(actions(with(a, func(a *ActionDef) { a.On = On{Kind: "ended"} })), lateness(2*hour)),
			"05 10:00 v, 05 11:00 ebb.traits x=1, 05 10:30 v, 05 10:20 v", "05 12:00", "05 10:30:00.001 a; 05 11:00:00.001 a"},
		{"an end already past fires nothing", config(actions(with(a, func(a *ActionDef) { a.On = On{Kind: "ended"} })), lateness(2*hour)),
			"05 11:00 ebb.traits x=1, 05 10:29 v, 05 10:00 v", "05 12:00", ""},
		{"out of order fires now, late does not", config(actions(a)), "05 10:00 w, 05 09:50 v, 05 09:49 v", "", "05 10:00 a"},
		{"first seen moves, past multiples are not made up", config(actions(with(a, func(a *ActionDef) { a.On = every(hour) })), lateness(day)),
			"05 10:00 v, 05 11:10 v, 05 09:15 v", "05 12:30", "05 11:00 a; 05 11:15 a; 05 12:15 a"},
		{"7d is 168h", config(actions(with(a, func(a *ActionDef) { a.On, a.SpelledInHour = every(7*day), true }),
			with(b, func(a *ActionDef) { a.On = every(7 * day) }))), "05 10:00 v", "12 10:00", "12 10:00 a also b"},
		{"equal in 9 digits: by name", config(actions(with(a, func(a *ActionDef) { a.Score = lit(1.0) }), with(b, func(a *ActionDef) { a.Score = lit(1.0000000004) }))),
			"05 10:00 v", "", "05 10:00 a also b"},
		{"unequal in 9 digits", config(actions(with(a, func(a *ActionDef) { a.Score = lit(1.0) }), with(b, func(a *ActionDef) { a.Score = lit(1.00000001) }))),
			"05 10:00 v", "", "05 10:00 b also a"},
		{"a score that is no number, infinite, null or an error", config(actions(b,
			with(a, func(a *ActionDef) { a.Name, a.Score = "nan", op(aggField("sum", "w", "x"), "/", agg("count", "w")) }),
			with(a, func(a *ActionDef) { a.Name, a.Score = "inf", op(aggField("sum", "v", "x"), "/", agg("count", "w")) }),
			with(a, func(a *ActionDef) { a.Name, a.Score = "null", aggField("avg", "w", "x") }),
			with(a, func(a *ActionDef) { a.Name, a.Score = "error", op(agg("count", "w"), "/", agg("count", "w")) }),
			with(a, func(a *ActionDef) { a.Name, a.Score = "text", aggField("last", "v", "t") }))),
			"05 10:00 v x=1 t=2b", "", "05 10:00 b not error:ineligible inf:ineligible nan:ineligible null:ineligible text:ineligible"},
		{"a cap of 0", config(actions(with(a, func(a *ActionDef) { a.Cap = &Cap{0, hour} }), b)), "05 10:00 v", "", "05 10:00 b not a:cap"},
		{"an entry by consent", config(segments(SegmentDef{Name: "s", When: lit(true), Purpose: "ads"}),
			actions(with(a, func(a *ActionDef) { a.On = enters("s") }), with(b, func(a *ActionDef) { a.On = exits("s") }))),
			"05 10:00 v, 05 11:00 ebb.consent purpose=ads status=granted, 05 12:00 ebb.consent purpose=ads status=denied", "",
			"05 11:00 a; 05 12:00 b"},
		{"a reserved type by its name, not by *", config(actions(with(a, func(a *ActionDef) { a.On = on("ebb.traits") }), with(b, func(a *ActionDef) { a.On = on("*") }))),
			"05 10:00 v, 05 11:00 ebb.traits x=1", "", "05 10:00 b; 05 11:00 a"},
		{"muted decisions count", config(actions(with(a, func(a *ActionDef) { a.Cap = &Cap{2, day} })), muteBefore("2026-01-05T10:00:00.001Z")),
			"05 10:00 v, 05 10:00:00.001 v, 05 11:00 v", "", "05 10:00:00.001 a"},
		{"control counts, and no other is taken", config(actions(with(a, func(a *ActionDef) { a.Cap = &Cap{1, day} }), b), experiment("exp", 0.853, "a")),
			"05 10:00 v, 05 11:00 v", "", "05 10:00 a control also b; 05 11:00 b not a:cap"},
		{"the bucket itself is treated", config(actions(a), experiment("exp", 0.8529, "a")), "05 10:00 v", "", "05 10:00 a treatment"},
		{"an erasure out of order", config(segments(seg("s", lit(true))), lateness(day), actions(with(a, func(a *ActionDef) { a.On, a.Cap = enters("s"), &Cap{1, day} }))),
			"05 10:00 v, 05 12:00 v, 05 11:00 ebb.erase", "", "05 10:00 a; 05 12:00 a"},
	} {
		t.Run(x.name, func(t *testing.T) {
			if got := told(t, x.cfg, x.events, x.asOf); got != x.want {
				t.Errorf("\nwant %s\ngot  %s", x.want, got)
			}
		})
	}
}

// TestMute: changes are muted strictly before the instant, and counted.
func TestMute(t *testing.T) {
	cfg := config(segments(seg("s", op(window(agg("count", "v"), hour), ">=", 1))), muteBefore("2026-01-05T11:00:00Z"))
	end := january(t, "05 12:00")
	c := Case{Config: cfg, Files: [][]Event{{{ID: "e1", Type: "v", Subject: "u1", Time: january(t, "05 10:00")}}}, AsOf: &end}
	if list := Run(c).Changes; len(list) != 1 || list[0].Entered || list[0].Seq != 2 {
		t.Errorf("%v", list)
	}
}
