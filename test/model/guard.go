package model

// guarded is an action's payload without what the guards remove; rule names the guard that left nothing of it.
func guarded(s *scope, a *ActionDef) (payload map[string]any, rule string) {
	payload = map[string]any{}
	sensitive, unsupported, left := false, false, false
	remove := func(v any, fields []string) bool {
		switch {
		case s.cfg.sensitive(v):
			sensitive = true
			return true
		case len(fields) > 0 && v != nil && !s.supported(v, fields):
			unsupported = true
			return true
		}
		return false
	}
	for _, part := range a.Payload {
		v, err := part.Expr.eval(s)
		if err != nil {
			v = nil
		}
		fields := drawn(s, part.Expr)
		if list, ok := v.([]any); ok {
			kept := []any{}
			for _, item := range list {
				if !remove(item, fields) {
					kept = append(kept, item)
				}
			}
			payload[part.Name] = kept
			left = left || len(kept) > 0
		} else if !remove(v, fields) {
			payload[part.Name] = written(v)
			left = left || v != nil
		}
	}
	switch {
	case left:
		return payload, ""
	case sensitive:
		return nil, "sensitive"
	case unsupported:
		return nil, "min_support"
	}
	return payload, ""
}

// drawn are the fields a value was read from by first, last, top, pending or interests; none for what is counted,
// compared or constant.
func drawn(s *scope, e Expr) []string {
	switch e := e.(type) {
	case *Agg:
		if e.Fn == "first" || e.Fn == "last" {
			return []string{e.Field}
		}
	case *Decay:
		if e.Fn == "top" {
			return []string{e.Field}
		}
	case *Pending:
		return []string{e.Field}
	case *Interest:
		if e.Fn == "interests" {
			return []string{s.cfg.interest(e.Name).Field}
		}
	case *Feature:
		return drawn(s, s.cfg.feature(e.Name))
	case *Cond:
		if s.holds(e.If) {
			return drawn(s, e.Then)
		}
		return drawn(s, e.Else)
	case *Op:
		if e.Op == "+" {
			return append(drawn(s, e.L), drawn(s, e.R)...)
		}
	}
	return nil
}

// supported tells whether enough events, and sessions, carry a value in one of the fields.
func (s *scope) supported(v any, fields []string) bool {
	carries := func(e *applied) bool {
		for _, name := range fields {
			if x, present := e.field(name); present && equal(x, v) {
				return true
			}
		}
		return false
	}
	found := Support{}
	for _, e := range s.events {
		if !reserved[e.Type] && carries(e) {
			found.Events++
		}
	}
	for _, c := range s.sessions {
		for _, e := range c {
			if carries(e) {
				found.Sessions++
				break
			}
		}
	}
	need := s.cfg.support()
	return found.Events >= need.Events && found.Sessions >= need.Sessions
}

// shown is a field of an event as affinities, interests and rankings see it: a sensitive value is as if absent.
func (s *scope) shown(e *applied, field string) any {
	v, _ := e.field(field)
	if s.cfg.sensitive(v) {
		return nil
	}
	return v
}
