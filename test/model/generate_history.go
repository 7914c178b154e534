package model

import (
	"slices"
	"strconv"
)

// Pools small enough that values meet.
var (
	subjects = []string{"u1", "u2", "Zoë"}
	types    = []string{"v", "a", "b", "o"}
	purposes = []string{"marketing", "ads"}
	items    = []string{"shoes", "hat", "socks", "1", "10", "Zoë"}
	sources  = []string{"", "", "s1", "s2", "file"}
	zoneList = []string{"Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Mars/Base", "America/St_Johns", "UTC"}
)

// files is a history, cut into one to three files that keep its order.
func (g *gen) files() [][]Event {
	profiles, events := 1+g.r.Intn(len(subjects)), 5+g.r.Intn(21)
	if g.acting {
		profiles, events = 1+g.r.Intn(2), 12+g.r.Intn(30)
	}
	for range events {
		g.history = append(g.history, g.event(subjects[g.r.Intn(profiles)]))
	}
	files := make([][]Event, 1+g.r.Intn(12)/6)
	if g.chance(15) {
		files = make([][]Event, 3)
	}
	for _, e := range g.history {
		i := g.r.Intn(len(files))
		files[i] = append(files[i], e)
	}
	return files
}

// asOf is none, or an instant near an event or the end.
func (g *gen) asOf() *int64 {
	last := g.base
	for _, e := range g.history {
		last = max(last, e.Time)
	}
	var at int64
	switch g.r.Intn(10) {
	case 0, 1, 2, 3:
		return nil
	case 4, 5, 6:
		at = last + g.step()
	case 7:
		at = last + 40*g.duration()
		if g.acting {
			at = last + 10*g.duration() // every so often is often enough
		}
	default:
		at = pick(g.r, g.history).Time + pick(g.r, []int64{0, g.step()})
	}
	return &at
}

// step is a difference of times: one of the durations of the configuration, to the millisecond or beside it.
func (g *gen) step() int64 {
	d := pick(g.r, []int64{g.duration(), g.duration(), g.cfg.Gap, g.cfg.Lateness, g.cfg.Accept, g.cfg.TTL, g.unit})
	return d + pick(g.r, []int64{-1, 0, 0, 0, 1})
}

// time is when the next event of a profile happened: mostly after the last, else a step from one of them,
// or just about as late as lateness and accept allow.
func (g *gen) time(subject string) int64 {
	var times []int64
	clock := int64(0)
	for _, e := range g.history {
		if e.Subject == subject {
			times = append(times, e.Time)
			clock = max(clock, e.Time)
		}
	}
	if g.acting && len(times) > 0 && g.chance(20) {
		if at, ok := g.localTime(clock); ok {
			return at
		}
	}
	if len(times) == 0 {
		return g.base + pick(g.r, []int64{0, 0, g.unit, 1, g.r.Int63n(g.unit)})
	}
	switch n := g.r.Intn(100); {
	case n < 12:
		return clock + int64(g.r.Intn(2))
	case n < 40:
		return clock + g.step()
	case n < 55:
		return clock + g.r.Int63n(2*g.unit)
	case n < 75:
		return pick(g.r, times) + g.step()
	case n < 80:
		return pick(g.r, times)
	case n < 88:
		return clock - g.cfg.Lateness + int64(g.r.Intn(3)-1)
	case n < 92:
		return clock - g.cfg.Accept + int64(g.r.Intn(3)-1)
	}
	return clock - g.r.Int63n(3*g.unit)
}

func (g *gen) event(subject string) Event {
	if len(g.history) > 0 && g.chance(9) {
		return g.repetition(subject)
	}
	e := Event{ID: "e" + strconv.Itoa(len(g.history)+1), Source: pick(g.r, sources), Subject: subject, Time: g.time(subject)}
	switch n := g.r.Intn(100); {
	case n < 70:
		e.Type, e.Data = pick(g.r, types), g.data()
	case n < 79:
		e.Type, e.Data = typeTraits, g.traits()
	case n < 86:
		e.Type, e.Data = typeContext, g.context()
	case n < 94:
		e.Type = typeConsent
		e.Data = map[string]any{"purpose": pick(g.r, purposes), "status": pick(g.r, []string{"granted", "granted", "granted", "denied", "revoked"})}
	case n < 96:
		e.Type = typeIdentify
		e.Data = map[string]any{"ids": map[string]any{"user_id": subject}}
	case n < 98 || !g.erasing:
		e.Type = typeFeedback
		e.Data = map[string]any{"decision_id": "d1", "kind": pick(g.r, []string{"exposed", "clicked", "dismissed"}), "value": 1.5}
	default:
		e.Type, e.Data = typeErase, map[string]any{}
	}
	if g.erasing && g.chance(4) {
		e.Type, e.Data = typeErase, map[string]any{}
	}
	if g.acting {
		e = g.acted(e, !slices.ContainsFunc(g.history, func(o Event) bool { return o.Subject == subject }))
	}
	return e
}

// repetition is an earlier event again: the same, or with another time, profile, source or content.
func (g *gen) repetition(subject string) Event {
	e := pick(g.r, g.history)
	switch g.r.Intn(6) {
	case 0:
		e.Time = g.time(e.Subject)
	case 1:
		e.Subject = subject
	case 2:
		e.Source = pick(g.r, sources)
	case 3:
		if !reserved[e.Type] {
			e.Type, e.Data = pick(g.r, types), g.data()
		}
	}
	return e
}

func (g *gen) data() map[string]any {
	d := map[string]any{"kind": pick(g.r, []any{"web", "app", nil})}
	maybe := func(name string, percent int, values ...any) {
		if g.chance(percent) {
			d[name] = pick(g.r, values)
		}
	}
	if g.chance(85) {
		d["item"] = pick(g.r, items)
	}
	maybe("cat", 75, "x", "x", "y", "z", "1", int64(1), 1.0, true, nil)
	maybe("amount", 85, int64(10), int64(7), 2.5, 0.1, 0.2, 19.99, int64(-3), "12", nil, true, 0.7)
	maybe("ref", 50, int64(9007199254740993), int64(9007199254740992), int64(9007199254740995))
	maybe("cart", 60, map[string]any{"total": int64(4)}, map[string]any{"total": 0.5}, map[string]any{"total": "7"},
		map[string]any{"total": nil}, map[string]any{}, int64(5))
	return d
}

func (g *gen) traits() map[string]any {
	d := map[string]any{}
	maybe := func(name string, percent int, values ...any) {
		if g.chance(percent) {
			d[name] = pick(g.r, values)
		}
	}
	maybe("plan", 50, "gold", "silver", "free", nil)
	maybe("age", 50, int64(17), int64(18), 20.5, "old", nil)
	maybe("vip", 30, true, false, nil)
	maybe("email", 30, "a@x.org", "b@y.org", nil)
	if g.chance(45) {
		d["timezone"] = pick(g.r, zoneList)
	}
	if g.chance(5) {
		d["timezone"] = pick(g.r, []any{nil, int64(3)})
	}
	return d
}

func (g *gen) context() map[string]any {
	d := map[string]any{}
	if g.chance(75) {
		d["weather"] = pick(g.r, []any{map[string]any{"temp_c": int64(30)}, map[string]any{"temp_c": 3.5},
			map[string]any{"temp_c": nil}, map[string]any{}, int64(5), nil})
	}
	if g.chance(50) {
		d["stock"] = pick(g.r, []any{int64(0), int64(3), "low", nil})
	}
	return d
}
