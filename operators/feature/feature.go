// Package feature is the operator that extracts features: it keeps the aggregates a plan asks for (counts, exact sums,
// extremes, decayed sums, interests, sequences, purchase histories) and answers the calls that read them.
package feature

import (
	"github.com/ebbstream/ebb/operators"
	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/operators/predict"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// Operator keeps aggregates, each in a cell of its own.
type Operator struct {
	plan   *expr.Plan
	first  int // the number of the first aggregate's cell
	layout func() *state.Layout
	byType [][]update // by EventType.Index; 0: those of "*", for types that nothing names
	vars   []schemas.Value
	before []schemas.Value // of an update's rising calls
}

// update is one aggregate that an event type feeds.
type update struct {
	*expr.Aggregate
	cell     int
	weight   float64
	ends     bool         // the type is the one that finishes: b of followed_by and pending
	positive bool         // no weight is less than 0
	rising   []*expr.Call // those a segment compares with numbers
	others   []*expr.Call // the other ones that a segment reads
}

// Specs are the operator's cells, one an aggregate.
func Specs(plan *expr.Plan) []state.Spec {
	var specs []state.Spec
	for _, a := range plan.Aggregates {
		specs = append(specs, state.Spec{Key: a.Key, New: maker(a), Window: a.Window})
	}
	return specs
}

func maker(a *expr.Aggregate) func() state.Cell {
	switch a.Kept {
	case expr.KeptCount:
		return func() state.Cell { return &state.Counter{} }
	case expr.KeptTimes:
		return func() state.Cell { return &state.Times{Window: a.Window, Keep: a.Keep} }
	case expr.KeptSum:
		return func() state.Cell { return &state.Sum{} }
	case expr.KeptNumbers:
		return func() state.Cell { return &state.Numbers{Window: a.Window, Keep: a.Keep} }
	case expr.KeptMin:
		return func() state.Cell { return &state.Extreme{Window: a.Window, Sign: -1, Keep: a.Keep} }
	case expr.KeptMax:
		return func() state.Cell { return &state.Extreme{Window: a.Window, Sign: 1, Keep: a.Keep} }
	case expr.KeptDistinct:
		return func() state.Cell { return &state.Distinct{Window: a.Window, Keep: a.Keep} }
	case expr.KeptFirst:
		return func() state.Cell { return &state.Register{First: true} }
	case expr.KeptLast:
		return func() state.Cell { return &state.Register{} }
	case expr.KeptPeriod:
		return func() state.Cell { return &state.Period{} }
	case expr.KeptDecay:
		return func() state.Cell { return &state.Decay{HalfLife: a.HalfLife} }
	case expr.KeptAffinity:
		return func() state.Cell { return state.NewAffinity(a.HalfLife, a.Keep) }
	case expr.KeptFollow:
		return func() state.Cell { return state.NewFollow(a.Keep) }
	case expr.KeptPending:
		return func() state.Cell { return &state.Pending{Window: a.Window, Keep: a.Keep} }
	}
	if a.PerDay {
		return func() state.Cell { return &state.PurchaseDays{} }
	}
	return func() state.Cell { return &state.Purchases{} }
}

// New makes the operator; its cells have the numbers from first on.
func New(plan *expr.Plan, first int, layout func() *state.Layout, types map[string]*operators.EventType) *Operator {
	o := &Operator{plan: plan, first: first, layout: layout, byType: make([][]update, len(types)+1), vars: plan.Scratch()}
	feed := func(typ string, u update) {
		if typ != "*" {
			o.byType[types[typ].Index] = append(o.byType[types[typ].Index], u)
			return
		}
		o.byType[0] = append(o.byType[0], u)
		for name, t := range types {
			if _, named := u.Weights[name]; !t.Reserved && (!named || u.ends) {
				o.byType[t.Index] = append(o.byType[t.Index], u)
			}
		}
	}
	for i, a := range plan.Aggregates {
		u := update{Aggregate: a, cell: first + i, positive: true}
		u.rising, u.others = o.split(a)
		for _, w := range a.Weights {
			u.positive = u.positive && w >= 0
		}
		for typ, w := range a.Weights {
			u.weight = w
			feed(typ, u)
		}
		if a.Then != "" {
			u.ends = true
			feed(a.Then, u)
		}
	}
	return o
}

// split tells the calls of which an event is seen to concern only some segments (Input.Grew) from the others; those that
// no segment reads are neither.
func (o *Operator) split(a *expr.Aggregate) (rising, others []*expr.Call) {
	for _, call := range a.Calls {
		w := &o.plan.Watches[call.Index]
		switch {
		case len(w.Readers) == 0 && len(w.Eager) == 0:
		case w.Compared() && a.Kept != expr.KeptPurchases: // a purchase makes later ones likelier, and silence tell more
			rising = append(rising, call)
		default:
			others = append(others, call)
		}
	}
	o.before = make([]schemas.Value, max(len(o.before), len(rising)))
	return rising, others
}

// Name is "features".
func (o *Operator) Name() string { return "features" }

// Fold tells every aggregate that the event's type feeds, if its filter lets the event pass.
func (o *Operator) Fold(in *operators.Input) {
	updates := o.byType[in.Type.Index]
	for i := range updates {
		u := &updates[i]
		if u.Filter >= 0 && !o.plan.Filters[u.Filter].Match(in.Event, o.vars) {
			continue
		}
		for i, call := range u.rising {
			o.before[i] = o.standing(in, call)
		}
		took := o.tell(in, u)
		if took == nothing {
			continue
		}
		for _, call := range u.others {
			in.Touch(call)
		}
		for i, call := range u.rising {
			if took == growth {
				in.Grew(call, o.before[i], o.standing(in, call))
			} else {
				in.Touch(call)
			}
		}
	}
}

// standing is what a call is worth now. Of an interest it may be what it was worth at its latest event, where also that reaches
// nothing that it is compared with: the fading need not be calculated then.
func (o *Operator) standing(in *operators.Input, c *expr.Call) schemas.Value {
	if c.Func == expr.FuncInterestMax {
		if x, ok := o.cellOf(in.Profile, c).(*state.Affinity); ok {
			if best := x.Best(); best.Value >= 0 && o.plan.Watches[c.Index].Below(best.Value) {
				return schemas.DoubleValue(best.Value)
			}
		}
	}
	return o.Value(in.Profile, c, in.Edge.Now)
}

// taken is what an aggregate made of an event.
type taken uint8

const (
	nothing taken = iota
	growth        // what it is asked for can only fall later than it would have done: see Input.Grew
	change        // any other change
)

// tell tells an aggregate of an event.
func (o *Operator) tell(in *operators.Input, u *update) taken {
	e := in.Event
	var v schemas.Value
	if u.Field >= 0 {
		v = e.Fields[u.Field]
	}
	n, isNumber := v.Number()
	switch u.Kept {
	case expr.KeptSum, expr.KeptNumbers, expr.KeptMin, expr.KeptMax:
		if !isNumber {
			return nothing
		}
	case expr.KeptFirst, expr.KeptLast, expr.KeptDistinct:
		if !v.Known() {
			return nothing
		}
	case expr.KeptPending:
		if !v.Known() || u.Sensitive(v) {
			return nothing
		}
	case expr.KeptDecay:
		if u.Field >= 0 && !isNumber {
			return nothing
		}
	case expr.KeptAffinity:
		if v.Kind() != schemas.String || u.Sensitive(v) {
			return nothing
		}
	}
	limited, took := false, change
	switch c := in.Profile.Cell(o.layout(), u.cell).(type) {
	case *state.Counter:
		c.N++
		took = growth
	case *state.Times:
		limited = c.Add(e.Time, in.Edge.Now) && u.Limit
		took = growth // also at the limit: what is pushed out would have left first
	case *state.Sum:
		c.Add(n)
		took = growth // time does not move it
	case *state.Numbers:
		limited = c.Add(e.Time, n, in.Edge.Now)
		if !limited && !c.Negative {
			took = growth
		}
	case *state.Extreme:
		limited = c.Add(e.Time, n, in.Edge.Now)
	case *state.Distinct:
		if limited = c.Add(e.Time, v.Key(), in.Edge.Now); !limited {
			took = growth
		}
	case *state.Register:
		if !c.Tell(state.MarkOf(e), v) {
			return nothing
		}
	case *state.Period:
		c.Add(e.Time)
	case *state.Decay:
		if u.Field < 0 {
			n, took = 1, growth
		}
		c.Add(e.Time, n)
	case *state.Affinity:
		if u.weight == 0 && c.Of(v.Text()).Set {
			return nothing // told anew as of another instant it would not be the same to the last digit
		}
		if limited = c.Add(e.Time, v.Text(), u.weight); !limited && u.positive {
			took = growth
		}
	case *state.Follow:
		if u.ends {
			limited = c.AddB(e.Time, in.Edge.Horizon)
		} else {
			c.AddA(e.Time)
		}
	case *state.Pending:
		limited = c.Tell(e.Time, v, !u.ends, in.Edge)
	case *state.Purchases:
		c.Add(state.MarkOf(e), n)
	case *state.PurchaseDays:
		c.Add(e.Time, n)
	}
	in.Profile.Limited = in.Profile.Limited || limited
	return took
}

// Answers are the functions over aggregates.
func (o *Operator) Answers() []expr.Func {
	return []expr.Func{expr.FuncCount, expr.FuncSum, expr.FuncAvg, expr.FuncMin, expr.FuncMax, expr.FuncDistinct, expr.FuncFirst,
		expr.FuncLast, expr.FuncEver, expr.FuncSinceFirst, expr.FuncSinceLast, expr.FuncDecayed, expr.FuncAffinity,
		expr.FuncAffinityShare, expr.FuncTop, expr.FuncInterest, expr.FuncInterestShare, expr.FuncInterestMax, expr.FuncInterests,
		expr.FuncFollowedBy, expr.FuncNotFollowedBy, expr.FuncPending, expr.FuncPAlive, expr.FuncExpected, expr.FuncValue}
}

// cellOf is the cell behind a call; nil if it was told nothing.
func (o *Operator) cellOf(p *state.Profile, c *expr.Call) state.Cell {
	return p.Cells[o.first+c.Aggregate]
}

// Value is the value of a call at n.
func (o *Operator) Value(p *state.Profile, c *expr.Call, n schemas.Instant) schemas.Value {
	cell := o.cellOf(p, c)
	if cell == nil {
		return empty(c)
	}
	switch x := cell.(type) {
	case *state.Counter:
		return schemas.IntValue(x.N)
	case *state.Times:
		return schemas.IntValue(int64(x.Count(n, c.Window)))
	case *state.Sum:
		if c.Func == expr.FuncAvg {
			return quotient(x.Total.Value(), x.N)
		}
		return schemas.DoubleValue(x.Total.Value())
	case *state.Numbers:
		var sum state.Exact
		in := x.In(n)
		for _, d := range in {
			sum.Add(d.Value)
		}
		if c.Func == expr.FuncAvg {
			return quotient(sum.Value(), int64(len(in)))
		}
		return schemas.DoubleValue(sum.Value())
	case *state.Extreme:
		if v, ok := x.Value(n); ok {
			return schemas.DoubleValue(v)
		}
		return schemas.NullValue
	case *state.Distinct:
		return schemas.IntValue(int64(x.Count(n)))
	case *state.Register:
		return x.Value
	case *state.Period:
		switch c.Func {
		case expr.FuncSinceFirst:
			return schemas.SpanValue(n.Sub(x.First))
		case expr.FuncSinceLast:
			return schemas.SpanValue(n.Sub(x.Last))
		}
		return schemas.BoolValue(true)
	case *state.Decay:
		return schemas.DoubleValue(x.ValueAt(n, c.HalfLife))
	case *state.Affinity:
		return affinity(x, c, n)
	case *state.Follow:
		if c.Func == expr.FuncFollowedBy {
			return schemas.BoolValue(x.Followed(c.Within))
		}
		return schemas.BoolValue(x.A != schemas.Earliest && !x.Followed(c.Within) && n >= x.Deadline(c.Within))
	case *state.Pending:
		return schemas.ListValue(x.Values(n, c.Window))
	case interface{ History() state.History }:
		return predicted(x.History(), c, n)
	}
	return schemas.Error
}

// History is what the model of p_alive, expected or value sees of a profile at n; false if it was told of no event.
func (o *Operator) History(p *state.Profile, c *expr.Call, n schemas.Instant) (predict.Repeats, predict.Spending, bool) {
	x, found := o.cellOf(p, c).(interface{ History() state.History })
	if !found {
		return predict.Repeats{}, predict.Spending{}, false
	}
	h := x.History()
	return repeats(h, c.Model, n), predict.Spending{X: float64(h.Paid), Mean: h.Sum / float64(max(h.Paid, 1))}, h.N > 0
}

// empty is the value of a call when nothing was told.
func empty(c *expr.Call) schemas.Value {
	switch c.Func {
	case expr.FuncCount, expr.FuncDistinct:
		return schemas.IntValue(0)
	case expr.FuncSum, expr.FuncDecayed, expr.FuncAffinity, expr.FuncAffinityShare, expr.FuncInterest, expr.FuncInterestShare, expr.FuncInterestMax:
		return schemas.DoubleValue(0)
	case expr.FuncEver, expr.FuncFollowedBy, expr.FuncNotFollowedBy:
		return schemas.BoolValue(false)
	case expr.FuncSinceFirst, expr.FuncSinceLast:
		return schemas.SpanValue(schemas.Forever)
	case expr.FuncTop, expr.FuncInterests, expr.FuncPending:
		return schemas.ListValue(nil)
	}
	return schemas.NullValue
}

func quotient(sum float64, n int64) schemas.Value {
	if n == 0 {
		return schemas.NullValue
	}
	return schemas.DoubleValue(sum / float64(n))
}

func affinity(x *state.Affinity, c *expr.Call, n schemas.Instant) schemas.Value {
	switch c.Func {
	case expr.FuncAffinity, expr.FuncInterest:
		return schemas.DoubleValue(x.Of(c.Value).ValueAt(n, c.HalfLife))
	case expr.FuncInterestMax:
		return schemas.DoubleValue(x.Best().ValueAt(n, c.HalfLife))
	case expr.FuncAffinityShare, expr.FuncInterestShare:
		return schemas.DoubleValue(x.Share(c.Value))
	}
	var list []schemas.Value
	for _, name := range x.Top(c.N) {
		list = append(list, schemas.StringValue(name))
	}
	return schemas.ListValue(list)
}

// repeats is a history at n: time in the model's unit, counted from the first event.
func repeats(h state.History, m *expr.Model, n schemas.Instant) predict.Repeats {
	in := func(d schemas.Duration) float64 { return float64(d) / float64(m.Unit) }
	return predict.Repeats{X: float64(h.N - 1), Tx: in(h.Last.Sub(h.First)), T: in(n.Sub(h.First))}
}

// predicted is p_alive, expected or value at n.
func predicted(h state.History, c *expr.Call, n schemas.Instant) schemas.Value {
	m := c.Model
	model := predict.BGNBD{R: m.R, Alpha: m.Alpha, A: m.A, B: m.B}
	r, horizon := repeats(h, m, n), float64(c.Horizon)/float64(m.Unit)
	v := 0.0
	switch c.Func {
	case expr.FuncPAlive:
		v = model.PAlive(r.X, r.Tx, r.T)
	case expr.FuncExpected:
		v = model.Expected(r.X, r.Tx, r.T, horizon)
	default:
		money := predict.GammaGamma{P: m.P, Q: m.Q, V: m.V}
		v = model.Expected(r.X, r.Tx, r.T, horizon) * money.Mean(float64(h.Paid), h.Sum)
	}
	if v != v {
		return schemas.NullValue
	}
	return schemas.DoubleValue(v)
}

// NextChange is the first instant after n at which a call may have another value.
func (o *Operator) NextChange(p *state.Profile, c *expr.Call, n schemas.Instant) schemas.Instant {
	switch x := o.cellOf(p, c).(type) {
	case *state.Times:
		return x.NextLeaving(n, c.Window)
	case *state.Numbers:
		return x.NextLeaving(n)
	case *state.Extreme:
		return x.NextLeaving(n)
	case *state.Distinct:
		return x.NextLeaving(n)
	case *state.Follow:
		if at := x.Deadline(c.Within); c.Func == expr.FuncNotFollowedBy && at > n {
			return at
		}
	case *state.Pending:
		return x.NextLeaving(n, c.Window)
	}
	return schemas.Never
}

// Fading is a decayed sum: its value at some instant.
func (o *Operator) Fading(p *state.Profile, c *expr.Call) (float64, schemas.Instant) {
	switch x := o.cellOf(p, c).(type) {
	case *state.Decay:
		return x.Value, x.At
	case *state.Affinity:
		f := x.Of(c.Value)
		if c.Func == expr.FuncInterestMax {
			f = x.Best()
		}
		return f.Value, f.At
	}
	return 0, 0
}

// Since is when something first or last happened.
func (o *Operator) Since(p *state.Profile, c *expr.Call) (schemas.Instant, bool) {
	x, ok := o.cellOf(p, c).(*state.Period)
	if !ok {
		return 0, false
	}
	if c.Func == expr.FuncSinceFirst {
		return x.First, true
	}
	return x.Last, true
}

// Leaves is when the j-th oldest of the events counted at n leaves the window.
func (o *Operator) Leaves(p *state.Profile, c *expr.Call, n schemas.Instant, j int) schemas.Instant {
	if x, ok := o.cellOf(p, c).(*state.Times); ok {
		if i := x.Left(n, c.Window) + j - 1; i < len(x.At) {
			return x.At[i].Add(c.Window)
		}
	}
	return schemas.Never
}
