package model

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
)

// Config is the part of a configuration (SPEC section 3) that decides what a replay gives.
type Config struct {
	Lateness, Accept, Gap, TTL int64 // milliseconds
	Keep                       []string
	Interests                  []InterestDef
	Features                   []FeatureDef // in the order of the file: one may name those before it
	Segments                   []SegmentDef
	Models                     []ModelDef
	Actions                    []ActionDef
	Channels                   []ChannelDef
	Guards                     Guards
	Experiments                []ExperimentDef
	MuteBefore                 *int64 // or nil
}

// InterestDef is an entry of `interests`.
type InterestDef struct {
	Name, Field string
	HalfLife    int64
	Weights     map[string]float64
}

// FeatureDef is a feature.
type FeatureDef struct {
	Name string
	Expr Expr
}

// SegmentDef is a segment; Until may be nil, Purpose empty.
type SegmentDef struct {
	Name        string
	When, Until Expr
	Purpose     string
}

// ModelDef is an entry of `models`: BG/NBD and Gamma-Gamma for one event type.
type ModelDef struct {
	Type, Amount            string
	Unit                    string // "day" or "week"
	PerDay                  bool
	R, Alpha, A, B, P, Q, V float64
}

// Default is the configuration with the defaults of SPEC section 3 and nothing in it.
func Default() Config {
	return Config{Lateness: 10 * minute, Accept: day, Gap: 30 * minute, TTL: day}
}

func (c *Config) interest(name string) *InterestDef {
	for i := range c.Interests {
		if c.Interests[i].Name == name {
			return &c.Interests[i]
		}
	}
	panic("no interest " + name)
}

func (c *Config) feature(name string) Expr {
	for i := range c.Features {
		if c.Features[i].Name == name {
			return c.Features[i].Expr
		}
	}
	panic("no feature " + name)
}

func (c *Config) model(name string) *ModelDef {
	for i := range c.Models {
		if c.Models[i].Type == name {
			return &c.Models[i]
		}
	}
	panic("no model for " + name)
}

// YAML is the configuration as a file of SPEC section 3.
func (c Config) YAML() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("name: t")
	line("time: {lateness: %s, accept: %s}", formatDuration(c.Lateness), formatDuration(c.Accept))
	line("context: {ttl: %s}", formatDuration(c.TTL))
	line("sessions: {gap: %s, keep: [%s]}", formatDuration(c.Gap), strings.Join(c.Keep, ", "))
	if len(c.Interests) > 0 {
		line("interests:")
	}
	for _, i := range c.Interests {
		line("  %s: {field: %s, half_life: %s, weights: {%s}}", i.Name, i.Field, formatDuration(i.HalfLife), flow(i.Weights))
	}
	if len(c.Models) > 0 {
		line("models:")
	}
	for _, m := range c.Models {
		per := ""
		if m.PerDay {
			per = "per: day, "
		}
		line("  %s: {amount: %s, unit: %s, %sparams: {%s}}", m.Type, m.Amount, m.Unit, per,
			flow(map[string]float64{"r": m.R, "alpha": m.Alpha, "a": m.A, "b": m.B, "p": m.P, "q": m.Q, "v": m.V}))
	}
	if len(c.Features) > 0 {
		line("features:")
	}
	for _, f := range c.Features {
		line("  %s: %s", f.Name, quoteJSON(f.Expr.String()))
	}
	if len(c.Segments) > 0 {
		line("segments:")
	}
	for _, s := range c.Segments {
		line("  %s:", s.Name)
		line("    when: %s", quoteJSON(s.When.String()))
		if s.Until != nil {
			line("    until: %s", quoteJSON(s.Until.String()))
		}
		if s.Purpose != "" {
			line("    purpose: %s", s.Purpose)
		}
	}
	c.actionsYAML(line)
	return b.String()
}

func flow(m map[string]float64) string {
	names := make([]string, 0, len(m))
	for k := range m {
		names = append(names, k)
	}
	sort.Strings(names)
	for i, k := range names {
		names[i] = k + ": " + strconv.FormatFloat(m[k], 'g', -1, 64)
	}
	return strings.Join(names, ", ")
}
