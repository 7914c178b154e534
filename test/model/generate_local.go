package model

import "time"

// clockChanges are hours before clocks change, where they do.
var clockChanges = []struct{ base, zone string }{
	{"2026-03-29T00:30:00Z", "Europe/Berlin"}, {"2026-10-25T00:15:00Z", "Europe/Berlin"}, {"2026-10-24T22:10:00Z", "Europe/Berlin"},
	{"2026-03-08T06:30:00Z", "America/New_York"}, {"2026-11-01T05:20:00Z", "America/New_York"},
	{"2026-10-03T15:00:00Z", "Australia/Lord_Howe"}, {"2026-04-04T14:15:00Z", "Australia/Lord_Howe"},
	{"2026-11-01T03:50:00Z", "America/St_Johns"},
}

// comeHome settles a case in one zone, more often than not shortly before its clocks change.
func (g *gen) comeHome() {
	g.home = pick(g.r, zoneList)
	if g.chance(60) {
		at := pick(g.r, clockChanges)
		g.home = at.zone
		g.base, _ = parseTime(at.base)
	}
}

func (g *gen) zoneName() string {
	if g.chance(70) {
		return g.home
	}
	return pick(g.r, zoneList)
}

func (g *gen) zone() *time.Location {
	if zone, known := zones[g.zoneName()]; known {
		return zone
	}
	return time.UTC
}

// localTime is an instant near which a decision may be due: the edge of quiet hours by the clock of one of the zones,
// on the day of the profile's latest event; ok is false where no channel is ever quiet.
func (g *gen) localTime(clock int64) (at int64, ok bool) {
	var edges []int
	for _, c := range g.cfg.Channels {
		if c.Quiet != nil {
			edges = append(edges, c.Quiet.From, c.Quiet.To)
		}
	}
	if len(edges) == 0 {
		return 0, false
	}
	zone, edge := g.zone(), pick(g.r, edges)
	y, m, d := time.UnixMilli(clock).In(zone).Date()
	return time.Date(y, m, d, 0, edge, 0, 0, zone).UnixMilli() + pick(g.r, []int64{-1, 0, 0, 1, g.unit}), true
}

// acted turns an event into one decisions hang on: the time zone first of all, then consent, feedback, erasure, and one type that
// comes more often than others.
func (g *gen) acted(e Event, first bool) Event {
	switch n := g.r.Intn(100); {
	case first && n < 75:
		e.Type = typeTraits
		e.Data = map[string]any{"timezone": g.zoneName(), "email": "a@x.org"}
	case n < 6:
		e.Type = typeConsent
		e.Data = map[string]any{"purpose": pick(g.r, purposes), "status": pick(g.r, []string{"granted", "granted", "granted", "revoked"})}
	case n < 14:
		e.Type = typeTraits
		e.Data = map[string]any{"timezone": pick(g.r, zoneList)}
	case n < 16:
		e.Type = typeFeedback
		e.Data = map[string]any{"decision_id": "d1", "kind": "converted", "value": int64(3)}
	case g.erasing && n < 19:
		e.Type, e.Data = typeErase, map[string]any{}
	case n < 32:
		e.Type, e.Data = "v", g.data()
	}
	return e
}
