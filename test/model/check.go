package model

import (
	"fmt"
	"math"
	"slices"
)

// Check holds decisions, whoever made them, against the events they were made on, and says which of them break a cap,
// a quiet hour, a consent or a guard, or name actions, scores or arms that cannot be. It decides nothing itself, so it
// does not tell a decision that is missing.
func Check(c Case, decisions []Decision) []string {
	all, final := moments(c)
	k := &checker{cfg: &c.Config, known: all, groups: groups(&c.Config)}
	for _, d := range decisions {
		k.where = d.String()
		switch {
		case d.Time > final:
			k.say("time", "after the final instant %s", formatTime(final))
		case c.Config.MuteBefore != nil && d.Time < *c.Config.MuteBefore:
			k.say("mute", "before %s", formatTime(*c.Config.MuteBefore))
		}
		k.decision(d)
	}
	k.caps(decisions)
	return append(k.faults, ids(decisions)...)
}

type checker struct {
	cfg    *Config
	known  map[string][]*moment
	groups []*actionGroup
	where  string
	faults []string
}

func (k *checker) say(rule, format string, args ...any) {
	k.faults = append(k.faults, rule+": "+fmt.Sprintf(format, args...)+": "+k.where)
}

// decision looks for a moment at which a decision is lawful, and names the rule it breaks at the last one.
func (k *checker) decision(d Decision) {
	a := k.cfg.action(d.Action)
	if a == nil || a.Channel != d.Channel {
		k.say("action", "no such action on this channel")
		return
	}
	k.choice(d)
	if d.ExpiresAt != nil && d.Time > *d.ExpiresAt {
		k.say("quiet", "expired before it was made")
	}
	if (d.ExpiresAt != nil) != (a.ExpiresIn > 0) {
		k.say("expiry", "with expires_in %d", a.ExpiresIn)
	}
	list := at(k.known[d.Profile], d.Time)
	rule := "time"
	for _, m := range list {
		s := newScope(k.cfg, d.Profile, m.events, nil)
		s.n = d.Time
		if rule = k.broken(s, d, a); rule == "" {
			return
		}
	}
	k.say(rule, "at none of %d moments", len(list))
}

// broken is the rule a decision breaks on what is known, or nothing.
func (k *checker) broken(s *scope, d Decision, chosen *ActionDef) string {
	for name := range d.Candidates {
		if a := k.cfg.action(name); a != nil && a.Purpose != "" && s.consent(a.Purpose) != "granted" {
			return "consent"
		}
	}
	if k.cfg.channel(d.Channel).Quiet.holds(d.Time, s.zone()) {
		return "quiet"
	}
	for _, part := range chosen.Payload {
		v, there := d.Payload[part.Name]
		if !there {
			continue
		}
		list, ok := v.([]any)
		if !ok {
			list = []any{v}
		}
		fields := drawn(s, part.Expr)
		for _, item := range list {
			switch {
			case k.cfg.sensitive(item):
				return "sensitive"
			case item != nil && len(fields) > 0 && !s.supported(item, fields):
				return "min_support"
			}
		}
	}
	return ""
}

// choice: the candidates and the suppressed are the whole group, the chosen one is the best of the candidates, and its
// arm is its bucket's.
func (k *checker) choice(d Decision) {
	i := slices.IndexFunc(k.groups, func(g *actionGroup) bool {
		return slices.ContainsFunc(g.actions, func(a *ActionDef) bool { return a.Name == d.Action })
	})
	for _, a := range k.groups[i].actions {
		_, candidate := d.Candidates[a.Name]
		if _, suppressed := d.Suppressed[a.Name]; candidate == suppressed {
			k.say("choice", "%s is no candidate and not suppressed, or both", a.Name)
		}
		score, ok := number(d.Candidates[a.Name])
		if !candidate {
			continue
		}
		mine, others := round9(d.Score), round9(score.f)
		if !ok || math.IsNaN(others) || math.IsInf(others, 0) || others > mine || others == mine && a.Name < d.Action {
			k.say("choice", "%s scores %v", a.Name, d.Candidates[a.Name])
		}
	}
	if score, ok := number(d.Candidates[d.Action]); !ok || !same(score.f, d.Score) {
		k.say("choice", "as a candidate it scores %v", d.Candidates[d.Action])
	}
	if n := len(d.Candidates) + len(d.Suppressed); n != len(k.groups[i].actions) {
		k.say("choice", "%d actions in a group of %d", n, len(k.groups[i].actions))
	}
	name, arm := "", ""
	if e := k.cfg.experiment(d.Action); e != nil {
		name, arm = e.Name, e.arm(&scope{profile: d.Profile})
	}
	if d.Arm != arm || d.Arm != "" && d.Experiment != name {
		k.say("experiment", "not %s of %s", arm, name)
	}
	for name := range d.Payload {
		if !slices.ContainsFunc(k.cfg.action(d.Action).Payload, func(p FeatureDef) bool { return p.Name == name }) {
			k.say("payload", "%s", name)
		}
	}
}

// caps counts, at each decision, those before it in the same life and the ones at its instant: the last of these has
// seen them all.
func (k *checker) caps(decisions []Decision) {
	for _, d := range decisions {
		own, one := life(at(k.known[d.Profile], d.Time))
		if !one {
			continue
		}
		count := func(c *Cap, rival func(Decision) bool) {
			if c == nil {
				return
			}
			n := 0
			for _, o := range decisions {
				other, one := life(at(k.known[o.Profile], o.Time))
				if rival(o) && o.Profile == d.Profile && one && other == own && d.Time-c.Per < o.Time && o.Time <= d.Time {
					n++
				}
			}
			if n > c.Max {
				k.where = d.String()
				k.say("cap", "%d decisions within %s", n, formatDuration(c.Per))
			}
		}
		if a := k.cfg.action(d.Action); a != nil {
			count(a.Cap, func(o Decision) bool { return o.Action == d.Action })
		}
		count(k.cfg.channel(d.Channel).Cap, func(o Decision) bool { return o.Channel == d.Channel })
	}
}
