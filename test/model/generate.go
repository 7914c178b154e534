package model

import (
	"math/rand"
	"strconv"
)

// gen makes one case. All durations come from a small pool, so that differences of times meet them exactly.
type gen struct {
	r       *rand.Rand
	unit    int64
	cfg     Config
	feats   []genFeature
	segs    []string
	erasing bool
	acting  bool
	home    string // the zone profiles of a case with actions are mostly in
	base    int64
	history []Event
}

// genFeature is a feature later expressions may name, and what kind of value it has.
type genFeature struct {
	name string
	kind string // number, bool, any, list, text, span, fading, share, buyer; the others are named by nothing
}

// bases are instants to begin at: an ordinary Monday, and hours before clocks change in Europe, the United
// States, and on Lord Howe Island, by half an hour.
var bases = []string{"2026-01-05T10:00:00Z", "2026-01-05T10:00:00Z", "2026-03-29T00:30:00Z", "2026-10-25T00:15:00Z",
	"2026-03-08T06:30:00Z", "2026-10-03T14:00:00Z", "2026-12-31T22:59:59.999Z"}

// Generate makes a random case, without actions.
func Generate(r *rand.Rand) Case { return generate(r, false) }

func generate(r *rand.Rand, acting bool) Case {
	g := &gen{r: r, acting: acting}
	g.base, _ = parseTime(pick(r, bases))
	g.unit = pick(r, []int64{minute, 10 * minute, 30 * minute, hour, hour, day})
	if acting {
		g.unit = pick(r, []int64{10 * minute, 30 * minute, 30 * minute, hour, hour, 6 * hour})
		g.comeHome()
	}
	g.erasing = g.chance(25)
	g.cfg = Config{Lateness: g.duration(), Gap: g.duration(), TTL: g.duration()}
	g.cfg.Accept = g.cfg.Lateness + pick(r, []int64{0, g.unit, 3 * g.unit, 24 * g.unit, day})
	if g.chance(30) {
		g.cfg.Keep = []string{"cat", "item"}
	}
	if g.chance(40) {
		g.cfg.Interests = []InterestDef{{"taste", "item", g.duration(), map[string]float64{"v": 1, "a": 2, "o": 4.5}}}
	}
	if g.chance(25) {
		g.cfg.Models = []ModelDef{g.model()}
	}
	for i := range r.Intn(5) {
		g.feature("f" + strconv.Itoa(i+1))
	}
	for i := range 1 + r.Intn(4) {
		g.segment("s" + strconv.Itoa(i+1))
	}
	r.Shuffle(len(g.cfg.Segments), func(i, j int) {
		g.cfg.Segments[i], g.cfg.Segments[j] = g.cfg.Segments[j], g.cfg.Segments[i]
	})
	if acting {
		g.actions()
	}
	c := Case{Config: g.cfg}
	c.Files = g.files()
	c.AsOf = g.asOf()
	return c
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.Intn(len(list))] }

func (g *gen) chance(percent int) bool { return g.r.Intn(100) < percent }

// duration is one of the pool of this case.
func (g *gen) duration() int64 { return g.unit * pick(g.r, []int64{1, 1, 2, 2, 3, 6, 24}) }

// window is a duration, or none: a lifetime.
func (g *gen) window() int64 {
	if g.chance(35) {
		return 0
	}
	return g.duration()
}

func (g *gen) model() ModelDef {
	m := ModelDef{Type: "o", Amount: "amount", Unit: "week", R: 0.243, Alpha: 4.414, A: 0.793, B: 2.426, P: 6.25, Q: 3.74, V: 15.44}
	if g.chance(50) {
		m.Unit, m.Alpha, m.R = "day", 0.9, 0.55
	}
	if g.chance(25) {
		m.A, m.B = 1.7, 1.1
	}
	m.PerDay = g.chance(40)
	return m
}

func (g *gen) feature(name string) {
	e, kind := g.featureExpr()
	g.cfg.Features = append(g.cfg.Features, FeatureDef{name, e})
	g.feats = append(g.feats, genFeature{name, kind})
}

// featureExpr is an expression to show in the profile: whatever has a value.
func (g *gen) featureExpr() (Expr, string) {
	switch g.r.Intn(12) {
	case 0, 1:
		return g.number(1), "number"
	case 2:
		return g.nullable(), "number"
	case 3:
		return g.anything(), "any"
	case 4:
		return g.condition(1), "bool"
	case 5:
		return g.list(), "list"
	case 6:
		return g.since(), "span"
	case 7, 8:
		return g.fading(), "fading"
	case 9:
		if e := g.buyer(); e != nil {
			return e, "buyer"
		}
		return &Session{Attr: "start"}, "stamp"
	case 10:
		return g.share(), "share"
	}
	return pick(g.r, []func() (Expr, string){
		func() (Expr, string) { return &Lit{}, "null" },
		func() (Expr, string) { return &Session{Attr: "start"}, "stamp" },
		func() (Expr, string) {
			return &Cond{pick(g.r, []func() Expr{g.stepping, g.following, g.truths})(), &Lit{V: "many"}, &Lit{V: "few"}}, "text"
		},
		func() (Expr, string) {
			return &Op{"/", g.count(), g.count()}, "number" // 0 divides to an error: null
		},
		func() (Expr, string) { return &Op{"*", g.fading(), &Lit{V: 0.5}}, "fading" },
	})()
}

// named is a reference to a feature of a kind, or nil.
func (g *gen) named(kind string) Expr {
	var names []string
	for _, f := range g.feats {
		if f.kind == kind {
			names = append(names, f.name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return &Feature{Name: pick(g.r, names)}
}

func (g *gen) segment(name string) {
	d := SegmentDef{Name: name}
	switch {
	case g.chance(15): // hysteresis of a decay: above to enter, below to leave
		e, high := g.fading(), g.threshold()
		d.When = &Op{">=", e, &Lit{V: high}}
		d.Until = &Op{"<", e, &Lit{V: high * 0.37}}
	default:
		d.When = g.condition(g.r.Intn(3))
		if g.chance(20) {
			d.Until = g.condition(g.r.Intn(2))
		}
	}
	if g.chance(15) {
		d.Purpose = pick(g.r, purposes)
	}
	g.cfg.Segments = append(g.cfg.Segments, d)
	g.segs = append(g.segs, name)
}
