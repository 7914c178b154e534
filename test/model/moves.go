package model

import (
	"sort"
	"time"
)

// move is an instant at which time alone may change a condition; loose if it is a decay's or a model's crossing.
type move struct {
	at    int64
	loose bool
}

// moves collects the instants after lo, up to hi, at which conditions may change while no event comes.
type moves struct {
	s      *scope // at lo
	lo, hi int64
	list   []move
	hours  bool // and at every hour of the profile's clock
}

func (m *moves) add(at int64, loose bool) {
	if at > m.lo && at <= m.hi {
		m.list = append(m.list, move{at, loose})
	}
}

// afterEach adds an instant a fixed time after every event of a type: more than move anything, never fewer.
func (m *moves) afterEach(name string, offset int64) {
	for _, e := range m.s.events {
		if e.matches(name) {
			m.add(e.Time+offset, false)
		}
	}
}

// collect adds the instants of an expression.
func (m *moves) collect(e Expr) {
	switch e := e.(type) {
	case nil:
		return
	case *Agg:
		if e.Window > 0 {
			m.afterEach(e.Type, e.Window)
		}
	case *Sessions:
		if e.Window > 0 {
			for _, c := range m.s.sessions {
				m.add(c.start()+e.Window, false)
			}
		}
	case *Session:
		for _, c := range m.s.sessions {
			m.add(c.end()+m.s.cfg.Gap+1, false)
		}
	case *Follow:
		if e.Not {
			m.afterEach(e.A, e.Within+1)
		}
	case *Pending:
		if e.Window > 0 {
			m.afterEach(e.A, e.Window)
		}
	case *Named:
		if e.Fn == "context" {
			m.afterEach(typeContext, m.s.cfg.TTL)
		}
	case *Local:
		m.hours = true
	case *Feature:
		m.collect(m.s.cfg.feature(e.Name))
	case *Op:
		m.comparison(e)
	}
	for _, k := range e.kids() {
		m.collect(k)
	}
}

// behind is the expression a chain of feature names stands for.
func (c *Config) behind(e Expr) Expr {
	for {
		f, ok := e.(*Feature)
		if !ok {
			return e
		}
		e = c.feature(f.Name)
	}
}

// comparison adds what only a comparison knows: when a duration, an exponential or a model meets its constant.
func (m *moves) comparison(o *Op) {
	if o.prec() != 4 || o.Op == "in" {
		return
	}
	l, r := m.s.cfg.behind(o.L), m.s.cfg.behind(o.R)
	if d, ok := l.(*Dur); ok {
		m.since(r, d.Ms)
	}
	if d, ok := r.(*Dur); ok {
		m.since(l, d.Ms)
	}
	if m.has(l, fades) || m.has(r, fades) {
		m.exponentials(l, r)
	}
	if m.has(l, isBuyer) || m.has(r, isBuyer) {
		m.model(l, r)
	}
}

func (m *moves) since(e Expr, constant int64) {
	if a, ok := e.(*Agg); ok && (a.Fn == "since_first" || a.Fn == "since_last") {
		m.afterEach(a.Type, constant)
		m.afterEach(a.Type, constant+1)
	}
}

// has tells whether the number an expression is made of holds a part of a kind, features included. A condition
// within it is a step, and looked at on its own.
func (m *moves) has(e Expr, kind func(Expr) bool) bool {
	if kind(e) {
		return true
	}
	if e.prec() == 7 || e.prec() > 1 && e.prec() < 5 {
		return false
	}
	if c, ok := e.(*Cond); ok {
		return m.has(c.Then, kind) || m.has(c.Else, kind)
	}
	if f, ok := e.(*Feature); ok {
		return m.has(m.s.cfg.feature(f.Name), kind)
	}
	for _, k := range e.kids() {
		if m.has(k, kind) {
			return true
		}
	}
	return false
}

func isBuyer(e Expr) bool {
	_, ok := e.(*Buyer)
	return ok
}

// fades tells an exponential; shares and rankings stand still, as all their sums fade alike.
func fades(e Expr) bool {
	switch e := e.(type) {
	case *Decay:
		return e.Fn == "decayed" || e.Fn == "affinity"
	case *Interest:
		return e.Fn == "interest" || e.Fn == "interest_max"
	}
	return false
}

// exponentials adds the instants at which l - r changes its sign.
func (m *moves) exponentials(l, r Expr) {
	amps := map[int64]float64{} // by half-life, as of lo; 0 is the constant
	m.linear(l, 1, amps)
	m.linear(r, -1, amps)
	terms := make([]term, 0, len(amps))
	for half, amp := range amps {
		t := term{amp: amp}
		if half > 0 {
			t.rate = 1 / float64(half)
		}
		terms = append(terms, t)
	}
	sort.Slice(terms, func(i, j int) bool { return terms[i].rate < terms[j].rate })
	m.around(zeros(terms, float64(m.hi-m.lo)+2)) // a root on the edge may be calculated a little beyond it
}

// around adds the milliseconds about each root: the condition itself is then asked at every one of them.
func (m *moves) around(roots []float64) {
	for _, x := range roots {
		for d := int64(-1); d <= 2; d++ {
			m.add(m.lo+int64(x)+d, true)
		}
	}
}

// linear adds factor·e to the sum of exponentials; anything but a linear form is outside the closed class.
func (m *moves) linear(e Expr, factor float64, amps map[int64]float64) {
	switch e := e.(type) {
	case *Lit:
		x, ok := number(e.V)
		if ok {
			amps[0] += factor * x.f
			return
		}
	case *Feature:
		m.linear(m.s.cfg.feature(e.Name), factor, amps)
		return
	case *Decay:
		amps[e.HalfLife] += factor * decayedAt(e.parts(m.s), e.Value, e.Fn == "decayed", m.lo, e.HalfLife)
		return
	case *Interest:
		half := m.s.cfg.interest(e.Name).HalfLife
		amp := greatest(e.parts(m.s), m.lo, half)
		if e.Fn == "interest" {
			amp = decayedAt(e.parts(m.s), e.Value, false, m.lo, half)
		}
		amps[half] += factor * amp
		return
	case *Op:
		if m.linearOp(e, factor, amps) {
			return
		}
	}
	panic("not a sum of exponentials: " + e.String())
}

func (m *moves) linearOp(e *Op, factor float64, amps map[int64]float64) bool {
	l, lok := e.L.(*Lit)
	r, rok := e.R.(*Lit)
	switch {
	case e.Op == "+":
		m.linear(e.L, factor, amps)
		m.linear(e.R, factor, amps)
	case e.Op == "-":
		m.linear(e.L, factor, amps)
		m.linear(e.R, -factor, amps)
	case e.Op == "*" && lok:
		x, _ := number(l.V)
		m.linear(e.R, factor*x.f, amps)
	case e.Op == "*" && rok:
		x, _ := number(r.V)
		m.linear(e.L, factor*x.f, amps)
	case e.Op == "/" && rok:
		x, _ := number(r.V)
		m.linear(e.L, factor/x.f, amps)
	default:
		return false
	}
	return true
}

// model looks for the sign changes of l - r on a grid that widens with the distance, then bisects.
func (m *moves) model(l, r Expr) {
	at := *m.s
	f := func(x float64) float64 {
		at.n = m.lo + int64(x)
		lv, lerr := l.eval(&at)
		rv, rerr := r.eval(&at)
		a, b, both := numbers(lv, rv)
		if lerr != nil || rerr != nil || !both {
			return 1
		}
		return a.f - b.f
	}
	length := float64(m.hi - m.lo)
	points := []float64{}
	for x := 1000.0; x < length; x *= 2 {
		points = append(points, x)
	}
	m.around(crossings(f, append(points, length)))
}

// sorted gives the instants in order, each once, loose if any reason for it is.
func (m *moves) sorted() []move {
	sort.Slice(m.list, func(i, j int) bool { return m.list[i].at < m.list[j].at })
	out := m.list[:0]
	for _, x := range m.list {
		if n := len(out); n > 0 && out[n-1].at == x.at {
			out[n-1].loose = out[n-1].loose || x.loose
		} else {
			out = append(out, x)
		}
	}
	return out
}

// nextHour is the first instant after t at which a clock in the zone may show another hour.
func nextHour(t int64, zone *time.Location) int64 {
	at := time.UnixMilli(t).In(zone)
	_, offset := at.Zone()
	local := t + int64(offset)*1000
	next := t + hour - local%hour
	if _, end := at.ZoneBounds(); !end.IsZero() && end.UnixMilli() > t {
		next = min(next, end.UnixMilli())
	}
	return next
}
