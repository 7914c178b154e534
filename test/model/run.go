package model

import (
	"math"
	"slices"
	"sort"
)

// lookAhead is how far expires_at is looked for.
const lookAhead = 3650 * day

// Run replays a case.
func Run(c Case) Result { return run(c).out }

func run(c Case) *world {
	w := newWorld(c)
	w.play(c)
	return w
}

func newWorld(c Case) *world {
	return &world{cfg: &c.Config, plan: order(&c.Config), groups: groups(&c.Config), profiles: map[string]*profile{},
		told: map[string]int{}}
}

// play takes the events in and comes to the final instant.
func (w *world) play(c Case) {
	final := int64(math.MinInt64)
	if c.AsOf != nil {
		final = *c.AsOf
	}
	for _, e := range merge(c.Files, c.AsOf) {
		if c.AsOf == nil {
			final = max(final, e.Time)
		}
		p := w.profiles[e.Subject]
		if p == nil {
			p = &profile{world: w, id: e.Subject, erased: math.MinInt64}
			w.profiles[e.Subject] = p
		}
		p.take(e)
		if w.watch != nil {
			w.watch(p)
		}
	}
	names := make([]string, 0, len(w.profiles))
	for name := range w.profiles {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		w.profiles[name].finish(final)
	}
	w.out, w.final = muted(w.out, w.cfg.MuteBefore), final
}

// muted leaves out the changes and decisions before an instant.
func muted(r Result, before *int64) Result {
	if before != nil {
		r.Changes = slices.DeleteFunc(r.Changes, func(c Change) bool { return c.Time < *before })
		r.Decisions = slices.DeleteFunc(r.Decisions, func(d Decision) bool { return d.Time < *before })
	}
	return r
}

// merge gives the events in the order they are read: always the head with the least time, ties in the order
// of the files. Events later than as-of are left out of the files.
func merge(files [][]Event, asOf *int64) []Event {
	heads := make([][]Event, len(files))
	for i, f := range files {
		for _, e := range f {
			if asOf == nil || e.Time <= *asOf {
				heads[i] = append(heads[i], e)
			}
		}
	}
	var all []Event
	for {
		least := -1
		for i, f := range heads {
			if len(f) > 0 && (least < 0 || f[0].Time < heads[least][0].Time) {
				least = i
			}
		}
		if least < 0 {
			return all
		}
		all = append(all, heads[least][0])
		heads[least] = heads[least][1:]
	}
}

// world is a run: the configuration, the profiles, and what came out.
type world struct {
	cfg      *Config
	plan     plan
	groups   []*actionGroup
	profiles map[string]*profile
	out      Result
	final    int64
	told     map[string]int // how often what no record shows came about
	watch    func(*profile) // called after each arrival, or nil
}

// plan is the order in which segments are evaluated, and for each one the segments it rests on, itself included.
type plan struct {
	order []*SegmentDef
	needs map[string][]*SegmentDef
}

// order puts referenced segments first.
func order(cfg *Config) plan {
	p := plan{needs: map[string][]*SegmentDef{}}
	byName := map[string]*SegmentDef{}
	for i := range cfg.Segments {
		byName[cfg.Segments[i].Name] = &cfg.Segments[i]
	}
	var visit func(s *SegmentDef)
	visit = func(s *SegmentDef) {
		if _, done := p.needs[s.Name]; done {
			return
		}
		named := map[string]bool{}
		references(cfg, s.When, named)
		references(cfg, s.Until, named)
		below := map[*SegmentDef]bool{s: true}
		for i := range cfg.Segments {
			if d := &cfg.Segments[i]; named[d.Name] {
				visit(d)
				for _, x := range p.needs[d.Name] {
					below[x] = true
				}
			}
		}
		p.order = append(p.order, s)
		for _, x := range p.order {
			if below[x] {
				p.needs[s.Name] = append(p.needs[s.Name], x)
			}
		}
	}
	for i := range cfg.Segments {
		visit(&cfg.Segments[i])
	}
	return p
}

// references collects the segments an expression names, through features too.
func references(cfg *Config, e Expr, into map[string]bool) {
	if e == nil {
		return
	}
	switch e := e.(type) {
	case *Named:
		if e.Fn == "in_segment" {
			into[e.Name] = true
		}
	case *Feature:
		references(cfg, cfg.feature(e.Name), into)
	}
	for _, k := range e.kids() {
		references(cfg, k, into)
	}
}
