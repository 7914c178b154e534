package serve

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/ebbstream/ebb/pipeline/live"
)

// metrics are the counters and histograms of a member, in base units. What can be asked for is in collect.go.
type metrics struct {
	registry *prometheus.Registry

	events, commits, timers   prometheus.Counter
	repeated, tombstones      prometheus.Counter
	restoredRecords, sessions prometheus.Counter
	dead, late                *prometheus.CounterVec // by reason
	changes                   *prometheus.CounterVec // by segment and status
	decided                   *prometheus.CounterVec // by action
	suppressed                *prometheus.CounterVec // by rule
	outcomes                  *prometheus.CounterVec // by experiment, action, arm and kind
	requests                  *prometheus.CounterVec // by status
	fold, commit, restore     prometheus.Histogram
}

func newMetrics() *metrics {
	m := &metrics{registry: prometheus.NewRegistry()}
	counter := func(name, help string) prometheus.Counter {
		c := prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
		m.registry.MustRegister(c)
		return c
	}
	by := func(name, help string, labels ...string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
		m.registry.MustRegister(c)
		return c
	}
	seconds := func(name, help string, from float64, n int) prometheus.Histogram {
		h := prometheus.NewHistogram(prometheus.HistogramOpts{Name: name, Help: help, Buckets: prometheus.ExponentialBuckets(from, 2, n)})
		m.registry.MustRegister(h)
		return h
	}
	m.events = counter("ebb_events_total", "Events that were applied or found late, in what was committed.")
	m.repeated = counter("ebb_events_repeated_total", "Events, of those counted by ebb_events_total, that were there already.")
	m.tombstones = counter("ebb_tombstones_total", "Records of the sources without a value, which were skipped.")
	m.timers = counter("ebb_timers_fired_total", "Profiles that were woken by a timer, with no event near.")
	m.commits = counter("ebb_commits_total", "Transactions that were committed and stored.")
	m.sessions = counter("ebb_sessions_lost_total", "Memberships of the group that ended before their time.")
	m.restoredRecords = counter("ebb_restore_records_total", "Records of the changelog that were read to restore tasks.")
	m.dead = by("ebb_dead_letters_total", "Records that could not be used, by reason.", "reason")
	m.late = by("ebb_late_total", "Events that came too late for something, by reason.", "reason")
	m.changes = by("ebb_segment_changes_total", "Entries into segments and exits.", "segment", "status")
	m.decided = by("ebb_decisions_total", "Decisions, those of control groups included.", "action")
	m.outcomes = by("ebb_experiment_outcomes_total", "Decisions of experiments and what came of them; people whose time is over have no action.", "experiment", "action", "arm", "kind")
	m.suppressed = by("ebb_actions_suppressed_total", "Actions that were kept back, and no other of their trigger and channel decided, by rule.", "rule")
	m.requests = by("ebb_http_requests_total", "Requests for profiles, by status.", "status")
	m.fold = seconds("ebb_fold_seconds", "How long a task folded at a time.", 0.0001, 15)
	m.commit = seconds("ebb_commit_seconds", "From the beginning of a transaction until it is stored.", 0.001, 15)
	m.restore = seconds("ebb_restore_seconds", "How long the restore of a task took.", 0.001, 20)
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) tell(e live.Event) {
	switch e := e.(type) {
	case live.Committed:
		m.commits.Inc()
		m.commit.Observe(e.Took.Seconds())
		for _, b := range e.Batches {
			m.add(&b.Told)
		}
	case live.Restored:
		m.restoredRecords.Add(float64(e.Records))
		m.restore.Observe(e.Took.Seconds())
	case live.Ended:
		m.sessions.Inc()
	}
}

// add counts what was committed.
func (m *metrics) add(t *live.Told) {
	m.events.Add(float64(t.Events))
	m.timers.Add(float64(t.Timers))
	m.repeated.Add(float64(t.Repeated))
	m.tombstones.Add(float64(t.Tombstones))
	for rule, n := range t.Suppressed {
		m.suppressed.WithLabelValues(rule).Add(float64(n))
	}
	for reason, n := range t.Dead {
		m.dead.WithLabelValues(reason).Add(float64(n))
	}
	for reason, n := range t.Late {
		m.late.WithLabelValues(reason).Add(float64(n))
	}
	for action, n := range t.Decided {
		m.decided.WithLabelValues(action).Add(float64(n))
	}
	for o, n := range t.Outcomes {
		m.outcomes.WithLabelValues(o.Experiment, o.Action, o.Arm, o.Kind.String()).Add(float64(n))
	}
	for segment, n := range t.Entered {
		m.changes.WithLabelValues(segment, "entered").Add(float64(n))
	}
	for segment, n := range t.Exited {
		m.changes.WithLabelValues(segment, "exited").Add(float64(n))
	}
}
