package model

// decisions are the hand-checked cases of section 7, as oracle are those of the rest.
var decisions = map[string]Config{
	"40-action-triggers": config(
		segments(seg("buyers", op(window(agg("count", "p"), hour), ">=", 1))),
		actions(
			ActionDef{Name: "a_in", On: enters("buyers"), Channel: "m"},
			ActionDef{Name: "b_out", On: exits("buyers"), Channel: "m"},
			ActionDef{Name: "c_end", On: On{Kind: "ended"}, Channel: "m"},
			ActionDef{Name: "d_every", On: every(2 * hour), Channel: "m"},
			ActionDef{Name: "e_event", On: on("v"), Channel: "m"})),
	"42-action-caps": config(
		segments(seg("s", op(op(trait("z"), "==", true), "&&", op(agg("count", "p"), ">=", 3)))),
		actions(
			ActionDef{Name: "a", On: on("p"), Channel: "m", Score: lit(1), Cap: &Cap{1, hour}},
			ActionDef{Name: "b", On: on("p"), Channel: "m", Score: lit(0.5)},
			ActionDef{Name: "aa", On: enters("s"), Channel: "m", Score: lit(9)}),
		channels(ChannelDef{Name: "m", Cap: &Cap{3, 2 * hour}})),
	"44-quiet-dst": config(
		actions(
			ActionDef{Name: "n", On: on("v"), Channel: "night"},
			ActionDef{Name: "d", On: on("w"), Channel: "noon"}),
		channels(
			ChannelDef{Name: "night", Quiet: &Quiet{23 * 60, 2*60 + 30}},
			ChannelDef{Name: "noon", Quiet: &Quiet{12 * 60, 14 * 60}})),
	"46-action-consent": config(
		actions(
			ActionDef{Name: "a", On: on("v"), Channel: "push", Purpose: "marketing", When: op(trait("stop"), "==", nil), Score: lit(1), Cap: &Cap{1, hour}},
			ActionDef{Name: "b", On: on("v"), Channel: "push"},
			ActionDef{Name: "c", On: on("v"), Channel: "push", Purpose: "marketing", Score: lit(5), When: lit(false)}),
		channels(ChannelDef{Name: "push", Quiet: &Quiet{21 * 60, 8 * 60}})),
	"48-sensitive": config(
		segments(seg("sick", op(affinity("affinity", "health"), ">", 0.0))),
		actions(
			ActionDef{Name: "a", On: on("done"), Channel: "x", Score: affinity("affinity_share", "toys"),
				Payload: payload("top", &Decay{Fn: "top", Type: "view", Field: "cat", HalfLife: hour, N: 3})},
			ActionDef{Name: "b", On: on("done"), Channel: "y", Score: lit(1), Payload: payload("cat", aggField("first", "view", "cat"))},
			ActionDef{Name: "c", On: on("done"), Channel: "y", Score: affinity("affinity", "health")},
			ActionDef{Name: "d", On: on("done"), Channel: "z", Payload: append(payload("open", &Pending{A: "view", B: "buy", Field: "cat"}),
				payload("likes", &Interest{Fn: "interests", Name: "taste", N: 2})...)}),
		func(c *Config) {
			c.Interests = []InterestDef{{"taste", "cat", hour, map[string]float64{"view": 1}}}
			c.Guards.Sensitive = []string{"health"}
		}),
	"50-action-erase": config(
		segments(seg("s", op(agg("count", "v"), ">=", 1))),
		actions(
			ActionDef{Name: "a", On: on("v"), Channel: "push"},
			ActionDef{Name: "e", On: enters("s"), Channel: "m", Cap: &Cap{1, 7 * day}},
			ActionDef{Name: "x", On: exits("s"), Channel: "m"}),
		channels(ChannelDef{Name: "push", Quiet: &Quiet{21 * 60, 8 * 60}})),
}

func affinity(fn, value string) *Decay {
	return &Decay{Fn: fn, Type: "view", Field: "cat", Value: value, HalfLife: hour}
}
