package model

import "math"

// decide judges the actions of a group at the scope's instant and records the one chosen, if any is left.
func (p *profile) decide(s *scope, f firing) {
	d := Decision{Profile: p.id, Channel: f.group.channel.Name, Time: s.n, Candidates: map[string]any{}, Suppressed: map[string]string{},
		ID: p.identity(f)}
	best := math.Inf(-1)
	for _, a := range f.group.actions {
		score, payload, rule := p.judged(s, a, f)
		if rule != "" {
			d.Suppressed[a.Name] = rule
			continue
		}
		d.Candidates[a.Name] = score
		if round9(score) > best {
			best = round9(score)
			d.Action, d.Score, d.Payload = a.Name, score, payload
		}
	}
	if d.Action == "" {
		return
	}
	if e := p.cfg.experiment(d.Action); e != nil {
		d.Experiment, d.Arm = e.Name, e.arm(s)
	}
	if in := p.cfg.action(d.Action).ExpiresIn; in > 0 {
		at := f.at + in
		d.ExpiresAt = &at
	}
	d.Loose.ExpiresAt = f.loose
	d.Loose.Time = f.loose && f.at == s.n
	d.Loose.Score = d.Loose.Time
	p.decisions = append(p.decisions, d)
	p.out.Decisions = append(p.out.Decisions, d)
}

// judged is an action's score and payload, and the first of the rules that suppress it, in the order of SPEC section 7.
func (p *profile) judged(s *scope, a *ActionDef, f firing) (score float64, payload map[string]any, rule string) {
	if a.Purpose != "" && s.consent(a.Purpose) != "granted" {
		return 0, nil, "consent"
	}
	score, eligible := scored(s, a)
	if !eligible {
		return 0, nil, "ineligible"
	}
	if a.ExpiresIn > 0 && s.n > f.at+a.ExpiresIn {
		return 0, nil, "quiet"
	}
	own := func(d Decision) bool { return d.Action == a.Name }
	channel := func(d Decision) bool { return d.Channel == a.Channel }
	if p.full(a.Cap, s.n, own) || p.full(f.group.channel.Cap, s.n, channel) {
		return 0, nil, "cap"
	}
	payload, rule = guarded(s, a)
	return score, payload, rule
}

// scored is the score; not eligible, if `when` does not hold or the score is no finite number.
func scored(s *scope, a *ActionDef) (score float64, eligible bool) {
	if a.When != nil && !s.holds(a.When) {
		return 0, false
	}
	if a.Score == nil {
		return 0, true
	}
	v, err := a.Score.eval(s)
	x, ok := number(v)
	if err != nil || !ok || math.IsNaN(x.f) || math.IsInf(x.f, 0) {
		return 0, false
	}
	return x.f, true
}

// full tells whether the decisions of a kind in (n - per, n] fill a cap.
func (p *profile) full(c *Cap, n int64, of func(Decision) bool) bool {
	if c == nil {
		return false
	}
	count := 0
	for _, d := range p.decisions {
		if of(d) && n-c.Per < d.Time && d.Time <= n {
			count++
		}
	}
	return count >= c.Max
}
