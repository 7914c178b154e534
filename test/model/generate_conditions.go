package model

// condition is what a segment may ask; only comparisons of the closed class of SPEC section 4.
func (g *gen) condition(depth int) Expr {
	if depth > 0 && g.chance(70) {
		l, r := g.condition(depth-1), g.condition(depth-1)
		switch g.r.Intn(10) {
		case 0, 1, 2, 3:
			return &Op{"&&", l, r}
		case 4, 5, 6:
			return &Op{"||", l, r}
		case 7, 8:
			return &Not{l}
		}
		return &Cond{g.condition(0), l, r}
	}
	return pick(g.r, []func() Expr{
		g.stepping, g.stepping, g.stepping, g.stepping, g.durations, g.durations, g.exponentials, g.exponentials,
		g.models, g.following, g.following, g.truths, g.truths, g.valued, g.valued, g.members, g.hours, g.shares,
	})()
}

var orders = []string{"<", "<=", ">", ">=", ">=", ">", "==", "!="}

// compared puts a constant on either side.
func (g *gen) compared(e Expr, op string, constant Expr) Expr {
	if g.chance(15) {
		flip := map[string]string{"<": ">", "<=": ">=", ">": "<", ">=": "<="}
		if f, ok := flip[op]; ok {
			op = f
		}
		return &Op{op, constant, e}
	}
	return &Op{op, e, constant}
}

func (g *gen) stepping() Expr {
	if g.chance(10) {
		return &Op{pick(g.r, orders[:6]), g.count(), g.count()}
	}
	constant := g.int(4)
	if g.chance(30) {
		constant = &Lit{V: pick(g.r, []float64{0.3, 1, 2, 2.5, 7, 10, 12.5, 20, 4.3})}
	}
	return g.compared(g.number(1), pick(g.r, orders), constant)
}

func (g *gen) durations() Expr {
	e := g.since()
	if f := g.named("span"); f != nil && g.chance(40) {
		e = f
	}
	return g.compared(e, pick(g.r, orders), g.constant())
}

// exponentials is a sum of exponentials against a constant: one, or two that may have other half-lives and signs.
func (g *gen) exponentials() Expr {
	e := g.fading()
	if f := g.named("fading"); f != nil && g.chance(30) {
		e = f
	}
	order := pick(g.r, orders[:6])
	if d, ok := e.(*Decay); ok && d.Fn == "decayed" && d.Field == "" && g.chance(15) {
		return g.compared(e, order, &Lit{V: pick(g.r, []float64{0.5, 1, 2})})
	}
	switch g.r.Intn(6) {
	case 0:
		e = &Op{"-", e, g.fading()}
	case 1:
		e = &Op{"+", e, g.fading()}
	case 2:
		e = &Op{"-", &Op{"*", &Lit{V: 3.0}, e}, &Op{"*", g.fading(), &Lit{V: 1.5}}}
	case 3:
		e = &Op{"/", e, &Lit{V: 2.0}}
	}
	at := g.threshold()
	if g.chance(20) {
		at = -at
	}
	return g.compared(e, order, &Lit{V: at})
}

func (g *gen) models() Expr {
	e := g.buyer()
	if e == nil {
		return g.stepping()
	}
	if f := g.named("buyer"); f != nil && g.chance(30) {
		e = f
	}
	return g.compared(e, pick(g.r, orders[:6]), &Lit{V: pick(g.r, []float64{0.1371, 0.5831, 0.7519, 0.9137, 3.7133})})
}

func (g *gen) following() Expr {
	return &Follow{Not: g.chance(60), A: g.typ(), B: g.typ(), Within: g.duration()}
}

func (g *gen) truths() Expr {
	if f := g.named("bool"); f != nil && g.chance(30) {
		return f
	}
	return pick(g.r, []func() Expr{
		func() Expr { return &Agg{Fn: "ever", Type: g.typ(), Filter: g.maybeFilter()} },
		func() Expr { return &Session{Attr: "active"} },
		func() Expr { return &Named{Fn: "consent", Name: pick(g.r, purposes)} },
		func() Expr { return &Op{"==", &Named{Fn: "consent", Name: pick(g.r, purposes)}, &Lit{V: false}} },
		func() Expr { return &Op{pick(g.r, []string{"!=", "=="}), &Session{Attr: "start"}, &Lit{}} },
		func() Expr {
			return &Op{"<", &Named{Fn: "bucket", Name: pick(g.r, []string{"exp", "", "Zoë"})}, &Lit{V: int64(5000)}}
		},
		func() Expr { return &Named{Fn: "trait", Name: "vip"} },
	})()
}

// valued compares what may be of any kind or null.
func (g *gen) valued() Expr {
	if f := g.named("text"); f != nil && g.chance(30) {
		return &Op{pick(g.r, []string{"==", "!="}), f, &Lit{V: "many"}}
	}
	e := g.anything()
	text := func() Expr { return &Lit{V: pick(g.r, []string{"shoes", "x", "1", "gold", "hat"})} }
	return pick(g.r, []func() Expr{
		func() Expr { return &Op{pick(g.r, []string{"==", "!="}), e, &Lit{}} },
		func() Expr { return &Op{pick(g.r, []string{"==", "!="}), g.nullable(), &Lit{}} },
		func() Expr { return &Op{pick(g.r, []string{"==", "!="}), e, text()} },
		func() Expr {
			return &Op{pick(g.r, orders), e, pick(g.r, []Expr{&Lit{V: int64(7)}, &Lit{V: 18.0}, &Lit{V: int64(1)}})}
		},
		func() Expr { return &Op{"in", e, &List{Items: []Expr{text(), text()}}} },
		func() Expr {
			return &Op{"in", e, &List{Items: []Expr{&Lit{V: int64(1)}, &Lit{V: int64(10)}, &Lit{V: int64(3)}}}}
		},
		func() Expr { return &Op{"in", &Lit{V: pick(g.r, items)}, g.list()} },
		func() Expr { return &Call{Fn: "startsWith", X: e, Arg: "s"} },
		func() Expr { return &Op{">=", &Call{Fn: "size", X: e}, &Lit{V: int64(4)}} },
	})()
}

func (g *gen) members() Expr {
	if len(g.segs) == 0 {
		return g.stepping()
	}
	return &Named{Fn: "in_segment", Name: pick(g.r, g.segs)}
}

func (g *gen) hours() Expr {
	return pick(g.r, []func() Expr{
		func() Expr {
			from := int64(g.r.Intn(20))
			return &Op{"&&", &Op{">=", &Local{}, &Lit{V: from}}, &Op{"<", &Local{}, &Lit{V: from + int64(1+g.r.Intn(4))}}}
		},
		func() Expr {
			return &Op{"in", &Local{Weekday: true}, &List{Items: []Expr{&Lit{V: int64(6)}, &Lit{V: int64(7)}}}}
		},
		func() Expr { return &Op{"==", &Op{"%", &Local{}, &Lit{V: int64(6)}}, &Lit{V: int64(g.r.Intn(6))}} },
		func() Expr { return &Op{"!=", &Local{}, &Lit{V: int64(g.r.Intn(24))}} },
		func() Expr { return &Op{"<=", &Local{}, &Lit{V: int64(23)}} },
	})()
}

func (g *gen) shares() Expr {
	e := g.share()
	if f := g.named("share"); f != nil && g.chance(30) {
		e = f
	}
	return g.compared(e, pick(g.r, orders[:6]), &Lit{V: pick(g.r, []float64{0.2337, 0.4142, 0.7071, 0.9142})})
}
