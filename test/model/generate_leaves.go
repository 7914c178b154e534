package model

// The kinds of values expressions are made of.

var fields = []string{"amount", "amount", "amount", "cart.total", "cat", "ref"}

func (g *gen) typ() string {
	if g.chance(8) {
		return "*"
	}
	if g.chance(5) {
		return pick(g.r, []string{typeTraits, typeConsent, typeFeedback, typeContext})
	}
	return pick(g.r, types)
}

func (g *gen) int(n int) Expr { return &Lit{V: int64(g.r.Intn(n))} }

// count is an int that steps.
func (g *gen) count() Expr {
	switch g.r.Intn(12) {
	case 0:
		return &Agg{Fn: "distinct", Type: g.typ(), Field: pick(g.r, []string{"item", "cat", "ref", "amount"}), Window: g.window(), Filter: g.maybeFilter()}
	case 1:
		return &Sessions{Window: g.window()}
	case 2:
		return pick(g.r, []Expr{&Session{Attr: "events"}, &Session{Attr: "seconds"}, &Session{Attr: "count", Type: g.typ()}})
	case 3:
		return &Call{Fn: "size", X: g.list()}
	case 4:
		return &Local{Weekday: g.chance(30)}
	}
	return &Agg{Fn: "count", Type: g.typ(), Window: g.window(), Filter: g.maybeFilter()}
}

func (g *gen) sum() Expr {
	return &Agg{Fn: "sum", Type: g.typ(), Field: pick(g.r, fields[:4]), Window: g.window(), Filter: g.maybeFilter()}
}

// nullable is a number, or null where there is none.
func (g *gen) nullable() Expr {
	return &Agg{Fn: pick(g.r, []string{"avg", "min", "max"}), Type: g.typ(), Field: pick(g.r, fields[:4]), Window: g.window(), Filter: g.maybeFilter()}
}

// number is a number that steps.
func (g *gen) number(depth int) Expr {
	if depth > 0 && g.chance(35) {
		l := g.number(depth - 1)
		switch g.r.Intn(6) {
		case 0:
			return &Op{"/", g.count(), pick(g.r, []Expr{&Lit{V: 2.0}, &Lit{V: int64(2)}, g.count()})}
		case 1:
			return &Op{"%", g.count(), &Lit{V: int64(2 + g.r.Intn(3))}}
		case 2:
			return &Op{"*", l, pick(g.r, []Expr{&Lit{V: int64(2)}, &Lit{V: 0.5}})}
		case 3:
			return &Op{"/", g.sum(), &Op{"+", &Agg{Fn: "count", Type: g.typ()}, &Lit{V: int64(1)}}}
		}
		return &Op{pick(g.r, []string{"+", "-"}), l, g.number(depth - 1)}
	}
	if e := g.named("number"); e != nil && g.chance(25) {
		return e
	}
	switch g.r.Intn(8) {
	case 0, 1:
		return g.sum()
	case 2:
		return g.nullable()
	case 3:
		return &Named{Fn: "trait", Name: "age"}
	}
	return g.count()
}

// anything is a value of whatever kind the data held, or null.
func (g *gen) anything() Expr {
	if e := g.named("any"); e != nil && g.chance(25) {
		return e
	}
	field := pick(g.r, []string{"item", "cat", "amount", "ref", "cart.total"})
	switch g.r.Intn(6) {
	case 0:
		return &Named{Fn: "trait", Name: pick(g.r, []string{"plan", "age", "vip", "email", "none"})}
	case 1:
		return &Named{Fn: "context", Name: pick(g.r, []string{"weather.temp_c", "weather", "stock", "none.x"})}
	case 2:
		return &Session{Attr: "first", Type: g.typ(), Field: field}
	}
	return &Agg{Fn: pick(g.r, []string{"first", "last"}), Type: g.typ(), Field: field, Filter: g.maybeFilter()}
}

func (g *gen) list() Expr {
	if e := g.named("list"); e != nil && g.chance(25) {
		return e
	}
	n := 1 + g.r.Intn(3)
	switch g.r.Intn(4) {
	case 0:
		return &Decay{Fn: "top", Type: g.typ(), Field: pick(g.r, []string{"item", "cat"}), HalfLife: g.duration(), N: n}
	case 1:
		if len(g.cfg.Interests) > 0 {
			return &Interest{Fn: "interests", Name: "taste", N: n}
		}
	}
	return &Pending{A: g.typ(), B: g.typ(), Field: "item", Window: g.window()}
}

func (g *gen) since() Expr {
	return &Agg{Fn: pick(g.r, []string{"since_first", "since_last"}), Type: g.typ(), Filter: g.maybeFilter()}
}

// constant is a duration to compare with.
func (g *gen) constant() Expr {
	return &Dur{Ms: g.duration(), Unit: pick(g.r, []string{"minutes", "hours", "days", "weeks", ""})}
}

// fading is one exponential.
func (g *gen) fading() Expr {
	d := &Decay{Fn: "decayed", Type: g.typ(), HalfLife: g.duration()}
	switch g.r.Intn(6) {
	case 0:
		d.Field = "amount"
	case 1:
		d.Field, d.Filter = "amount", g.filter(0)
	case 2:
		d.Fn, d.Field, d.Value = "affinity", pick(g.r, []string{"item", "cat"}), pick(g.r, []string{"shoes", "hat", "x", "1"})
	case 3:
		if len(g.cfg.Interests) > 0 {
			return pick(g.r, []Expr{&Interest{Fn: "interest", Name: "taste", Value: pick(g.r, items)}, &Interest{Fn: "interest_max", Name: "taste"}})
		}
	}
	return d
}

// threshold is a constant no sum of ordinary weights halves down to.
func (g *gen) threshold() float64 {
	return pick(g.r, []float64{0.3141592, 0.7320508, 1.1180339, 1.6180339, 2.2360679, 0.0577215})
}

// share is a share of an interest: it stands still between events.
func (g *gen) share() Expr {
	if len(g.cfg.Interests) > 0 && g.chance(50) {
		return &Interest{Fn: "interest_share", Name: "taste", Value: pick(g.r, items)}
	}
	return &Decay{Fn: "affinity_share", Type: g.typ(), Field: "item", Value: pick(g.r, items), HalfLife: g.duration()}
}

// buyer is a model's value, or nil where there is no model.
func (g *gen) buyer() Expr {
	if len(g.cfg.Models) == 0 {
		return nil
	}
	b := &Buyer{Fn: pick(g.r, []string{"p_alive", "p_alive", "expected", "value"}), Type: "o"}
	if b.Fn != "p_alive" {
		b.Horizon = pick(g.r, []int64{day, 7 * day, 39 * week, g.duration()})
	}
	if b.Fn == "value" {
		b.Field = "amount"
	}
	return b
}

func (g *gen) maybeFilter() Expr {
	if g.chance(70) {
		return nil
	}
	return g.filter(1)
}

// filter is a condition over `e`. A field that may be missing is only compared where an error and a false agree.
func (g *gen) filter(depth int) Expr {
	if depth > 0 && g.chance(35) {
		l, r := g.filter(depth-1), g.filter(depth-1)
		return pick(g.r, []Expr{&Op{"&&", l, r}, &Op{"||", l, r}})
	}
	attr := func(path string) Expr { return &EventAttr{Path: path} }
	cat := &Lit{V: pick(g.r, []any{"x", "y", "1", int64(1), 1.0})}
	return pick(g.r, []func() Expr{
		func() Expr { return &Op{"==", attr("data.cat"), cat} },
		func() Expr {
			return &Op{"&&", &EventAttr{Path: "data.cat", Has: true}, &Op{"!=", attr("data.cat"), cat}}
		},
		func() Expr { return &Not{&EventAttr{Path: "data.cat", Has: true}} },
		func() Expr { return &Op{"!=", attr("data.cat"), &Lit{}} },
		func() Expr { return &Op{"==", attr("data.kind"), pick(g.r, []Expr{&Lit{}, &Lit{V: "web"}})} },
		func() Expr {
			return &Op{pick(g.r, []string{">", "<", ">=", "<="}), attr("data.amount"), pick(g.r, []Expr{&Lit{V: int64(7)}, &Lit{V: 2.5}})}
		},
		func() Expr { return &Not{&Op{">", attr("data.amount"), &Lit{V: int64(5)}}} },
		func() Expr { return &Op{">", &Op{"*", attr("data.amount"), &Lit{V: int64(2)}}, &Lit{V: int64(5)}} },
		func() Expr { return &Op{">=", attr("data.cart.total"), &Lit{V: int64(2)}} },
		func() Expr { return &EventAttr{Path: "data.cart.total", Has: true} },
		func() Expr { return &Op{"in", attr("data.item"), &List{Items: []Expr{&Lit{V: "shoes"}, &Lit{V: "1"}}}} },
		func() Expr {
			return &Call{Fn: pick(g.r, []string{"startsWith", "endsWith", "contains", "matches"}), X: attr("data.item"), Arg: pick(g.r, []string{"s", "o", "1"})}
		},
		func() Expr { return &Op{">", &Call{Fn: "size", X: attr("data.item")}, &Lit{V: int64(3)}} },
		func() Expr { return &Op{"==", attr("source"), &Lit{V: pick(g.r, []string{"s1", "file"})}} },
		func() Expr { return &Op{"!=", attr("id"), &Lit{V: "e2"}} },
		func() Expr { return &Op{"==", attr("type"), &Lit{V: pick(g.r, types)}} },
		func() Expr {
			return &Op{pick(g.r, []string{">=", "<"}), attr("time"), &Stamp{Ms: g.base + g.duration()}}
		},
	})()
}
