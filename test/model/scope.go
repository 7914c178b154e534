package model

import (
	"sort"
	"time"
	_ "time/tzdata" // the zones do not depend on the machine
)

// applied is an event a profile has taken in.
type applied struct {
	Event
	late      bool // joined no session
	published bool // its session is out
}

// chain is a session: events whose neighbours are at most the gap apart.
type chain []*applied

func (c chain) start() int64 { return c[0].Time }
func (c chain) end() int64   { return c[len(c)-1].Time }

func (c chain) counts() map[string]int {
	counts := map[string]int{}
	for _, e := range c {
		counts[e.Type]++
	}
	return counts
}

// scope is all an expression can see: the events of a life, the memberships, and the instant n.
type scope struct {
	cfg      *Config
	profile  string
	events   []*applied // by (time, source, id), none later than n
	sessions []chain
	member   map[string]bool
	n        int64
	event    *Event // inside a filter
}

func newScope(cfg *Config, profile string, events []*applied, member map[string]bool) *scope {
	s := &scope{cfg: cfg, profile: profile, events: events, member: member}
	s.sessions = chains(events, cfg.Gap)
	return s
}

// chains cuts the events that take part in sessions into sessions.
func chains(events []*applied, gap int64) []chain {
	var all []chain
	for _, e := range events {
		if e.late || reserved[e.Type] {
			continue
		}
		if last := len(all) - 1; last >= 0 && e.Time-all[last].end() <= gap {
			all[last] = append(all[last], e)
		} else {
			all = append(all, chain{e})
		}
	}
	return all
}

// open is the session open at n, or nil.
func (s *scope) open() chain {
	if len(s.sessions) == 0 {
		return nil
	}
	if c := s.sessions[len(s.sessions)-1]; s.n <= c.end()+s.cfg.Gap {
		return c
	}
	return nil
}

// latestOf is the value a reserved event of this type holds under a key, by the greatest (time, source, id).
func (s *scope) latestOf(kind, name string) (v any, at int64) {
	for i := len(s.events) - 1; i >= 0; i-- {
		e := s.events[i]
		if e.Type != kind {
			continue
		}
		if v, present := e.Data[name]; present {
			return v, e.Time
		}
	}
	return nil, 0
}

func (s *scope) consent(purpose string) string {
	for i := len(s.events) - 1; i >= 0; i-- {
		if e := s.events[i]; e.Type == typeConsent && e.Data["purpose"] == purpose {
			status, _ := e.Data["status"].(string)
			return status
		}
	}
	return ""
}

// zone is the profile's time zone: UTC unless the trait names a known one.
func (s *scope) zone() *time.Location {
	v, _ := s.latestOf(typeTraits, "timezone")
	if name, ok := v.(string); ok {
		if loc, ok := zones[name]; ok {
			return loc
		}
	}
	return time.UTC
}

// zones are those the generator and the cases use; every other name is unknown.
var zones = func() map[string]*time.Location {
	m := map[string]*time.Location{}
	for _, name := range []string{"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Auckland"} {
		if loc, err := time.LoadLocation(name); err == nil {
			m[name] = loc
		}
	}
	return m
}()

// traits are all attributes known, by their top-level keys.
func (s *scope) traits() map[string]any {
	all := map[string]any{}
	for _, e := range s.events {
		if e.Type == typeTraits {
			for k, v := range e.Data {
				all[k] = v
			}
		}
	}
	for k, v := range all {
		if v == nil {
			delete(all, k)
		}
	}
	return all
}

func (s *scope) consents() map[string]string {
	all := map[string]string{}
	for _, e := range s.events {
		if purpose, ok := e.Data["purpose"].(string); ok && e.Type == typeConsent {
			all[purpose], _ = e.Data["status"].(string)
		}
	}
	return all
}

// of are the events of a type in a window (0: lifetime) that pass the filter.
func (s *scope) of(name string, window int64, filter Expr) []*applied {
	var list []*applied
	for _, e := range s.events {
		if e.matches(name) && (window == 0 || s.n-window < e.Time) && s.pass(filter, e) {
			list = append(list, e)
		}
	}
	return list
}

func (s *scope) pass(filter Expr, e *applied) bool {
	if filter == nil {
		return true
	}
	inner := scope{cfg: s.cfg, event: &e.Event}
	return inner.holds(filter)
}

// holds is the truth of a condition: an error or null is false.
func (s *scope) holds(e Expr) bool {
	v, err := e.eval(s)
	truth, ok := v.(bool)
	return err == nil && ok && truth
}

// insert keeps the events in order.
func insert(events []*applied, e *applied) []*applied {
	i := sort.Search(len(events), func(i int) bool { return e.before(&events[i].Event) })
	events = append(events, nil)
	copy(events[i+1:], events[i:])
	events[i] = e
	return events
}
