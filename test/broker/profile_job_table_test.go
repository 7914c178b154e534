//go:build linux

package broker

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// A result is what a run of an engine came to, or the medians of several. 0: there was too little to tell.
type result struct {
	Engine       string            `json:"engine"`
	Run          int               `json:"run,omitempty"`            // 0: medians
	Rate         float64           `json:"events_per_s"`             // from the first commit to the last
	HalfRate     float64           `json:"second_half_events_per_s"` // from the middle to the last
	CPU          float64           `json:"cpu_us_per_event"`         // like Rate
	HalfCPU      float64           `json:"second_half_cpu_us_per_event"`
	Resident     float64           `json:"peak_resident_mb"`
	FirstEvents  float64           `json:"first_commit_events"`
	FirstSeconds float64           `json:"first_commit_s"` // since the process was started
	FirstCPU     float64           `json:"first_commit_cpu_s"`
	Changes      int               `json:"changes,omitempty"`
	Entered      map[string]int    `json:"entered,omitempty"` // by segment
	entries      map[string]digest // the same, of whom
}

// columns are what is told of a run. The first of them, which are ratios' too, are what is measured, and the others what came
// before.
var columns = []struct {
	name, format string
	of           func(*result) *float64
}{
	{"events/s", "%.0f", func(r *result) *float64 { return &r.Rate }},
	{"second half", "%.0f", func(r *result) *float64 { return &r.HalfRate }},
	{"CPU µs an event", "%.2f", func(r *result) *float64 { return &r.CPU }},
	{"second half", "%.2f", func(r *result) *float64 { return &r.HalfCPU }},
	{"resident MB", "%.0f", func(r *result) *float64 { return &r.Resident }},
	{"first commit: events", "%.0f", func(r *result) *float64 { return &r.FirstEvents }},
	{"s", "%.2f", func(r *result) *float64 { return &r.FirstSeconds }},
	{"CPU s", "%.2f", func(r *result) *float64 { return &r.FirstCPU }},
}

// measured is how many columns there are of what is measured.
const measured = 5

// medians are those of an engine.
func medians(all []result, engine string) result {
	m := result{Engine: engine}
	for _, c := range columns {
		var values []float64
		for i := range all {
			if v := *c.of(&all[i]); all[i].Engine == engine && v != 0 {
				values = append(values, v)
			}
		}
		slices.Sort(values)
		if n := len(values); n > 0 {
			*c.of(&m) = (values[(n-1)/2] + values[n/2]) / 2
		}
	}
	return m
}

// ratio is one result by another.
func ratio(a, b *result) result {
	r := result{Engine: a.Engine + " / " + b.Engine}
	for _, c := range columns[:measured] {
		if by := *c.of(b); by != 0 {
			*c.of(&r) = *c.of(a) / by
		}
	}
	return r
}

// row writes a line of the table.
func row(w *strings.Builder, name string, cell func(column int) string) {
	fmt.Fprintf(w, "%-22s", name)
	for i, c := range columns {
		fmt.Fprintf(w, "  %*s", max(8, len([]rune(c.name))), cell(i))
	}
	w.WriteByte('\n')
}

// A setting is what a table is of.
type setting struct {
	Events      int    `json:"events"`
	Users       int    `json:"users"`
	Partitions  int    `json:"partitions"`
	Kafka       string `json:"kafka"`
	EngineCores string `json:"engine_cores"` // "": not pinned
	BrokerCores string `json:"broker_cores"` // the same
}

// report prints the table, and writes the file if one was asked for.
func report(b *testing.B, all []result, s setting) {
	ebb, streams := medians(all, "ebb"), medians(all, "Kafka Streams")
	by := ratio(&ebb, &streams)
	cores := func(list string) string {
		if list == "" {
			return "not pinned"
		}
		return "on core " + list
	}
	var w strings.Builder
	fmt.Fprintf(&w, "%d events of at most %d people, %d partitions, exactly once every 100 ms; Kafka %s, %s; engine %s, broker %s\n",
		s.Events, s.Users, s.Partitions, s.Kafka, runtime.Version(), cores(s.EngineCores), cores(s.BrokerCores))
	row(&w, "", func(i int) string { return columns[i].name })
	lines := func(name string, format func(i int) string, r *result) {
		row(&w, name, func(i int) string {
			if v := *columns[i].of(r); v != 0 {
				return fmt.Sprintf(format(i), v)
			}
			return "-"
		})
	}
	plain := func(i int) string { return columns[i].format }
	for i := range all {
		lines(fmt.Sprintf("%s, run %d", all[i].Engine, all[i].Run), plain, &all[i])
	}
	if *runs > 1 {
		lines(ebb.Engine+", median", plain, &ebb)
		lines(streams.Engine+", median", plain, &streams)
	}
	lines(by.Engine, func(int) string { return "%.2f" }, &by)
	b.Logf("\n%s", w.String())
	if *figures == "" {
		return
	}
	text, err := json.MarshalIndent(struct {
		Setting setting  `json:"setting"`
		Runs    []result `json:"runs"`
		Medians []result `json:"medians"`
		Ratio   result   `json:"ratio"`
	}{s, all, []result{ebb, streams}, by}, "", "  ")
	if err == nil {
		err = os.WriteFile(*figures, append(text, '\n'), 0o644)
	}
	if err != nil {
		b.Error(err)
	}
}
