package model

import (
	"slices"
	"strings"
)

// Shrink makes a failing case smaller while it still fails: fewer events, files, segments, features, actions, and
// simpler conditions.
func Shrink(c Case, fails func(Case) bool) Case {
	for smaller := true; smaller; {
		smaller = false
		for _, candidate := range c.smaller() {
			if candidate.Config.whole() && fails(candidate) {
				c, smaller = candidate, true
				break
			}
		}
	}
	return c
}

// String shows a case as one would write it down.
func (c Case) String() string {
	var b strings.Builder
	b.WriteString(c.Config.YAML())
	for i, f := range c.Files {
		b.WriteString("--- file " + string(rune('1'+i)) + "\n")
		for _, e := range f {
			b.WriteString(e.JSON() + "\n")
		}
	}
	if c.AsOf != nil {
		b.WriteString("--- as of " + c.AsOfText() + "\n")
	}
	return b.String()
}

func (c Case) smaller() []Case {
	var list []Case
	with := func(change func(*Case)) {
		d := c
		d.Files = slices.Clone(c.Files)
		d.Config.Features = slices.Clone(c.Config.Features)
		d.Config.Segments = slices.Clone(c.Config.Segments)
		d.Config.Actions = slices.Clone(c.Config.Actions)
		d.Config.Channels = slices.Clone(c.Config.Channels)
		d.Config.Experiments = slices.Clone(c.Config.Experiments)
		change(&d)
		list = append(list, d)
	}
	if len(c.Files) > 1 {
		with(func(d *Case) { d.Files = [][]Event{merge(c.Files, nil)} })
	}
	for i, f := range c.Files {
		if len(f) > 3 {
			with(func(d *Case) { d.Files[i] = f[len(f)/2:] })
			with(func(d *Case) { d.Files[i] = f[:len(f)/2] })
		}
		for j := range f {
			with(func(d *Case) { d.Files[i] = slices.Delete(slices.Clone(f), j, j+1) })
		}
	}
	if c.AsOf != nil {
		with(func(d *Case) { d.AsOf = nil })
	}
	for i, f := range c.Config.Features {
		with(func(d *Case) { d.Config.Features = slices.Delete(d.Config.Features, i, i+1) })
		for _, e := range simpler(f.Expr) {
			with(func(d *Case) { d.Config.Features[i].Expr = e })
		}
	}
	for i, s := range c.Config.Segments {
		with(func(d *Case) { d.Config.Segments = slices.Delete(d.Config.Segments, i, i+1) })
		if s.Until != nil {
			with(func(d *Case) { d.Config.Segments[i].Until = nil })
		}
		if s.Purpose != "" {
			with(func(d *Case) { d.Config.Segments[i].Purpose = "" })
		}
		for _, e := range simpler(s.When) {
			with(func(d *Case) { d.Config.Segments[i].When = e })
		}
		for _, e := range simpler(s.Until) {
			with(func(d *Case) { d.Config.Segments[i].Until = e })
		}
	}
	c.Config.fewerActions(with)
	return list
}

// simpler are the parts of a condition that are conditions themselves, and it without a filter.
func simpler(e Expr) []Expr {
	switch e := e.(type) {
	case *Op:
		if e.Op == "&&" || e.Op == "||" {
			list := []Expr{e.L, e.R}
			for _, l := range simpler(e.L) {
				list = append(list, &Op{e.Op, l, e.R})
			}
			for _, r := range simpler(e.R) {
				list = append(list, &Op{e.Op, e.L, r})
			}
			return list
		}
		if a, ok := e.L.(*Agg); ok && a.Filter != nil {
			bare := *a
			bare.Filter = nil
			return []Expr{&Op{e.Op, &bare, e.R}}
		}
	case *Not:
		list := []Expr{e.X}
		for _, x := range simpler(e.X) {
			list = append(list, &Not{x})
		}
		return list
	case *Cond:
		return []Expr{e.Then, e.Else}
	}
	return nil
}

// whole tells whether all names an expression uses are there, and something is left to compare.
func (c *Config) whole() bool {
	known := map[string]bool{}
	ok := true
	var walk func(e Expr)
	walk = func(e Expr) {
		switch e := e.(type) {
		case nil:
			return
		case *Feature:
			ok = ok && known[e.Name]
		case *Named:
			ok = ok && (e.Fn != "in_segment" || known["segment "+e.Name])
		}
		for _, k := range e.kids() {
			walk(k)
		}
	}
	for _, s := range c.Segments {
		known["segment "+s.Name] = true
	}
	for _, f := range c.Features {
		walk(f.Expr)
		known[f.Name] = true
	}
	for _, s := range c.Segments {
		walk(s.When)
		walk(s.Until)
	}
	for _, a := range c.Actions {
		walk(a.When)
		walk(a.Score)
		for _, p := range a.Payload {
			walk(p.Expr)
		}
		ok = ok && (a.On.Kind != "enters" && a.On.Kind != "exits" || known["segment "+a.On.Name])
	}
	return ok
}
