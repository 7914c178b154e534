package model

import "math"

// history is what BG/NBD and Gamma-Gamma see of a customer: x repeats, the last at tx, observed until T, in
// the model's unit; paid repeats had a positive amount and brought the sum money.
type history struct {
	x, tx, T    float64
	paid, money float64
}

// history is what the model sees at the scope's instant, a UTC day at a time with per: day; known is false for
// a customer who never bought.
func (m *ModelDef) history(s *scope, field string) (h history, known bool) {
	events := s.of(m.Type, 0, nil)
	if len(events) == 0 {
		return h, false
	}
	var times []int64
	var amounts [][]any
	for _, e := range events {
		t := e.Time
		if m.PerDay {
			t = t / day * day
		}
		if n := len(times); n == 0 || !m.PerDay || times[n-1] != t {
			times = append(times, t)
			amounts = append(amounts, nil)
		}
		if v, _ := e.field(field); field != "" {
			amounts[len(times)-1] = append(amounts[len(times)-1], v)
		}
	}
	unit := float64(day)
	if m.Unit == "week" {
		unit = float64(week)
	}
	first, last := times[0], times[len(times)-1]
	h.x = float64(len(times) - 1)
	h.tx = float64(last-first) / unit
	h.T = float64(s.n-first) / unit
	for _, list := range amounts[1:] {
		if amount, _ := exactSum(list).Float64(); amount > 0 {
			h.paid++
			h.money += amount
		}
	}
	return h, true
}

// odds is the term by which being gone weighs against being alive.
func (m *ModelDef) odds(h history) float64 {
	if h.x == 0 {
		return 0
	}
	return m.A / (m.B + h.x - 1) * math.Pow((m.Alpha+h.T)/(m.Alpha+h.tx), m.R+h.x)
}

func (m *ModelDef) alive(h history) float64 { return 1 / (1 + m.odds(h)) }

// expected is E[Y(t)] of Fader, Hardie and Lee 2005, equation 10. Euler's transformation of the Gauss series,
// F(r+x, b+x; c; z) = (1-z)^(a-1-r-x) F(a+b-1-r, a-1; c; z), keeps it quick where z is near 1.
func (m *ModelDef) expected(h history, t float64) float64 {
	c := m.A + m.B + h.x - 1
	z := t / (m.Alpha + h.T + t)
	fading := math.Pow(1-z, m.A-1) * gauss(m.A+m.B-1-m.R, m.A-1, c, z)
	return c / (m.A - 1) * (1 - fading) / (1 + m.odds(h))
}

// gauss is the hypergeometric series 2F1(a, b; c; z), 0 <= z < 1.
func gauss(a, b, c, z float64) float64 {
	sum, term := 1.0, 1.0
	for k := 0.0; k < 1e6; k++ {
		term *= (a + k) * (b + k) / ((c + k) * (k + 1)) * z
		sum += term
		if math.Abs(term) <= 1e-17*math.Abs(sum) {
			break
		}
	}
	return sum
}

// money is what one purchase is expected to bring (Gamma-Gamma).
func (m *ModelDef) money(h history) float64 {
	return m.P * (m.V + h.money) / (m.P*h.paid + m.Q - 1)
}

// eval is null for a customer who never bought.
func (b *Buyer) eval(s *scope) (any, error) {
	m := s.cfg.model(b.Type)
	h, known := m.history(s, b.Field)
	if !known {
		return nil, nil
	}
	unit := float64(day)
	if m.Unit == "week" {
		unit = float64(week)
	}
	switch b.Fn {
	case "p_alive":
		return m.alive(h), nil
	case "expected":
		return m.expected(h, float64(b.Horizon)/unit), nil
	}
	return m.expected(h, float64(b.Horizon)/unit) * m.money(h), nil
}
