package model

import (
	"math"
	"math/big"
	"sort"
)

func (a *Agg) eval(s *scope) (any, error) {
	events := s.of(a.Type, a.Window, a.Filter)
	switch a.Fn {
	case "count":
		return int64(len(events)), nil
	case "ever":
		return len(events) > 0, nil
	case "since_first", "since_last":
		if len(events) == 0 {
			return never, nil
		}
		e := events[0]
		if a.Fn == "since_last" {
			e = events[len(events)-1]
		}
		return span(s.n - e.Time), nil
	}
	values := valuesOf(events, a.Field)
	switch a.Fn {
	case "first", "last":
		if len(values) == 0 {
			return nil, nil
		}
		if a.Fn == "first" {
			return values[0], nil
		}
		return values[len(values)-1], nil
	case "distinct":
		seen := map[string]bool{}
		for _, v := range values {
			seen[key(v)] = true
		}
		return int64(len(seen)), nil
	}
	return overNumbers(a.Fn, values)
}

// valuesOf are the values of a field where it is present and not null, in order.
func valuesOf(events []*applied, field string) []any {
	var values []any
	for _, e := range events {
		if v, _ := e.field(field); v != nil {
			values = append(values, v)
		}
	}
	return values
}

func overNumbers(fn string, values []any) (any, error) {
	var list []any
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if x, ok := number(v); ok {
			list = append(list, v)
			low, high = min(low, x.f), max(high, x.f)
		}
	}
	if len(list) == 0 {
		if fn == "sum" {
			return 0.0, nil
		}
		return nil, nil
	}
	sum := exactSum(list)
	switch fn {
	case "min":
		return low, nil
	case "max":
		return high, nil
	case "avg":
		sum.Quo(sum, new(big.Rat).SetInt64(int64(len(list))))
	}
	v, _ := sum.Float64()
	return v, nil
}

func (x *Sessions) eval(s *scope) (any, error) {
	n := int64(0)
	for _, c := range s.sessions {
		if x.Window == 0 || s.n-x.Window < c.start() {
			n++
		}
	}
	return n, nil
}

func (x *Session) eval(s *scope) (any, error) {
	c := s.open()
	switch x.Attr {
	case "active":
		return c != nil, nil
	case "events":
		return int64(len(c)), nil
	case "start":
		if c == nil {
			return nil, nil
		}
		return instant(c.start()), nil
	case "seconds":
		if c == nil {
			return int64(0), nil
		}
		return (c.end() - c.start()) / 1000, nil
	}
	var events []*applied
	for _, e := range c {
		if e.matches(x.Type) {
			events = append(events, e)
		}
	}
	if x.Attr == "count" {
		return int64(len(events)), nil
	}
	if values := valuesOf(events, x.Field); len(values) > 0 {
		return values[0], nil
	}
	return nil, nil
}

func (f *Follow) eval(s *scope) (any, error) {
	as := s.of(f.A, 0, nil)
	if len(as) == 0 {
		return false, nil
	}
	t := as[len(as)-1].Time
	came := false
	for _, b := range s.of(f.B, 0, nil) {
		came = came || b.Time > t && b.Time <= t+f.Within
	}
	if f.Not {
		return !came && s.n > t+f.Within, nil
	}
	return came, nil
}

func (p *Pending) eval(s *scope) (any, error) {
	type item struct {
		value any
		at    int64
	}
	latest := map[string]item{}
	for _, a := range s.of(p.A, p.Window, nil) {
		if v := s.shown(a, p.Field); v != nil {
			latest[key(v)] = item{v, a.Time}
		}
	}
	for _, b := range s.of(p.B, 0, nil) {
		if v := s.shown(b, p.Field); v != nil {
			if a, ok := latest[key(v)]; ok && b.Time > a.at {
				delete(latest, key(v))
			}
		}
	}
	items := make([]item, 0, len(latest))
	for _, x := range latest {
		items = append(items, x)
	}
	sort.Slice(items, func(i, j int) bool {
		if items[i].at != items[j].at {
			return items[i].at > items[j].at
		}
		return text(items[i].value) < text(items[j].value)
	})
	list := make([]any, len(items))
	for i, x := range items {
		list[i] = x.value
	}
	return list, nil
}

func text(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return jsonValue(v)
}
