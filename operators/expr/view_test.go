package expr_test

import (
	"slices"
	"testing"

	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/schemas"
)

// view is a profile made up for a test: each call's answer by its text; what is not there is null, 0 or never.
type view struct {
	values map[string]schemas.Value                          // that stand still
	moving map[string]func(schemas.Instant) float64          // models
	fading map[string]fading                                 // decayed sums
	since  map[string]schemas.Instant                        // of since_first and since_last
	times  map[string][]schemas.Instant                      // of count in a window, ascending
	zone   string                                            // of local_hour and local_weekday
	change func(*expr.Call, schemas.Instant) schemas.Instant // of calls that step; nil: never
}

type fading struct {
	value float64
	at    schemas.Instant
}

func (v *view) Value(c *expr.Call, n schemas.Instant) schemas.Value {
	if f, found := v.moving[c.Text]; found {
		return schemas.DoubleValue(f(n))
	}
	if at, found := v.since[c.Text]; found {
		return schemas.SpanValue(n.Sub(at))
	}
	if times, found := v.times[c.Text]; found {
		return schemas.IntValue(int64(len(inWindow(times, n, c.Window))))
	}
	switch c.Func {
	case expr.FuncLocalHour:
		return schemas.IntValue(int64(expr.ZoneOf(schemas.StringValue(v.zone)).Hour(n)))
	case expr.FuncLocalWeekday:
		return schemas.IntValue(int64(expr.ZoneOf(schemas.StringValue(v.zone)).Weekday(n)))
	case expr.FuncSinceFirst, expr.FuncSinceLast:
		return schemas.SpanValue(schemas.Forever)
	}
	if x, found := v.values[c.Text]; found {
		return x
	}
	return schemas.NullValue
}

func inWindow(times []schemas.Instant, n schemas.Instant, w schemas.Duration) []schemas.Instant {
	return slices.DeleteFunc(slices.Clone(times), func(t schemas.Instant) bool { return t.Add(w) <= n })
}

func (v *view) NextChange(c *expr.Call, n schemas.Instant) schemas.Instant {
	zone := expr.ZoneOf(schemas.StringValue(v.zone))
	switch {
	case c.Func == expr.FuncLocalHour:
		return zone.NextHour(n)
	case c.Func == expr.FuncLocalWeekday:
		return zone.NextDay(n)
	case v.change != nil:
		return v.change(c, n)
	}
	if in := inWindow(v.times[c.Text], n, c.Window); len(in) > 0 {
		return in[0].Add(c.Window)
	}
	return schemas.Never
}

func (v *view) Leaves(c *expr.Call, n schemas.Instant, j int) schemas.Instant {
	return inWindow(v.times[c.Text], n, c.Window)[j-1].Add(c.Window)
}

func (v *view) Fading(c *expr.Call) (value float64, at schemas.Instant) {
	f := v.fading[c.Text]
	return f.value, f.at
}

func (v *view) Since(c *expr.Call) (at schemas.Instant, ok bool) {
	at, ok = v.since[c.Text]
	return at, ok
}

// around are the definitions that the expressions of these tests may name.
func around() expr.Definitions {
	return expr.Definitions{
		Features: map[string]string{"spent": `sum("purchase", "amount")`, "fade": `decayed("purchase", "7d")`, "bought": `ever("purchase")`},
		Segments: map[string]expr.Segment{"buyers": {When: `count("purchase") >= 1`}},
		Interests: map[string]expr.Interest{"category": {Field: "category", HalfLife: 14 * schemas.Day,
			Weights: map[string]float64{"product_view": 1, "purchase": 4}, Keep: 128}},
		Models: map[string]*expr.Model{"purchase": {Amount: "amount", Unit: schemas.Week, R: 0.243, Alpha: 4.414, A: 0.793, B: 2.426, P: 6.25, Q: 3.74, V: 15.44}},
		Limits: expr.Limits{Events: 100, Values: 10},
	}
}

// feature compiles one feature.
func feature(t *testing.T, text string) (*expr.Plan, *expr.Feature) {
	t.Helper()
	d := around()
	d.Features["tested"] = text
	plan, faults := expr.Compile(d)
	if len(faults) > 0 {
		t.Fatalf("%s: %v", text, faults)
	}
	return plan, plan.Features[slices.IndexFunc(plan.Features, func(f *expr.Feature) bool { return f.Name == "tested" })]
}

// leaf compiles a condition of one leaf.
func leaf(t testing.TB, text string) (*expr.Plan, *expr.Leaf) {
	t.Helper()
	d := around()
	d.Segments["tested"] = expr.Segment{When: text}
	plan, faults := expr.Compile(d)
	if len(faults) > 0 {
		t.Fatalf("%s: %v", text, faults)
	}
	s := plan.Segments[slices.IndexFunc(plan.Segments, func(s *expr.PlannedSegment) bool { return s.Name == "tested" })]
	i, ok := s.When.Single()
	if !ok {
		t.Fatalf("%s has more than one leaf", text)
	}
	return plan, plan.Leaves[i]
}

// faults are what is wrong with a condition.
func faults(text string) []expr.Fault {
	d := around()
	d.Segments["tested"] = expr.Segment{When: text}
	_, out := expr.Compile(d)
	return out
}
