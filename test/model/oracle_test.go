package model

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// oracle are the hand-checked cases: the configurations built here, the histories and results in testdata.
var oracle = map[string]Config{
	"01-window-edges": config(segments(
		seg("one", op(window(agg("count", "p"), hour), ">=", 1)),
		seg("two", op(window(agg("count", "p"), hour), ">=", 2)))),
	"03-aggregates": config(features(
		feat("n", agg("count", "o")),
		feat("n1", window(agg("count", "o"), hour)),
		feat("na", where(window(agg("count", "o"), 7*day), op(&EventAttr{Path: "data.cat"}, "==", "a"))),
		feat("sum", aggField("sum", "o", "amount")),
		feat("sum1", window(aggField("sum", "o", "amount"), hour)),
		feat("avg", aggField("avg", "o", "amount")),
		feat("min", aggField("min", "o", "amount")),
		feat("max", aggField("max", "o", "amount")),
		feat("cats", aggField("distinct", "o", "cat")),
		feat("first", aggField("first", "o", "cat")),
		feat("last", aggField("last", "o", "cat")),
		feat("last_a", where(aggField("last", "o", "amount"), op(&EventAttr{Path: "data.cat"}, "==", "a"))),
		feat("ever", agg("ever", "o")),
		feat("never", agg("ever", "z")),
		feat("no_sum", aggField("sum", "z", "amount")),
		feat("no_avg", aggField("avg", "z", "amount")),
		feat("no_last", aggField("last", "z", "cat")),
		feat("deep", aggField("sum", "o", "cart.total"))),
		segments(
			seg("below", op(aggField("avg", "z", "amount"), "<", 100.0)),
			seg("not_below", &Not{op(aggField("avg", "z", "amount"), "<", 100.0)}))),
	"05-null-conditions": config(segments(
		seg("plan", op(trait("plan"), "!=", nil)),
		seg("adult", op(trait("age"), ">", 18.0)),
		seg("minor", &Not{op(trait("age"), ">", 18.0)}),
		seg("either", op(op(trait("age"), ">", 18.0), "||", Expr(agg("ever", "x")))))),
	"07-session-gap": config(segments(
		seg("open", &Session{Attr: "active"}),
		seg("many", op(&Session{Attr: "events"}, ">=", 2)))),
	"09-session-bridge": config(segments(seg("two", op(&Sessions{}, ">=", 2)))),
	"10-lateness-edge": config(segments(seg("three", op(agg("count", "v"), ">=", 3))),
		features(feat("sess", &Sessions{}))),
	"12-duplicates": config(segments(seg("two", op(agg("count", "v"), ">=", 2))),
		features(feat("n", agg("count", "v")))),
	"13-hysteresis": config(segments(SegmentDef{Name: "fans", When: op(decay("v", hour), ">=", 3.0),
		Until: op(decay("v", hour), "<", 1.0)})),
	"15-decay-crossing": config(segments(
		seg("two", op(decay("v", 7*day), ">=", 1.5)),
		seg("dear", op(&Decay{Fn: "decayed", Type: "o", HalfLife: hour, Field: "amount"}, ">", 100.0))),
		features(feat("spent", &Decay{Fn: "decayed", Type: "o", HalfLife: hour, Field: "amount"}))),
	"16-followed": config(segments(
		seg("missed", &Follow{Not: true, A: "a", B: "b", Within: hour}),
		seg("reached", &Follow{A: "a", B: "b", Within: hour}))),
	"19-pending": config(features(feat("left", &Pending{A: "add", B: "buy", Field: "item", Window: 7 * day})),
		segments(seg("any", op(&Call{Fn: "size", X: &Pending{A: "add", B: "buy", Field: "item", Window: hour}}, ">", 0)))),
	"21-context-ttl": config(segments(seg("hot", op(&Named{Fn: "context", Name: "weather.temp_c"}, ">", 25.0)))),
	"22-consent": config(segments(
		SegmentDef{Name: "buyers", When: op(agg("count", "p"), ">=", 1), Purpose: "marketing"},
		seg("ads", &Named{Fn: "consent", Name: "ads"}))),
	"24-local-hour": config(segments(seg("morning", op(op(&Local{}, ">=", 9), "&&", op(&Local{}, "<", 12))))),
	"28-erase": config(segments(seg("buyers", op(agg("count", "p"), ">=", 1))),
		features(feat("n", agg("count", "p")))),
	"31-times": config(segments(seg("one", op(window(agg("count", "p"), hour), ">=", 1)))),
	"34-buy-till-you-die": config(features(
		feat("alive", &Buyer{Fn: "p_alive", Type: "buy"}),
		feat("per", op(&Buyer{Fn: "value", Type: "buy", Field: "amount", Horizon: 39 * week}, "/",
			Expr(&Buyer{Fn: "expected", Type: "buy", Horizon: 39 * week}))),
		feat("about", op(op(&Buyer{Fn: "expected", Type: "buy", Horizon: 39 * week}, ">", 1.2255), "&&",
			op(&Buyer{Fn: "expected", Type: "buy", Horizon: 39 * week}, "<", 1.2265))),
		feat("none", lit(nil))),
		segments(seg("live", op(&Buyer{Fn: "p_alive", Type: "buy"}, ">=", 0.75))),
		func(c *Config) {
			c.Models = []ModelDef{{Type: "buy", Amount: "amount", Unit: "week",
				R: 0.243, Alpha: 4.414, A: 0.793, B: 2.426, P: 6.25, Q: 3.74, V: 15.44}}
		}),
}

func TestOracleCases(t *testing.T)   { runCases(t, oracle) }
func TestDecisionCases(t *testing.T) { runCases(t, decisions) }

// TestNoCaseLeftOut: every folder of testdata is one of the cases.
func TestNoCaseLeftOut(t *testing.T) {
	folders, err := filepath.Glob("testdata/*/config.yaml")
	if err != nil || len(folders) != len(oracle)+len(decisions) {
		t.Errorf("%d folders, %d and %d cases, %v", len(folders), len(oracle), len(decisions), err)
	}
}

func runCases(t *testing.T, cases map[string]Config) {
	for name, cfg := range cases {
		t.Run(name, func(t *testing.T) {
			folder := filepath.Join("testdata", name)
			checkRendering(t, folder, cfg)
			events, err := ParseEvents(filepath.Join(folder, "in.jsonl"))
			if err != nil || len(events) == 0 {
				t.Fatal(len(events), err)
			}
			c := Case{Config: cfg, Files: [][]Event{events}}
			if text, err := os.ReadFile(filepath.Join(folder, "as-of")); err == nil {
				at, err := parseTime(strings.TrimSpace(string(text)))
				if err != nil {
					t.Fatal(err)
				}
				c.AsOf = &at
			}
			want, err := ParseResult(filepath.Join(folder, "expected"))
			if err != nil {
				t.Fatal(err)
			}
			got := Run(c)
			silent(t, folder, &want, &got)
			for _, line := range Diff(want, got) {
				t.Error(line)
			}
		})
	}
}

// checkRendering sees that the parts built by hand are, to the letter, those of the case.
func checkRendering(t *testing.T, folder string, cfg Config) {
	text, err := os.ReadFile(filepath.Join(folder, "config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	part := func(spellings ...string) {
		for _, s := range spellings {
			if strings.Contains(string(text), s) {
				return
			}
		}
		t.Errorf("not in config.yaml: %s", spellings[0])
	}
	find := func(e Expr) {
		if e != nil {
			part(quoteJSON(e.String()), quoteYAML(e.String()))
		}
	}
	for _, f := range cfg.Features {
		find(f.Expr)
	}
	for _, s := range cfg.Segments {
		find(s.When)
		find(s.Until)
	}
	for _, a := range cfg.Actions {
		part("  " + a.Name + ": {on: " + a.on() + ", channel: " + a.Channel)
		find(a.When)
		find(a.Score)
		if a.Cap != nil {
			part("cap: " + a.Cap.String())
		}
		for _, p := range a.Payload {
			part(p.Name + ": " + quoteYAML(p.Expr.String()))
		}
	}
	for _, c := range cfg.Channels {
		if c.Quiet != nil {
			part("  " + c.Name + ": {quiet: " + c.Quiet.String() + "}")
		}
		if c.Cap != nil {
			part("  " + c.Name + ": {cap: " + c.Cap.String() + "}")
		}
	}
}

// silent takes out of got what the expected files do not speak of.
func silent(t *testing.T, folder string, want, got *Result) {
	there := func(name string) bool {
		_, err := os.Stat(filepath.Join(folder, "expected", name+".jsonl"))
		return err == nil
	}
	if !there("segment-changes") {
		got.Changes = nil
	}
	if !there("actions") {
		got.Decisions = nil
	}
	if !there("sessions") {
		got.Sessions = nil
	}
	if !there("late") {
		got.Late = nil
	}
	if !there("profiles") {
		got.Profiles = nil
		return
	}
	text, err := os.ReadFile(filepath.Join(folder, "expected", "profiles.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	says := func(field string) bool { return strings.Contains(string(text), `"`+field+`"`) }
	if len(want.Profiles) == 0 {
		return
	}
	for i := range got.Profiles {
		p := &got.Profiles[i]
		for _, w := range want.Profiles {
			if w.ID != p.ID {
				continue
			}
			if p.Session != nil && w.Session != nil {
				p.Session.End, p.Session.Counts = w.Session.End, w.Session.Counts
			}
			if !says("features") {
				p.Features = w.Features
			}
			if !says("traits") {
				p.Traits = w.Traits
			}
			if !says("consents") {
				p.Consents = w.Consents
			}
			if !says("memberships") {
				p.Memberships = w.Memberships
			}
			if !says("session") {
				p.Session = nil
			}
			if !says("first_seen") {
				p.FirstSeen, p.LastSeen = 0, 0
			}
		}
	}
}
