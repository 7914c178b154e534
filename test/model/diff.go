package model

import (
	"fmt"
	"math"
	"sort"
)

// Diff says how got differs from want: numbers may differ by 1e-9 of their size, loose instants by 1 ms.
// The epoch is not compared: the contract does not say which number a first life has after a lone erasure.
func Diff(want, got Result) []string {
	d := &differ{}
	changes := func(r Result) map[string][]Change {
		return group(r.Changes, func(c Change) string { return c.Profile + " " + c.Segment }, func(a, b Change) bool {
			return a.Time < b.Time || a.Time == b.Time && a.Seq < b.Seq
		})
	}
	match(d, "change", changes(want), changes(got), Change.String, d.change)
	sessions := func(r Result) map[string][]Ended {
		return group(r.Sessions, func(s Ended) string { return s.Profile }, func(a, b Ended) bool { return a.Start < b.Start })
	}
	match(d, "session", sessions(want), sessions(got), Ended.String, d.session)
	match(d, "decision", byChannel(want.Decisions), byChannel(got.Decisions), Decision.String, d.decision)
	d.list = append(d.list, ids(got.Decisions)...)
	profiles := func(r Result) map[string][]Profile {
		return group(r.Profiles, func(p Profile) string { return p.ID }, func(a, b Profile) bool { return a.Time < b.Time })
	}
	match(d, "profile", profiles(want), profiles(got), func(p Profile) string { return fmt.Sprintf("%+v", p) }, d.profile)
	late := func(r Result) map[string][]Late {
		return group(r.Late, func(l Late) string { return l.Subject + " " + l.ID }, func(a, b Late) bool {
			return a.Time < b.Time || a.Time == b.Time && a.Reason < b.Reason
		})
	}
	match(d, "late", late(want), late(got), Late.String, func(w, g Late) {
		d.instant("time", w.Time, g.Time, false)
		d.equal("reason", w.Reason, g.Reason)
	})
	return d.list
}

type differ struct {
	list  []string
	where string
}

func (d *differ) say(format string, args ...any) {
	d.list = append(d.list, d.where+": "+fmt.Sprintf(format, args...))
}

func (d *differ) equal(field string, want, got any) {
	d.within(field, want, got, 1e-9)
}

func (d *differ) within(field string, want, got any, tolerance float64) {
	if !alike(want, got, tolerance) {
		d.say("%s: want %v, got %v", field, show(want), show(got))
	}
}

func (d *differ) instant(field string, want, got int64, loose bool) {
	gap := want - got
	if gap < 0 {
		gap = -gap
	}
	if gap > 1 || gap == 1 && !loose {
		d.say("%s: want %s, got %s", field, formatTime(want), formatTime(got))
	}
}

func group[T any](list []T, name func(T) string, less func(a, b T) bool) map[string][]T {
	groups := map[string][]T{}
	for _, x := range list {
		groups[name(x)] = append(groups[name(x)], x)
	}
	for _, g := range groups {
		sort.SliceStable(g, func(i, j int) bool { return less(g[i], g[j]) })
	}
	return groups
}

func match[T any](d *differ, kind string, want, got map[string][]T, text func(T) string, fields func(w, g T)) {
	names := map[string]bool{}
	for k := range want {
		names[k] = true
	}
	for k := range got {
		names[k] = true
	}
	sorted := make([]string, 0, len(names))
	for k := range names {
		sorted = append(sorted, k)
	}
	sort.Strings(sorted)
	for _, k := range sorted {
		w, g := want[k], got[k]
		for i := range max(len(w), len(g)) {
			d.where = fmt.Sprintf("%s %s #%d", kind, k, i+1)
			switch {
			case i >= len(g):
				d.say("missing: %s", text(w[i]))
			case i >= len(w):
				d.say("not expected: %s", text(g[i]))
			default:
				fields(w[i], g[i])
			}
		}
	}
}

func (d *differ) change(w, g Change) {
	d.where += " at " + formatTime(w.Time)
	d.equal("entered", w.Entered, g.Entered)
	d.instant("time", w.Time, g.Time, w.Loose.Time)
	d.equal("seq", w.Seq, g.Seq)
	d.equal("cause", w.Cause, g.Cause)
	d.equal("caused_by", w.CausedBy, g.CausedBy)
	d.instant("entered_at", w.EnteredAt, g.EnteredAt, w.Loose.EnteredAt)
	switch {
	case w.ExpiresAt != nil && g.ExpiresAt != nil:
		d.instant("expires_at", *w.ExpiresAt, *g.ExpiresAt, w.Loose.ExpiresAt)
	case w.ExpiresAt != nil:
		d.say("expires_at: want %s, got none", formatTime(*w.ExpiresAt))
	case g.ExpiresAt != nil:
		d.say("expires_at: want none, got %s", formatTime(*g.ExpiresAt))
	}
}

func (d *differ) session(w, g Ended) {
	d.instant("start", w.Start, g.Start, false)
	d.instant("end", w.End, g.End, false)
	d.equal("events", w.Events, g.Events)
	d.equal("counts", w.Counts, g.Counts)
	if w.EntryID != "" && g.EntryID != "" { // hand-written expectations leave them out
		d.equal("entry", w.EntryID, g.EntryID)
		d.equal("exit", w.ExitID, g.ExitID)
	}
}

func (d *differ) profile(w, g Profile) {
	d.instant("time", w.Time, g.Time, false)
	d.equal("features", w.Features, g.Features)
	d.equal("memberships", w.Memberships, g.Memberships)
	d.equal("traits", w.Traits, g.Traits)
	d.equal("consents", w.Consents, g.Consents)
	d.instant("first_seen", w.FirstSeen, g.FirstSeen, false)
	d.instant("last_seen", w.LastSeen, g.LastSeen, false)
	if (w.Session == nil) != (g.Session == nil) {
		d.say("session: want %v, got %v", show(w.Session), show(g.Session))
	} else if w.Session != nil {
		d.instant("session.start", w.Session.Start, g.Session.Start, false)
		d.instant("session.end", w.Session.End, g.Session.End, false)
		d.equal("session.events", w.Session.Events, g.Session.Events)
		d.equal("session.counts", w.Session.Counts, g.Session.Counts)
	}
}

// same compares as compare.py of the acceptance cases does: numbers to 1e-9, everything else exactly.
func same(a, b any) bool { return alike(a, b, 1e-9) }

func alike(a, b any, tolerance float64) bool {
	a, b = plain(a), plain(b)
	if x, y, both := numbers(a, b); both {
		return x.f == y.f || math.Abs(x.f-y.f) <= tolerance*max(1, math.Abs(x.f), math.Abs(y.f))
	}
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for k := range a {
			if v, present := b[k]; !present || !alike(a[k], v, tolerance) {
				return false
			}
		}
		return true
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !alike(a[i], b[i], tolerance) {
				return false
			}
		}
		return true
	}
	switch b.(type) {
	case map[string]any, []any:
		return false
	}
	return a == b
}

// plain turns Go's typed lists and maps to those of JSON.
func plain(v any) any {
	switch v := v.(type) {
	case int:
		return int64(v)
	case []string:
		list := make([]any, len(v))
		for i, x := range v {
			list[i] = x
		}
		return list
	case map[string]int:
		m := map[string]any{}
		for k, x := range v {
			m[k] = int64(x)
		}
		return m
	case map[string]string:
		m := map[string]any{}
		for k, x := range v {
			m[k] = x
		}
		return m
	}
	return v
}

func show(v any) string {
	switch x := plain(v).(type) {
	case map[string]any, []any, string, int64, float64, bool, nil:
		return jsonValue(x)
	}
	return fmt.Sprintf("%+v", v)
}

func (c Change) String() string {
	s := formatTime(c.Time) + " " + c.Profile + " " + c.Segment
	if c.Entered {
		s += " entered"
	} else {
		s += " exited"
	}
	s += fmt.Sprintf(" seq %d epoch %d cause %s %s entered_at %s", c.Seq, c.Epoch, c.Cause, c.CausedBy, formatTime(c.EnteredAt))
	if c.ExpiresAt != nil {
		s += " expires_at " + formatTime(*c.ExpiresAt)
	}
	return s
}

func (s Ended) String() string {
	return fmt.Sprintf("%s %s to %s, %d events %v", s.Profile, formatTime(s.Start), formatTime(s.End), s.Events, s.Counts)
}

func (l Late) String() string {
	return fmt.Sprintf("%s %s %s %s", l.Subject, l.ID, formatTime(l.Time), l.Reason)
}
