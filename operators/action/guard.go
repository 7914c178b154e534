package action

import (
	"slices"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

// sieve takes out of a payload what the guards do not let pass.
type sieve struct {
	*Operator
	drawn                  map[string][]*field // the values that need support, by their keys, and where they came from
	sensitive, unsupported bool                // whether it took out anything
}

// payload is what the action would carry, and the rule that keeps it back: if a guard took something out, and what stays
// says nothing.
func (o *Operator) payload(a *planned) (payload schemas.Value, rule string) {
	s := &sieve{Operator: o}
	var keys []string
	var values []schemas.Value
	says := false
	now := o.at.View.Profile.Now
	for i := range a.payload {
		part := &a.payload[i]
		s.draw(part, now)
		given := o.now.Value(part.Feature, now)
		v, stays := s.pass(given)
		if !stays {
			continue
		}
		keys, values = append(keys, part.Name), append(values, v)
		says = says || v.Known() && (!empty(v) || v.Kind() == schemas.Map && empty(given)) // {} says something, unless a guard made it
	}
	switch {
	case says:
	case s.sensitive:
		rule = schemas.RuleSensitive
	case s.unsupported:
		rule = schemas.RuleMinSupport
	}
	return schemas.MapValue(keys, values), rule
}

// empty is whether a value is a list or a map of nothing.
func empty(v schemas.Value) bool {
	return (v.Kind() == schemas.List || v.Kind() == schemas.Map) && len(v.Items()) == 0
}

// draw finds the values that the part's calls draw from events.
func (s *sieve) draw(p *part, now schemas.Instant) {
	clear(s.drawn)
	for _, d := range p.drawn {
		eachAtom(s.at.View.Value(d.call, now), func(v schemas.Value) {
			if s.drawn == nil {
				s.drawn = map[string][]*field{}
			}
			if key := v.Key(); !slices.Contains(s.drawn[key], d.field) {
				s.drawn[key] = append(s.drawn[key], d.field)
			}
		})
	}
}

// pass is what of a value passes; stays is false if nothing does.
func (s *sieve) pass(v schemas.Value) (passed schemas.Value, stays bool) {
	if v.Kind() != schemas.List && s.stops(v) {
		return v, false
	}
	var keys []string
	var left []schemas.Value
	for i, item := range v.Items() {
		p, ok := s.pass(item)
		if !ok || empty(p) && !empty(item) {
			continue
		}
		if left = append(left, p); v.Kind() == schemas.Map {
			keys = append(keys, v.Keys()[i])
		}
	}
	switch v.Kind() {
	case schemas.List:
		v = schemas.ListValue(left)
	case schemas.Map:
		v = schemas.MapValue(keys, left)
	}
	return v, true
}

// stops is whether a value that is no list is sensitive, or was drawn and has too little support.
func (s *sieve) stops(v schemas.Value) bool {
	if !v.Known() {
		return false
	}
	for _, w := range s.guards.Sensitive {
		if v.Equal(w.Value) {
			s.sensitive = true
			return true
		}
	}
	if len(s.drawn) == 0 {
		return false
	}
	fields, isDrawn := s.drawn[v.Key()]
	if !isDrawn || slices.ContainsFunc(fields, func(f *field) bool { return s.supported(f, v.Key()) }) {
		return false
	}
	s.unsupported = true
	return true
}

func (s *sieve) supported(f *field, key string) bool {
	need := s.guards.MinSupport
	c, ok := s.at.View.Profile.Cells[s.first+f.cell].(*state.Support)
	if !ok {
		return false
	}
	v := c.By[key]
	return v.Events >= int64(need.Events) && v.Held() >= int64(need.Sessions) // Held is 0 where no session is asked for
}
