package state_test

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"pgregory.net/rapid"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// told is one thing that a cell may be told: what an event says, whichever part of it the cell takes.
type told struct {
	At     schemas.Instant
	Source string
	ID     string // no two of a history have the same source and id
	Name   string
	Value  schemas.Value
	Number float64
	Begins bool
}

func (x told) mark() state.Mark { return state.Mark{Time: x.At, Source: x.Source, ID: x.ID} }

// kind is one kind of cell, and what it answers at an instant: texts that are exact, and numbers that may differ by 1e-12.
type kind struct {
	name  string
	make  func() state.Cell
	tell  func(c state.Cell, x told, e state.Edge)
	ask   func(c state.Cell, n schemas.Instant) (exact string, loose []float64)
	loose bool // its bytes may show the order of arrival in the last digits
}

const (
	window   = schemas.Duration(12)
	halfLife = schemas.Duration(9)
	gap      = schemas.Duration(4)
	plenty   = 10_000 // a limit that is not reached
)

var fieldValues = []string{"a", "b", "hat", "shoes", "Zoë"}

func text(parts ...any) string { return fmt.Sprintf("%+v", parts) }

func of[C state.Cell](name string, zero func() C, tell func(c C, x told, e state.Edge), ask func(c C, n schemas.Instant) string) kind {
	return kind{
		name: name,
		make: func() state.Cell { return zero() },
		tell: func(c state.Cell, x told, e state.Edge) { tell(c.(C), x, e) },
		ask:  func(c state.Cell, n schemas.Instant) (string, []float64) { return ask(c.(C), n), nil },
	}
}

// kinds are all there are, each as the operators make it.
var kinds = []kind{
	of("counter", func() *state.Counter { return &state.Counter{} },
		func(c *state.Counter, _ told, _ state.Edge) { c.N++ },
		func(c *state.Counter, _ schemas.Instant) string { return text(c.N) }),
	of("times", func() *state.Times { return &state.Times{Window: window, Keep: plenty} },
		func(c *state.Times, x told, e state.Edge) { c.Add(x.At, e.Now) },
		func(c *state.Times, n schemas.Instant) string {
			return text(c.Count(n, window), c.Count(n, window/2), c.NextLeaving(n, window), c.NextLeaving(n, window/2))
		}),
	of("sum", func() *state.Sum { return &state.Sum{} },
		func(c *state.Sum, x told, _ state.Edge) { c.Add(x.Number) },
		func(c *state.Sum, _ schemas.Instant) string { return text(c.N, number(c.Total.Value())) }),
	of("numbers", func() *state.Numbers { return &state.Numbers{Window: window, Keep: plenty} },
		func(c *state.Numbers, x told, e state.Edge) { c.Add(x.At, x.Number, e.Now) },
		func(c *state.Numbers, n schemas.Instant) string { return text(c.In(n), c.NextLeaving(n)) }),
	extreme("least ever", 0, -1), extreme("greatest ever", 0, 1), extreme("least", window, -1), extreme("greatest", window, 1),
	distinct("values ever", 0), distinct("values", window),
	of("first", func() *state.Register { return &state.Register{First: true} }, tellRegister, askRegister),
	of("last", func() *state.Register { return &state.Register{} }, tellRegister, askRegister),
	registers("traits", 0), registers("contexts", window),
	of("period", func() *state.Period { return &state.Period{} },
		func(c *state.Period, x told, _ state.Edge) { c.Add(x.At) },
		func(c *state.Period, _ schemas.Instant) string { return text(c.Set, c.First, c.Last) }),
	decay, affinity,
	of("follow", func() *state.Follow { return state.NewFollow(plenty) },
		func(c *state.Follow, x told, e state.Edge) {
			if x.Begins {
				c.AddA(x.At)
			} else {
				c.AddB(x.At, e.Horizon)
			}
		},
		func(c *state.Follow, _ schemas.Instant) string {
			return text(c.Followed(1), c.Followed(3), c.Followed(20), c.Deadline(3))
		}),
	pending("pending ever", 0), pending("pending", window),
	of("purchases", func() *state.Purchases { return &state.Purchases{} },
		func(c *state.Purchases, x told, _ state.Edge) { c.Add(x.mark(), x.Number) },
		func(c *state.Purchases, _ schemas.Instant) string { return text(c.History()) }),
	of("purchase days", func() *state.PurchaseDays { return &state.PurchaseDays{} },
		func(c *state.PurchaseDays, x told, _ state.Edge) {
			c.Add(x.At*schemas.Instant(8*schemas.Hour), x.Number)
		},
		func(c *state.PurchaseDays, _ schemas.Instant) string { return text(c.History()) }),
	of("sessions", func() *state.Sessions { return &state.Sessions{Gap: gap, Window: window, Keep: plenty, Names: names} },
		func(c *state.Sessions, x told, _ state.Edge) { c.Join(session(c, x)) },
		func(c *state.Sessions, n schemas.Instant) string {
			var open []string
			for i := range c.Open {
				s := &c.Open[i]
				entry, exit := c.Ends(s)
				open = append(open, text(s.Start, s.End, s.Events, s.Counts, entry.ID, entry.Type, json(entry.Data), exit.ID, exit.Type, json(exit.Data)))
				for _, f := range s.Firsts {
					open = append(open, text(f.Key, json(s.FirstOf(f.Key))))
				}
			}
			return text(open, c.Ended, c.Count(n, 0), c.Count(n, window), c.Count(n, 3), c.NextLeaving(n, window), c.Current(n) != nil)
		}),
	waiting, support, offers,
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func extreme(name string, w schemas.Duration, sign float64) kind {
	return of(name, func() *state.Extreme { return &state.Extreme{Window: w, Sign: sign, Keep: 1000} },
		func(c *state.Extreme, x told, e state.Edge) { c.Add(x.At, x.Number, e.Now) },
		func(c *state.Extreme, n schemas.Instant) string {
			v, ok := c.Value(n)
			return text(v, ok, c.NextLeaving(n))
		})
}

func distinct(name string, w schemas.Duration) kind {
	return of(name, func() *state.Distinct { return &state.Distinct{Window: w, Keep: plenty} },
		func(c *state.Distinct, x told, e state.Edge) { c.Add(x.At, x.Value.Key(), e.Now) },
		func(c *state.Distinct, n schemas.Instant) string { return text(c.Count(n), c.NextLeaving(n)) })
}

func tellRegister(c *state.Register, x told, _ state.Edge) { c.Tell(x.mark(), x.Value) }
func askRegister(c *state.Register, _ schemas.Instant) (exact string) {
	return text(c.Set, json(c.Value))
}

func registers(name string, ttl schemas.Duration) kind {
	return of(name, func() *state.Registers { return &state.Registers{TTL: ttl} },
		func(c *state.Registers, x told, _ state.Edge) {
			v := x.Value
			if !x.Begins {
				v = schemas.NullValue
			}
			c.Tell(x.Name, x.mark(), v)
		},
		func(c *state.Registers, n schemas.Instant) string {
			var next []schemas.Instant
			for _, name := range fieldValues {
				next = append(next, c.NextChange(name, n))
			}
			var all []string
			for _, v := range c.All(n) {
				all = append(all, v.Name+"="+json(v.Value))
			}
			return text(all, next)
		})
}

func pending(name string, w schemas.Duration) kind {
	return of(name, func() *state.Pending { return &state.Pending{Window: w, Keep: plenty} },
		func(c *state.Pending, x told, e state.Edge) { c.Tell(x.At, x.Value, x.Begins, e) },
		func(c *state.Pending, n schemas.Instant) string {
			return text(json(schemas.ListValue(c.Values(n, w))), c.NextLeaving(n, w))
		})
}

var decay = kind{
	name: "decay", loose: true,
	make: func() state.Cell { return &state.Decay{HalfLife: halfLife} },
	tell: func(c state.Cell, x told, _ state.Edge) { c.(*state.Decay).Add(x.At, x.Number) },
	ask: func(c state.Cell, n schemas.Instant) (string, []float64) {
		d := c.(*state.Decay)
		return text(d.Set), []float64{d.ValueAt(n, halfLife)}
	},
}

var affinity = kind{
	name: "affinity", loose: true,
	make: func() state.Cell { return state.NewAffinity(halfLife, plenty) },
	tell: func(c state.Cell, x told, _ state.Edge) { c.(*state.Affinity).Add(x.At, x.Name, 1+float64(len(x.ID))) },
	ask: func(c state.Cell, n schemas.Instant) (string, []float64) {
		a := c.(*state.Affinity)
		loose := []float64{a.Best().ValueAt(n, halfLife)}
		for _, name := range fieldValues {
			loose = append(loose, a.Of(name).ValueAt(n, halfLife), a.Share(name))
		}
		return text(a.Top(3)), loose
	},
}

// session is that of one event alone.
func session(c *state.Sessions, x told) state.Session {
	e := &schemas.Event{Time: x.At, Source: x.Source, ID: x.ID, Type: x.Name}
	s := c.One(&state.Visit{Coded: coded(e, c.Names), Kept: schemas.MapValue([]string{"cat"}, []schemas.Value{x.Value})})
	if x.Begins {
		s.TellFirst("session.first("+x.Name+")", x.mark(), x.Value)
	}
	return s
}

func json(v schemas.Value) string { return string(v.AppendJSON(nil)) }

// values of every kind that data may have.
var values = []schemas.Value{
	schemas.StringValue("a"), schemas.StringValue("1"), schemas.IntValue(1), schemas.DoubleValue(-2.5), schemas.BoolValue(true),
	schemas.IntValue(9007199254740993), schemas.ListValue([]schemas.Value{schemas.IntValue(1)}),
	schemas.MapValue([]string{"b", "a"}, []schemas.Value{schemas.NullValue, schemas.StringValue("")}),
}

// sumOf are numbers whose sum depends on the order of adding unless it is exact.
var sumOf = []float64{0.1, 0.2, 0.3, -0.3, 1, 1e16, -1e16, 1e-7, 3, -3, 12.5}

// histories are up to 40 things told, by (time, source, id): times are few, so that they meet each other and the windows.
func histories(t *rapid.T) []told {
	all := make([]told, rapid.IntRange(1, 40).Draw(t, "events"))
	for i := range all {
		x := &all[i]
		x.At = schemas.Instant(rapid.IntRange(0, 40).Draw(t, "at"))
		x.Source = rapid.SampledFrom([]string{"s1", "s2", "file"}).Draw(t, "source")
		x.ID = rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "id") + strconv.Itoa(i)
		x.Name = rapid.SampledFrom(fieldValues).Draw(t, "name")
		x.Value = rapid.SampledFrom(values).Draw(t, "value")
		x.Number = rapid.SampledFrom(sumOf).Draw(t, "number")
		x.Begins = rapid.Bool().Draw(t, "begins")
	}
	slices.SortFunc(all, func(a, b told) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Source, b.Source), cmp.Compare(a.ID, b.ID))
	})
	return all
}
