package model

import (
	"math/rand"
	"time"
)

// GenerateActions makes a random case that also decides actions, with rules so tight that they meet often.
func GenerateActions(r *rand.Rand) Case { return generate(r, true) }

// Pools of section 7. The experiment named exp has its control share at and beside the bucket of u1, 8529.
var (
	actionNames  = []string{"a", "aa", "a_b", "a1", "b", "c", "z"}
	channelNames = []string{"email", "push", "sms"}
	controls     = []float64{0.8529, 0.853, 0.5, 0.1, 0.1234}
	spans        = []int64{15 * minute, 30 * minute, hour, 2 * hour}
)

// actions makes few triggers and channels for several actions, so that they share them; often, a decay is a trigger.
func (g *gen) actions() {
	if g.chance(40) {
		g.segs = append(g.segs, "fading")
		g.cfg.Segments = append(g.cfg.Segments, SegmentDef{Name: "fading", When: &Op{">=", g.fading(), &Lit{V: g.threshold()}}})
	}
	for _, name := range channelNames {
		if g.chance(80) {
			g.cfg.Channels = append(g.cfg.Channels, g.channel(name))
		}
	}
	triggers := make([]On, pick(g.r, []int{1, 1, 2, 3}))
	for i := range triggers {
		triggers[i] = g.trigger()
	}
	if g.chance(40) {
		triggers[0] = On{Kind: "event", Name: pick(g.r, []string{"v", "*"})}
	}
	names := append([]string{}, actionNames...)
	g.r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	names = names[:3+g.r.Intn(len(names)-3)]
	for _, name := range names {
		a := g.action(name)
		a.On, a.SpelledInHour = pick(g.r, triggers), g.chance(50)
		g.cfg.Actions = append(g.cfg.Actions, a)
	}
	g.guards()
	g.experiments(names)
	if g.chance(10) {
		at := g.base + g.step()
		g.cfg.MuteBefore = &at
	}
}

func (g *gen) channel(name string) ChannelDef {
	c := ChannelDef{Name: name}
	if g.chance(50) {
		c.Cap = g.cap()
	}
	if g.chance(75) {
		c.Quiet = g.quiet()
	}
	return c
}

func (g *gen) cap() *Cap {
	return &Cap{pick(g.r, []int{0, 1, 1, 1, 1, 1, 2, 2, 3}), g.unit * pick(g.r, []int64{1, 2, 3, 6, 24, 24})}
}

// quiet hours are the usual ones, or those about the local time at which the case begins.
func (g *gen) quiet() *Quiet {
	if g.chance(30) {
		return pick(g.r, []*Quiet{{21 * 60, 8 * 60}, {23 * 60, 2*60 + 30}, {2 * 60, 3 * 60}, {0, 8 * 60}, {12 * 60, 14 * 60}})
	}
	local := time.UnixMilli(g.base).In(g.zone())
	const quarters = 24 * 4
	from := (local.Hour()*4 + local.Minute()/15 + g.r.Intn(9) - 4 + quarters) % quarters
	to := (from + pick(g.r, []int{1, 2, 4, 8, 12, 44})) % quarters
	return &Quiet{from * 15, to * 15}
}

func (g *gen) trigger() On {
	switch g.r.Intn(12) {
	case 0, 1, 2, 10, 11:
		return On{Kind: pick(g.r, []string{"enters", "exits"}), Name: pick(g.r, append(g.segs, g.segs[len(g.segs)-1]))}
	case 3, 4:
		return On{Kind: "ended"}
	case 5, 6:
		return On{Kind: "every", Every: g.unit * pick(g.r, []int64{2, 3, 6, 24})}
	case 7:
		return On{Kind: "event", Name: pick(g.r, []string{"*", "*", "*", typeTraits, typeContext, typeConsent, typeIdentify, typeFeedback})}
	}
	return On{Kind: "event", Name: pick(g.r, types)}
}

func (g *gen) action(name string) ActionDef {
	a := ActionDef{Name: name, Channel: channelNames[0]}
	if g.chance(30) {
		a.Channel = pick(g.r, channelNames[1:])
	}
	if g.chance(25) {
		a.When = g.condition(g.r.Intn(2))
	}
	if g.chance(85) {
		a.Score = g.score()
	}
	if g.chance(25) {
		a.Purpose = pick(g.r, purposes)
	}
	if g.chance(45) {
		a.Cap = g.cap()
	}
	if g.chance(40) {
		a.ExpiresIn = pick(g.r, []int64{g.duration(), pick(g.r, spans), pick(g.r, spans)})
	}
	for _, name := range []string{"items", "n", "x"}[:pick(g.r, []int{0, 1, 1, 1, 2, 3})] {
		a.Payload = append(a.Payload, FeatureDef{name, g.payload()})
	}
	return a
}

// score is often one of few constants, some of which are equal in 9 digits only, or what has no finite value.
func (g *gen) score() Expr {
	constants := []any{int64(1), 1.0, 1.0000000004, 0.9999999996, 1.00000001, 0.3, int64(0), -2.5, int64(2)}
	return pick(g.r, []func() Expr{
		func() Expr { return &Lit{V: pick(g.r, constants)} },
		func() Expr { return &Lit{V: pick(g.r, constants[:4])} },
		func() Expr { return &Lit{V: pick(g.r, constants[:4])} },
		func() Expr { return &Op{"+", &Lit{V: 0.1}, &Lit{V: 0.2}} },
		func() Expr { return g.number(1) },
		g.fading, g.share,
		func() Expr { return &Op{"+", &Lit{V: 0.4}, &Op{"*", &Lit{V: 0.1}, g.share()}} },
		g.nullable,
		func() Expr { return &Named{Fn: "trait", Name: "age"} },
		func() Expr { return &Op{"/", g.sum(), &Agg{Fn: "count", Type: g.typ()}} }, // 0/0 is not a number, 1/0 infinite
		func() Expr { return &Op{"/", g.count(), g.count()} },                      // 0 divides to an error
	})()
}

// payload is what guards look at, and what they do not.
func (g *gen) payload() Expr {
	read := func() Expr {
		return &Agg{Fn: pick(g.r, []string{"first", "last"}), Type: g.typ(), Field: pick(g.r, []string{"item", "item", "cat", "amount"}),
			Filter: g.maybeFilter()}
	}
	return pick(g.r, []func() Expr{g.list, g.list, g.list, read, read, read, read, g.count,
		func() Expr { return &Named{Fn: "trait", Name: pick(g.r, []string{"plan", "age", "email"})} },
		func() Expr { return &Lit{V: pick(g.r, []any{"shoes", int64(7), 0.5, nil, true})} },
		func() Expr {
			if f := g.named("number"); f != nil {
				return f
			}
			return g.nullable()
		},
	})()
}

func (g *gen) guards() {
	if g.chance(55) {
		g.cfg.Guards.Support = &Support{pick(g.r, []int{1, 2, 2, 3}), g.r.Intn(3)}
	}
	if g.chance(45) {
		g.cfg.Guards.Sensitive = pick(g.r, [][]string{{"shoes", "hat", "socks"}, {"x", "hat"}, {"1", "10", "Zoë", "x"}, {"gold", "socks", "shoes", "y"}})
	}
}

func (g *gen) experiments(actions []string) {
	for _, name := range []string{"exp", "reminders"} {
		if n := min(1+g.r.Intn(2), len(actions)); n > 0 && g.chance(30) {
			g.cfg.Experiments = append(g.cfg.Experiments, ExperimentDef{Name: name, Actions: actions[:n], Control: pick(g.r, controls), Reward: "o", Within: day})
			actions = actions[n:]
		}
	}
}
