package serve

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
)

// gauges are what is asked for when somebody looks: each concerns the tasks that this member holds at that moment, so that
// the sum over all members is that of the service.
type gauges struct{ n *Node }

// mostDue is how far due timers are counted in each task.
const mostDue = 10_000

var (
	descTasks      = prometheus.NewDesc("ebb_tasks", "Tasks that this member holds, by whether their state is restored.", []string{"state"}, nil)
	descLag        = prometheus.NewDesc("ebb_lag_records", "Offsets of the sources that are not folded yet.", []string{"task"}, nil)
	descProfiles   = prometheus.NewDesc("ebb_profiles", "Profiles in the tasks of this member.", nil, nil)
	descMembers    = prometheus.NewDesc("ebb_segment_members", "Members of a segment in the tasks of this member.", []string{"segment"}, nil)
	descDue        = prometheus.NewDesc("ebb_timers_due", "Timers that the watermark has passed and that have not fired; no more than 10,000 a task are counted.", nil, nil)
	descEvents     = prometheus.NewDesc("ebb_watermark_timestamp_seconds", "How far the event time of a task has come.", []string{"task"}, nil)
	descRestore    = prometheus.NewDesc("ebb_restore_offset", "How far a task that is being restored has followed the changelog.", []string{"task"}, nil)
	descRestoreEnd = prometheus.NewDesc("ebb_restore_end_offset", "Where the changelog of a task that is being restored ends.", []string{"task"}, nil)
	descState      = prometheus.NewDesc("ebb_state_bytes", "The state folder on disk.", nil, nil)
	descCache      = prometheus.NewDesc("ebb_state_cache_bytes", "Memory of the store's block cache.", nil, nil)
	descMemtable   = prometheus.NewDesc("ebb_state_memtable_bytes", "Memory of commits that are not in tables yet.", nil, nil)
	descWaiting    = prometheus.NewDesc("ebb_state_waiting_bytes", "Changelog that is committed and not written to the store yet: what a crash leaves to be read again.", nil, nil)
	descHits       = prometheus.NewDesc("ebb_state_cache_total", "Look-ups in the store's block cache.", []string{"result"}, nil)
	descAmp        = prometheus.NewDesc("ebb_state_read_amplification", "Places to which one look-up may have to go.", nil, nil)
)

// Describe names none: which there are depends on what is known.
func (gauges) Describe(chan<- *prometheus.Desc) {}

func (g gauges) Collect(out chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	held, restored := g.n.member.counts()
	gauge(descTasks, float64(restored), "restored")
	gauge(descTasks, float64(held-restored), "restoring")
	sizes, known, due := map[string]int64{}, true, 0
	for _, task := range g.n.member.restored() {
		f := g.n.folders.get(task)
		if f == nil {
			continue // it is being opened
		}
		name := strconv.Itoa(int(task))
		f.mu.Lock()
		if f.mu.known {
			gauge(descLag, float64(f.mu.lag), name)
		}
		known = known && f.mu.sizes != nil
		for segment, n := range f.mu.sizes {
			sizes[segment] += n
		}
		f.mu.Unlock()
		position, found, err := g.n.store.Position(task)
		if err != nil || !found || position.Watermark < 0 {
			continue
		}
		gauge(descEvents, float64(position.Watermark)/1000, name)
		if timers, err := g.n.store.Due(task, position.Watermark, mostDue); err == nil {
			due += len(timers)
		}
	}
	gauge(descDue, float64(due))
	if known && restored > 0 {
		for name, n := range sizes {
			if name == "" {
				gauge(descProfiles, float64(n))
			} else {
				gauge(descMembers, float64(n), name)
			}
		}
	}
	for _, r := range g.n.member.restoring() {
		gauge(descRestore, float64(r.At), strconv.Itoa(int(r.Task)))
		gauge(descRestoreEnd, float64(r.End), strconv.Itoa(int(r.Task)))
	}
	s := g.n.disk()
	gauge(descState, float64(s.DiskBytes))
	gauge(descCache, float64(s.CacheBytes))
	gauge(descMemtable, float64(s.MemtableBytes))
	gauge(descWaiting, float64(g.n.store.Waiting()))
	gauge(descAmp, float64(s.ReadAmp))
	out <- prometheus.MustNewConstMetric(descHits, prometheus.CounterValue, float64(s.CacheHits), "hit")
	out <- prometheus.MustNewConstMetric(descHits, prometheus.CounterValue, float64(s.CacheMisses), "miss")
}
