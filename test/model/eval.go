package model

import (
	"crypto/sha256"
	"encoding/binary"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

func (l *Lit) eval(*scope) (any, error)   { return l.V, nil }
func (d *Dur) eval(*scope) (any, error)   { return span(d.Ms), nil }
func (x *Stamp) eval(*scope) (any, error) { return instant(x.Ms), nil }

func (l *List) eval(s *scope) (any, error) {
	list := make([]any, len(l.Items))
	for i, x := range l.Items {
		v, err := x.eval(s)
		if err != nil {
			return nil, err
		}
		list[i] = v
	}
	return list, nil
}

// eval of a feature's name is the feature's value: null where the feature is in error.
func (f *Feature) eval(s *scope) (any, error) {
	v, err := s.cfg.feature(f.Name).eval(s)
	if err != nil {
		return nil, nil
	}
	return v, nil
}

func (n *Not) eval(s *scope) (any, error) {
	v, err := n.X.eval(s)
	truth, ok := v.(bool)
	if err != nil || !ok {
		return nil, errEval
	}
	return !truth, nil
}

func (c *Cond) eval(s *scope) (any, error) {
	v, err := c.If.eval(s)
	truth, ok := v.(bool)
	if err != nil || !ok {
		return nil, errEval
	}
	if truth {
		return c.Then.eval(s)
	}
	return c.Else.eval(s)
}

func (o *Op) eval(s *scope) (any, error) {
	l, lerr := o.L.eval(s)
	r, rerr := o.R.eval(s)
	if o.Op == "&&" || o.Op == "||" {
		return logic(o.Op == "||", l, r, lerr, rerr)
	}
	if lerr != nil || rerr != nil {
		return nil, errEval
	}
	switch o.Op {
	case "==":
		return equal(l, r), nil
	case "!=":
		return !equal(l, r), nil
	case "in":
		list, ok := r.([]any)
		if !ok {
			return nil, errEval
		}
		for _, v := range list {
			if equal(l, v) {
				return true, nil
			}
		}
		return false, nil
	case "+", "-", "*", "/", "%":
		if v, ok := concatenate(o.Op, l, r); ok {
			return v, nil
		}
		return calculate(o.Op, l, r)
	}
	order, ok := compare(l, r)
	if !ok {
		return nil, errEval
	}
	switch o.Op {
	case "<":
		return order < 0, nil
	case "<=":
		return order <= 0, nil
	case ">":
		return order > 0, nil
	}
	return order >= 0, nil
}

// concatenate is CEL's + of two texts or two lists, also where only the data says that they are.
func concatenate(op string, l, r any) (v any, ok bool) {
	if op != "+" {
		return nil, false
	}
	switch l := l.(type) {
	case string:
		if r, ok := r.(string); ok {
			return l + r, true
		}
	case []any:
		if r, ok := r.([]any); ok {
			return append(append([]any{}, l...), r...), true
		}
	}
	return nil, false
}

// logic is CEL's && and ||: the side that decides absorbs an error of the other.
func logic(decides bool, l, r any, lerr, rerr error) (any, error) {
	lt, lok := l.(bool)
	rt, rok := r.(bool)
	lok, rok = lok && lerr == nil, rok && rerr == nil
	if lok && lt == decides || rok && rt == decides {
		return decides, nil
	}
	if !lok || !rok {
		return nil, errEval
	}
	return !decides, nil
}

func (c *Call) eval(s *scope) (any, error) {
	v, err := c.X.eval(s)
	if err != nil {
		return nil, err
	}
	if c.Fn == "size" {
		switch v := v.(type) {
		case string:
			return int64(utf8.RuneCountInString(v)), nil
		case []any:
			return int64(len(v)), nil
		case map[string]any:
			return int64(len(v)), nil
		}
		return nil, errEval
	}
	text, ok := v.(string)
	if !ok {
		return nil, errEval
	}
	switch c.Fn {
	case "startsWith":
		return strings.HasPrefix(text, c.Arg), nil
	case "endsWith":
		return strings.HasSuffix(text, c.Arg), nil
	case "contains":
		return strings.Contains(text, c.Arg), nil
	}
	return regexp.MustCompile(c.Arg).MatchString(text), nil
}

// eval of e.<path>: a missing field is an error, as in CEL; has() asks for the last step only.
func (a *EventAttr) eval(s *scope) (any, error) {
	switch a.Path {
	case "id":
		return s.event.ID, nil
	case "source":
		return s.event.source(), nil
	case "type":
		return s.event.Type, nil
	case "time":
		return instant(s.event.Time), nil
	}
	path := strings.TrimPrefix(a.Path, "data.")
	v, present := s.event.field(path)
	if !a.Has {
		if !present {
			return nil, errEval
		}
		return v, nil
	}
	if i := strings.LastIndex(path, "."); i >= 0 {
		above, ok := s.event.field(path[:i])
		if _, isMap := above.(map[string]any); !ok || !isMap {
			return nil, errEval
		}
	}
	return present, nil
}

func (n *Named) eval(s *scope) (any, error) {
	switch n.Fn {
	case "trait":
		v, _ := s.latestOf(typeTraits, n.Name)
		return v, nil
	case "context":
		top, rest, deeper := strings.Cut(n.Name, ".")
		v, at := s.latestOf(typeContext, top)
		if v == nil || s.n >= at+s.cfg.TTL {
			return nil, nil
		}
		if !deeper {
			return v, nil
		}
		data, _ := v.(map[string]any)
		v, _ = follow(data, rest)
		return v, nil
	case "consent":
		return s.consent(n.Name) == "granted", nil
	case "in_segment":
		return s.member[n.Name], nil
	}
	sum := sha256.Sum256([]byte(n.Name + ":" + s.profile))
	return int64(binary.BigEndian.Uint64(sum[:8]) % 10000), nil
}

func (l *Local) eval(s *scope) (any, error) {
	t := time.UnixMilli(s.n).In(s.zone())
	if !l.Weekday {
		return int64(t.Hour()), nil
	}
	return int64((int(t.Weekday())+6)%7 + 1), nil
}
