package main

import (
	"fmt"
	"io"
	"time"
)

// benchResult is what `ebb bench` has measured. Times are in seconds.
type benchResult struct {
	Events    int         `json:"events"`
	Profiles  int         `json:"profiles"`
	Fold      cost        `json:"fold"`
	Service   served      `json:"service"`
	Latency   percentiles `json:"latency"`
	PeakBytes int64       `json:"peak_resident_bytes"` // of the process, the broker included; 0: not known
}

// cost is what events took.
type cost struct {
	EventsPerSecond float64 `json:"events_per_second"`
	CPUPerEvent     float64 `json:"cpu_seconds_per_event"` // of the process; 0: not known
	Changes         int     `json:"changes"`
}

type served struct {
	cost
	Events          int     `json:"events"`
	BytesPerProfile float64 `json:"changelog_bytes_per_profile"` // of those written, before compression
}

type percentiles struct {
	Events          int     `json:"events"`
	EventsPerSecond float64 `json:"events_per_second"`
	CPUPerEvent     float64 `json:"cpu_seconds_per_event"` // of the process, with all that makes, sends and reads them; 0: not known
	Behind          float64 `json:"behind_seconds"`        // how long what was not committed when the load ended had taken to come
	Changes         int     `json:"changes"`               // those that an event of this part caused, after the warm-up
	P50             float64 `json:"p50_seconds"`
	P99             float64 `json:"p99_seconds"`
	P999            float64 `json:"p999_seconds"`
}

// keptUp is whether little more than a commit or two was under way at the end of the load.
func (p *percentiles) keptUp() bool { return p.Behind < 1 }

func (c *cost) spent(events int, took, cpu time.Duration) {
	c.EventsPerSecond = float64(events) / took.Seconds()
	c.CPUPerEvent = cpu.Seconds() / float64(events)
}

// service takes over what the meter has counted so far.
func (r *benchResult) service(m *meter) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r.Service.Events, r.Service.Changes = m.mu.events, m.mu.changes
	r.Service.BytesPerProfile = float64(m.mu.bytes) / float64(max(m.mu.rows, 1))
	r.Service.spent(m.mu.events, m.mu.latest.Sub(m.mu.began), m.mu.cpuLatest-m.mu.cpuBegan)
}

func (r *benchResult) print(w io.Writer) error {
	micro := func(seconds float64) string { return fmt.Sprintf("%.2f µs", seconds*1e6) }
	milli := func(seconds float64) string { return fmt.Sprintf("%.0f ms", seconds*1e3) }
	t := &table{}
	t.row("FOLD", fmt.Sprintf("%d events of %d people, decoded and folded in memory by one goroutine", r.Events, r.Profiles))
	t.row("events a second", fmt.Sprintf("%.0f", r.Fold.EventsPerSecond))
	t.row("CPU an event", micro(r.Fold.CPUPerEvent))
	t.row("")
	t.row("SERVICE", "the same from Kafka, with state on disk and exactly-once commits every 100 ms")
	t.row("events a second", fmt.Sprintf("%.0f", r.Service.EventsPerSecond))
	t.row("CPU an event", micro(r.Service.CPUPerEvent)+" of this process: the embedded broker is a part of it")
	t.row("changes", fmt.Sprint(r.Service.Changes))
	t.row("bytes a profile", fmt.Sprintf("%.0f in the changelog, before compression", r.Service.BytesPerProfile))
	t.row("")
	t.row("LATENCY", fmt.Sprintf("from when an event was due to when its change is read, at %.0f events a second", r.Latency.EventsPerSecond))
	t.row("CPU an event", micro(r.Latency.CPUPerEvent)+" of this process, which also makes, sends and reads them")
	if !r.Latency.keptUp() {
		t.row("not kept up", fmt.Sprintf("%.1f s behind at the end: this is how long a queue takes, as the processors had other work", r.Latency.Behind))
	}
	t.row("changes", fmt.Sprint(r.Latency.Changes))
	t.row("p50", milli(r.Latency.P50))
	t.row("p99", milli(r.Latency.P99))
	t.row("p99.9", milli(r.Latency.P999))
	t.row("")
	t.row("peak memory", fmt.Sprintf("%.0f MiB resident, with the broker and the made-up traffic", float64(r.PeakBytes)/(1<<20)))
	return t.print(w)
}
