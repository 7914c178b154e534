package model

import (
	"fmt"
	"math"
	"sort"
	"strconv"
)

// Decision is an action decided on. ID is the engine's hash; of the model, the text of what is hashed.
type Decision struct {
	Profile, Action, Channel string
	Time                     int64
	Score                    float64
	Payload                  map[string]any
	Candidates               map[string]any // action: score
	Suppressed               map[string]string
	Experiment, Arm          string
	ExpiresAt                *int64
	ID                       string
	Loose                    LooseDecision
}

// LooseDecision names what rests on the crossing of a decay or a model: instants 1 ms, values as much as they move in it.
type LooseDecision struct{ Time, ExpiresAt, Score bool }

func (d Decision) String() string {
	s := fmt.Sprintf("%s %s %s on %s, score %v, payload %s, candidates %v, suppressed %v", formatTime(d.Time), d.Profile, d.Action,
		d.Channel, d.Score, jsonValue(d.Payload), d.Candidates, d.Suppressed)
	if d.Arm != "" {
		s += fmt.Sprintf(", %s of %s", d.Arm, d.Experiment)
	}
	if d.ExpiresAt != nil {
		s += ", expires_at " + formatTime(*d.ExpiresAt)
	}
	return s
}

// round9 rounds to 9 significant digits.
func round9(x float64) float64 {
	y, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'e', 8, 64), 64)
	return y
}

// before orders the decisions of a channel as compare.py does: in a file those of one millisecond have no order.
func (d Decision) before(o Decision) bool {
	expiry := func(x Decision) int64 {
		if x.ExpiresAt == nil {
			return math.MinInt64
		}
		return *x.ExpiresAt
	}
	switch {
	case d.Time != o.Time:
		return d.Time < o.Time
	case d.Action != o.Action:
		return d.Action < o.Action
	case expiry(d) != expiry(o):
		return expiry(d) < expiry(o)
	case math.Abs(d.Score-o.Score) > 1e-6:
		return d.Score < o.Score
	}
	return jsonValue(d.Payload) < jsonValue(o.Payload)
}

func byChannel(list []Decision) map[string][]Decision {
	return group(list, func(d Decision) string { return d.Profile + " " + d.Channel }, Decision.before)
}

func (d *differ) decision(w, g Decision) {
	d.where += " at " + formatTime(w.Time)
	tolerance := 1e-9
	if w.Loose.Score {
		tolerance = 1e-4
	}
	d.instant("time", w.Time, g.Time, w.Loose.Time)
	d.equal("action", w.Action, g.Action)
	d.within("score", w.Score, g.Score, tolerance)
	d.within("payload", w.Payload, g.Payload, tolerance)
	d.within("candidates", w.Candidates, g.Candidates, tolerance)
	d.equal("suppressed", w.Suppressed, g.Suppressed)
	d.equal("arm", w.Arm, g.Arm)
	if w.Experiment != "" && g.Experiment != "" { // hand-written expectations leave it out
		d.equal("experiment", w.Experiment, g.Experiment)
	}
	switch {
	case w.ExpiresAt != nil && g.ExpiresAt != nil:
		d.instant("expires_at", *w.ExpiresAt, *g.ExpiresAt, w.Loose.ExpiresAt)
	case w.ExpiresAt != nil || g.ExpiresAt != nil:
		d.equal("expires_at", instantText(w.ExpiresAt), instantText(g.ExpiresAt))
	}
}

func instantText(t *int64) any {
	if t == nil {
		return nil
	}
	return formatTime(*t)
}

// ids tells two decisions that share an id: it is a hash of what no two decisions have in common.
func ids(list []Decision) []string {
	first := map[string]Decision{}
	var faults []string
	for _, d := range list {
		if o, seen := first[d.ID]; seen && d.ID != "" {
			faults = append(faults, fmt.Sprintf("decision_id %s twice: %s and %s", d.ID, o, d))
		}
		first[d.ID] = d
	}
	sort.Strings(faults)
	return faults
}
