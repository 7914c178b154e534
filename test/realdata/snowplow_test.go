package realdata

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/pipeline"
	"github.com/ebbstream/ebb/schemas"
)

// TestWebVisits reads Snowplow's table of events, ordered first, and wants the visits that its package makes of it.
func TestWebVisits(t *testing.T) {
	s := open(t, "snowplow/config.yaml")
	format, err := schemas.FormatOf("snowplow")
	if err != nil {
		t.Fatal(err)
	}
	mapping, faults := expr.CompileMapping(expr.MapDefinition{Topic: "web", Default: format.Defaults(true),
		Subject: expr.MapTerm{Expr: "msg.domain_sessionid"}}, s.catalog.Plan.Fields)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	asOf, err := schemas.ParseInstant("2023-01-01T00:00:00Z")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	r := &pipeline.Replay{Name: s.name, Catalog: s.catalog, Inputs: []string{filepath.Join("testdata", "snowplow", "snowplow_web_events.csv.gz")},
		Mapped: &pipeline.Mapped{Topic: "web", Mapping: mapping, Lines: format.NewReader}, AsOf: asOf, Sort: true, Output: dir,
		Memory: 64 << 20, MuteBefore: schemas.Earliest, Sessions: true, Profiles: true}
	summary, err := r.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := readResult(t, dir)
	if summary.Events != 159 || len(got.DeadLetters) != 1 || got.DeadLetters[0].Reason != schemas.NoSubject || len(got.Late) != 0 { // one is of no visit
		t.Errorf("%d events, dead letters %v, %d late", summary.Events, got.DeadLetters, len(got.Late))
	}
	total := 0.0
	for id := range got.Profiles {
		total += got.Profiles[id].number(t, "events")
	}
	if len(got.Profiles) != 46 || total != 156 {
		t.Errorf("%d visits of %v events, not 46 of 156", len(got.Profiles), total)
	}
	visits := map[string]session{}
	for _, v := range got.Sessions {
		if _, twice := visits[v.Profile]; twice {
			t.Errorf("two sessions of %s", v.Profile)
		}
		visits[v.Profile] = v
	}
	for _, want := range readTable(t, "snowplow/plain_rule_sessions.csv") {
		v := visits[want["domain_sessionid"]]
		if v.Start.String() != utc(want["start_tstamp"]) || v.End.String() != utc(want["end_tstamp"]) || v.Events != int(want.number(t, "distinct_events")) {
			t.Errorf("%s: %d events from %v to %v; want %s from %s to %s", want["case"], v.Events, v.Start, v.End, want["distinct_events"], want["start_tstamp"], want["end_tstamp"])
		}
		if views := got.Profiles[want["domain_sessionid"]].number(t, "page_views"); views != want.number(t, "page_views") {
			t.Errorf("%s: %v page views, want %s", want["case"], views, want["page_views"])
		}
	}
}

// utc is a time of Snowplow's tables as ebb writes it.
func utc(text string) string {
	return strings.TrimSuffix(strings.Replace(text, " ", "T", 1), ".000") + "Z"
}
