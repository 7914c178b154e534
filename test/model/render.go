package model

import (
	"fmt"
	"strconv"
	"strings"
)

// inside renders a part of a larger expression, in brackets where CEL needs them.
func inside(e Expr, least int) string {
	if e.prec() < least {
		return "(" + e.String() + ")"
	}
	return e.String()
}

func call(fn string, args ...string) string { return fn + "(" + strings.Join(args, ", ") + ")" }

// optional appends the window and the filter where there are any.
func optional(args []string, window int64, filter Expr) []string {
	if window > 0 {
		args = append(args, strconv.Quote(formatDuration(window)))
	}
	if filter != nil {
		args = append(args, filter.String())
	}
	return args
}

func (a *Agg) String() string {
	args := []string{strconv.Quote(a.Type)}
	if a.Field != "" {
		args = append(args, strconv.Quote(a.Field))
	}
	return call(a.Fn, optional(args, a.Window, a.Filter)...)
}

func (d *Decay) String() string {
	args := []string{strconv.Quote(d.Type)}
	half := strconv.Quote(formatDuration(d.HalfLife))
	switch {
	case d.Fn == "top":
		args = append(args, strconv.Quote(d.Field), half, strconv.Itoa(d.N))
	case d.Fn != "decayed":
		args = append(args, strconv.Quote(d.Field), strconv.Quote(d.Value), half)
	case d.Field == "":
		args = append(args, half)
	default:
		args = optional(append(args, half, strconv.Quote(d.Field)), 0, d.Filter)
	}
	return call(d.Fn, args...)
}

func (i *Interest) String() string {
	switch i.Fn {
	case "interest_max":
		return call(i.Fn, strconv.Quote(i.Name))
	case "interests":
		return call(i.Fn, strconv.Quote(i.Name), strconv.Itoa(i.N))
	}
	return call(i.Fn, strconv.Quote(i.Name), strconv.Quote(i.Value))
}

func (x *Sessions) String() string { return call("sessions", optional(nil, x.Window, nil)...) }

func (x *Session) String() string {
	switch x.Attr {
	case "count":
		return call("session.count", strconv.Quote(x.Type))
	case "first":
		return call("session.first", strconv.Quote(x.Type), strconv.Quote(x.Field))
	}
	return "session." + x.Attr
}

func (f *Follow) String() string {
	fn := "followed_by"
	if f.Not {
		fn = "not_followed_by"
	}
	return call(fn, strconv.Quote(f.A), strconv.Quote(f.B), strconv.Quote(formatDuration(f.Within)))
}

func (p *Pending) String() string {
	return call("pending", optional([]string{strconv.Quote(p.A), strconv.Quote(p.B), strconv.Quote(p.Field)}, p.Window, nil)...)
}

func (b *Buyer) String() string {
	args := []string{strconv.Quote(b.Type)}
	if b.Fn == "value" {
		args = append(args, strconv.Quote(b.Field))
	}
	return call(b.Fn, optional(args, b.Horizon, nil)...)
}

func (n *Named) String() string { return call(n.Fn, strconv.Quote(n.Name)) }

func (l *Local) String() string {
	if l.Weekday {
		return "local_weekday()"
	}
	return "local_hour()"
}

func (f *Feature) String() string { return f.Name }
func (x *Stamp) String() string   { return call("timestamp", strconv.Quote(formatTime(x.Ms))) }

func (l *Lit) String() string {
	switch v := l.V.(type) {
	case nil:
		return "null"
	case string:
		return strconv.Quote(v)
	case float64:
		return formatDouble(v)
	}
	return fmt.Sprint(l.V)
}

func (d *Dur) String() string {
	unit := map[string]int64{"minutes": minute, "hours": hour, "days": day, "weeks": week}[d.Unit]
	if unit == 0 || d.Ms%unit != 0 {
		return call("duration", strconv.Quote(formatDuration(d.Ms)))
	}
	return call(d.Unit, strconv.FormatInt(d.Ms/unit, 10))
}

func (a *EventAttr) String() string {
	if a.Has {
		return "has(e." + a.Path + ")"
	}
	return "e." + a.Path
}

func (o *Op) String() string {
	l, r := o.prec(), o.prec()+1
	if l == 4 {
		l = 5
	}
	return inside(o.L, l) + " " + o.Op + " " + inside(o.R, r)
}

func (n *Not) String() string { return "!" + inside(n.X, 7) }

func (c *Cond) String() string {
	return inside(c.If, 2) + " ? " + inside(c.Then, 2) + " : " + inside(c.Else, 2)
}

func (l *List) String() string {
	parts := make([]string, len(l.Items))
	for i, x := range l.Items {
		parts[i] = x.String()
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

func (c *Call) String() string {
	if c.Fn == "size" {
		return call("size", c.X.String())
	}
	return inside(c.X, 8) + "." + call(c.Fn, strconv.Quote(c.Arg))
}
