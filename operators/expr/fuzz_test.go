package expr_test

import (
	"flag"
	"hash/fnv"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/schemas"
)

var begin = flag.Int64("seed", 0, "the seed of the random tests; 0: by the clock")

// seeds are the expressions of SPEC section 4, and of its examples.
var seeds = []string{
	`sum("purchase", "amount", "90d")`, `count("purchase", "90d") >= 1`, `decayed("product_view", "7d") >= 3.0`, `not_followed_by("add_to_cart", "purchase", "1h")`,
	`count("purchase", "90d", e.data.category == "shoes")`, `count("p", e.data.x == 1)`, `count("*")`, `avg("purchase", "cart.total") > 5`, `min("p", "x", "1h30m")`, `max("p", "x", e.id != "a")`,
	`distinct("p", "x", "1w", has(e.data.x))`, `first("p", "x", e.type == "p")`, `last("p", "x") == null`, `ever("p", e.source.startsWith("f"))`, `since_first("p") == since_last("q")`,
	`since_last("p") > hours(2)`, `since_last("p") >= duration("2h")`, `minutes(90) < since_first("p")`, `days(trait("d")) != weeks(1)`, `decayed("p", "7d", "amount", e.data.x in ["a", "b"]) < 1.0`,
	`affinity("p", "item", "shoes", "14d") > 0.5`, `affinity_share("product_view", "category", "shoes", "14d") * 2`, `top("p", "item", "7d", 3)`, `interest("category", "a") - interest_max("category") < 0.1`,
	`interest_share("category", "a") > 0.5`, `interests("category", 3)`, `sessions("7d") + sessions()`, `session.active && session.events > 3`, `session.start != null`, `session.seconds % 60`,
	`session.count("p") > 1`, `session.first("p", "x")`, `followed_by("a", "b", "1h")`, `pending("a", "b", "item", "7d")`, `size(pending("a", "b", "item")) > 0`, `trait("email") != null`, `context("weather.temp_c") > 25`,
	`local_hour() < 8 && false`, `local_hour() >= 9 && local_hour() < 12`, `local_weekday() in [6, 7]`, `consent("marketing")`, `in_segment("buyers")`, `bucket("exp") < 5000`, `p_alive("purchase") < 0.5`,
	`expected("purchase", "30d") >= 1`, `value("purchase", "amount", "39w")`, `!(avg("p", "x") > 5)`, `1 == 1.0 && 1 != trait("x")`, `bought ? spent : fade`, `fade * 3.0 - 1.5 * decayed("q", "2h") >= -0.5`,
	`[1, 2, 3].exists(x, x == count("p"))`, `{"a": trait("x")}.a`, `trait("l").map(x, x * 2).filter(y, y > 1)`, `trait("t").matches("^a+$")`, `timestamp("2026-01-05T10:00:00Z") + hours(1) > session.start`,
	`string(1) + "Zoë"`, `int("7") / 2.0`, `has(trait("m").a)`, `trait("x")[0]`, "count(\"p\",\n\"7d\") > 1 // why", `-9223372036854775808 - 1`, `0.1e-300`, `"\u00e9" < "b"`, `[[]] == []`, ``, `(`, `e.data`, `session`,
}

// loops are what makes an expression take long: nested ones are the writer's own fault.
var loops = regexp.MustCompile(`\b(all|exists|exists_one|map|filter|existsOne|transformList|transformMap|transformMapEntry)\b`)

// FuzzCompile: any text is, as a feature and as a condition, an expression or a fault with a place inside the text; and
// what is an expression has a value, whatever the profile.
func FuzzCompile(f *testing.F) {
	for i, text := range seeds {
		f.Add(text, uint64(i))
	}
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		if len(text) > 1000 || len(loops.FindAllString(text, 3)) > 2 {
			return
		}
		started := time.Now()
		defer func() {
			if took := time.Since(started); took > 10*time.Second {
				t.Errorf("it took %s", took)
			}
		}()
		d := around()
		d.Features["tested"] = text
		try(t, d, "features.tested", text, seed)
		d = around()
		d.Segments["tested"] = expr.Segment{When: text}
		try(t, d, "segments.tested.when", text, seed)
	})
}

func try(t *testing.T, d expr.Definitions, path, text string, seed uint64) {
	plan, faults := expr.Compile(d)
	for _, f := range faults {
		of := text
		if f.Path[0] == "features" { // one that the condition names may be what cannot stand there
			of = d.Features[f.Path[1]]
		} else if strings.Join(f.Path, ".") != path {
			t.Errorf("fault of another expression: %s", f)
		}
		if f.Message == "" || f.Offset < 0 || f.Offset > len(of) {
			t.Errorf("fault at %d of %q: %q", f.Offset, of, f.Message)
		}
	}
	if len(faults) > 0 {
		return
	}
	v := chanceView{seed}
	eval := plan.NewEvaluator()
	eval.On(v)
	n := schemas.Instant(1767607200000)
	for _, f := range plan.Features {
		if v := eval.Value(f, n); v.Kind() == schemas.Missing || v.Kind() == schemas.Invalid {
			t.Errorf("%s shows a value that is none", f.Text)
		}
	}
	for _, l := range plan.Leaves {
		eval.Evidence(l, n)
		if at := eval.NextFlip(l, n, eval.Truth(l, n)); at <= n {
			t.Errorf("%s flips at %s, not after %s", l.Text, at, n)
		}
	}
	for _, s := range plan.Segments {
		if s.When != nil {
			s.When.Eval(func(i int) expr.Truth { return eval.Truth(plan.Leaves[i], n) })
		}
	}
	e := &schemas.Event{ID: "e1", Source: "file", Type: "p", Time: n}
	for _, path := range plan.Fields {
		e.Fields = append(e.Fields, anything(hash(strings.Join(path, "."), seed), 0))
	}
	for _, filter := range plan.Filters {
		filter.Match(e, plan.Scratch())
	}
}

// chanceView answers each call by chance, the same each time, and with what the call may give.
type chanceView struct{ seed uint64 }

func hash(text string, seed uint64) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(text))
	return (h.Sum64() ^ seed) * 0x9E3779B97F4A7C15
}

func (v chanceView) Value(c *expr.Call, n schemas.Instant) schemas.Value {
	x := hash(c.Text, v.seed)
	some := x>>40%4 > 0
	switch c.Func {
	case expr.FuncCount, expr.FuncDistinct, expr.FuncSessions, expr.FuncSessionEvents, expr.FuncSessionSeconds, expr.FuncSessionCount, expr.FuncBucket:
		return schemas.IntValue(int64(x % 100))
	case expr.FuncSum, expr.FuncDecayed, expr.FuncAffinity, expr.FuncAffinityShare, expr.FuncInterest, expr.FuncInterestShare, expr.FuncInterestMax:
		return schemas.DoubleValue(float64(x%1000) / 8)
	case expr.FuncAvg, expr.FuncMin, expr.FuncMax:
		if some {
			return schemas.DoubleValue(float64(x%1000) / 8)
		}
		return schemas.NullValue
	case expr.FuncPAlive, expr.FuncExpected, expr.FuncValue:
		if some {
			return schemas.DoubleValue(1 / (1 + float64(n-1767607200000+1)/float64(x%1e9+1)))
		}
		return schemas.NullValue
	case expr.FuncEver, expr.FuncSessionActive, expr.FuncFollowedBy, expr.FuncNotFollowedBy, expr.FuncConsent, expr.FuncInSegment:
		return schemas.BoolValue(some)
	case expr.FuncSinceFirst, expr.FuncSinceLast:
		if at, ok := v.Since(c); ok {
			return schemas.SpanValue(n.Sub(at))
		}
		return schemas.SpanValue(schemas.Forever)
	case expr.FuncSessionStart:
		if some {
			return schemas.TimeValue(1767607200000 - schemas.Instant(x%1e6))
		}
		return schemas.NullValue
	case expr.FuncTop, expr.FuncInterests:
		return schemas.ListValue([]schemas.Value{schemas.StringValue("a"), schemas.StringValue("shoes")}[:x%3])
	case expr.FuncPending:
		return schemas.ListValue([]schemas.Value{anything(x, 1), anything(x>>8, 1)}[:x>>20%3])
	case expr.FuncLocalHour:
		return schemas.IntValue(int64(expr.ZoneOf(schemas.StringValue("Europe/Berlin")).Hour(n)))
	case expr.FuncLocalWeekday:
		return schemas.IntValue(int64(expr.ZoneOf(schemas.StringValue("Europe/Berlin")).Weekday(n)))
	}
	if v := anything(x, 0); v.Known() {
		return v
	}
	return schemas.NullValue
}

func (v chanceView) NextChange(c *expr.Call, n schemas.Instant) schemas.Instant {
	zone := expr.ZoneOf(schemas.StringValue("Europe/Berlin"))
	switch at := schemas.Instant(1767607200000 + hash(c.Text, v.seed)%1e8); {
	case c.Func == expr.FuncLocalHour:
		return zone.NextHour(n)
	case c.Func == expr.FuncLocalWeekday:
		return zone.NextDay(n)
	case at > n:
		return at
	}
	return schemas.Never
}

func (v chanceView) Leaves(c *expr.Call, n schemas.Instant, j int) schemas.Instant {
	return n + schemas.Instant(j)*1000
}

func (v chanceView) Fading(c *expr.Call) (value float64, at schemas.Instant) {
	x := hash(c.Text, v.seed)
	return float64(x%1000) / 8, 1767607200000 - schemas.Instant(x%1e9)
}

func (v chanceView) Since(c *expr.Call) (at schemas.Instant, ok bool) {
	x := hash(c.Text, v.seed)
	return 1767607200000 - schemas.Instant(x%1e9), x>>40%4 > 0
}

// anything is a value of any kind that data may hold, or none.
func anything(x uint64, depth int) schemas.Value {
	switch x % 11 {
	case 0:
		return schemas.Value{}
	case 1:
		return schemas.NullValue
	case 2:
		return schemas.BoolValue(x&16 > 0)
	case 3:
		return schemas.IntValue(int64(x>>8%20) - 5)
	case 4:
		return schemas.IntValue(int64(x))
	case 5:
		return schemas.DoubleValue(float64(x>>8%200)/8 - 5)
	case 6:
		return schemas.DoubleValue(float64(x) * 1e290)
	case 7, 8:
		return schemas.StringValue([]string{"", "a", "shoes", "1", "Zoë", "[", "2026-01-05T10:00:00Z"}[x>>8%7])
	}
	if depth > 2 {
		return schemas.NullValue
	}
	items := []schemas.Value{anything(x>>4, depth+1), anything(x>>9, depth+1)}
	if x%11 == 9 {
		return schemas.ListValue(items)
	}
	return schemas.MapValue([]string{"a", "temp_c"}, items)
}
