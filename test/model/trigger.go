package model

import (
	"fmt"
	"sort"
	"strconv"
)

// firing is a group whose trigger came at an instant; what is the change's seq, or the event's source and id. Loose, if
// the instant is the crossing of a decay.
type firing struct {
	group *actionGroup
	at    int64
	what  string
	loose bool
}

// waiting is a firing in quiet hours, unjudged until its release.
type waiting struct {
	firing
	release int64
}

// fired are the groups a change sets off. It is not asked about the exits of an erasure.
func (p *profile) fired(c Change) []firing {
	kind := "exits"
	if c.Entered {
		kind = "enters"
	}
	return p.groupsOf(func(g *actionGroup) bool { return g.on.Kind == kind && g.on.Name == c.Segment },
		firing{at: c.Time, what: strconv.Itoa(c.Seq), loose: c.Loose.Time})
}

// firedBy are the groups an applied event sets off, at now: none, if it is late.
func (p *profile) firedBy(e *applied) []firing {
	return p.groupsOf(func(g *actionGroup) bool { return g.on.Kind == "event" && !e.late && e.matches(g.on.Name) },
		firing{at: p.now, what: e.source() + " " + e.ID})
}

// timers are the groups whose session or period is over at exactly n, which is after first_seen.
func (p *profile) timers(n int64) []firing {
	return p.groupsOf(func(g *actionGroup) bool {
		switch g.on.Kind {
		case "ended":
			for _, c := range chains(p.events, p.cfg.Gap) {
				if c.end()+p.cfg.Gap+1 == n {
					return true
				}
			}
		case "every":
			return (n-p.events[0].Time)%g.on.Every == 0
		}
		return false
	}, firing{at: n})
}

func (p *profile) groupsOf(of func(*actionGroup) bool, f firing) []firing {
	var list []firing
	for _, g := range p.groups {
		if of(g) {
			f.group = g
			list = append(list, f)
		}
	}
	return list
}

// pause lets a test stop time at an instant where nothing is due.
var pause func(now, next int64) int64

// nextTimer is the first instant after now, before an end, at which a decision is released or a timer sets off a group;
// else the end.
func (p *profile) nextTimer(end int64) int64 {
	next := end
	consider := func(at int64) {
		if at > p.now {
			next = min(next, at)
		}
	}
	for _, w := range p.waiting {
		consider(w.release)
	}
	for _, g := range p.groups {
		switch g.on.Kind {
		case "ended":
			for _, c := range chains(p.events, p.cfg.Gap) {
				consider(c.end() + p.cfg.Gap + 1)
			}
		case "every":
			first := p.events[0].Time
			consider(first + ((p.now-first)/g.on.Every+1)*g.on.Every)
		}
	}
	if pause != nil {
		next = pause(p.now, next)
	}
	return next
}

// act judges what is due at the end of an evaluation: first the waiting decisions, by trigger instant, then the new
// firings, by least action name. Each sees the decisions before it.
func (p *profile) act(n int64, fired []firing) {
	if len(p.groups) == 0 {
		return
	}
	s := newScope(p.cfg, p.id, p.events, p.member)
	s.n = n
	for _, w := range p.due(n) {
		p.settle(s, w.firing)
	}
	sort.SliceStable(fired, func(i, j int) bool { return fired[i].group.least() < fired[j].group.least() })
	for _, f := range fired {
		p.settle(s, f)
	}
}

// due takes out the decisions that have waited until n.
func (p *profile) due(n int64) []waiting {
	var list []waiting
	for key, w := range p.waiting {
		if w.release <= n {
			list = append(list, w)
			delete(p.waiting, key)
		}
	}
	sort.Slice(list, func(i, j int) bool {
		if list[i].at != list[j].at {
			return list[i].at < list[j].at
		}
		return list[i].group.least() < list[j].group.least()
	})
	return list
}

// settle lets a firing wait, in place of one that waits already, or judges it. One released may wait on, if the
// profile has come to another time zone.
func (p *profile) settle(s *scope, f firing) {
	zone, quiet := s.zone(), f.group.channel.Quiet
	_, replaced := p.waiting[f.group.key]
	if quiet.holds(s.n, zone) {
		switch {
		case f.at < s.n:
			p.told["waits on"]++
		case replaced:
			p.told["replaced"]++
		}
		p.waiting[f.group.key] = waiting{f, quiet.end(s.n, zone)}
		return
	}
	if f.at < s.n {
		p.told["released"]++
		if offset(f.at, zone) != offset(s.n, zone) {
			p.told["clocks changed"]++
		}
	}
	p.decide(s, f)
}

// identity is what a decision_id is a hash of.
func (p *profile) identity(f firing) string {
	return fmt.Sprintf("%s, life %d, %s at %s of %q", p.id, p.epoch, f.group.key, formatTime(f.at), f.what)
}
