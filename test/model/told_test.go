package model

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func lateness(ms int64) func(*Config) {
	return func(c *Config) { c.Lateness, c.Accept = ms, max(ms, day) }
}
func muteBefore(at string) func(*Config) {
	return func(c *Config) { t, _ := parseTime(at); c.MuteBefore = &t }
}
func experiment(name string, control float64, list ...string) func(*Config) {
	return func(c *Config) {
		c.Experiments = []ExperimentDef{{Name: name, Actions: list, Control: control, Within: day}}
	}
}

// told runs a history of u1 and writes the decisions down, checked as well.
func told(t *testing.T, cfg Config, events, asOf string) string {
	t.Helper()
	c := Case{Config: cfg, Files: [][]Event{nil}}
	for i, text := range strings.Split(events, ", ") {
		words := strings.Fields(text)
		e := Event{ID: fmt.Sprint("e", i+1), Subject: "u1", Type: words[2], Time: january(t, words[0]+" "+words[1]), Data: map[string]any{}}
		for _, w := range words[3:] {
			k, v, _ := strings.Cut(w, "=")
			e.Data[k] = v
			if v == "1" {
				e.Data[k] = int64(1)
			}
		}
		c.Files[0] = append(c.Files[0], e)
	}
	if asOf != "" {
		at := january(t, asOf)
		c.AsOf = &at
	}
	list := Run(c).Decisions
	for _, fault := range Check(c, list) {
		t.Error(fault)
	}
	var lines []string
	for _, d := range list {
		lines = append(lines, short(d))
	}
	return strings.Join(lines, "; ")
}

func january(t *testing.T, text string) int64 {
	t.Helper()
	layout := "02 15:04:05.000"
	at, err := time.Parse("2006-01-"+layout[:min(len(text), len(layout))], "2026-01-"+text)
	if err != nil {
		t.Fatal(err)
	}
	return at.UnixMilli()
}

func short(d Decision) string {
	day := func(ms int64) string {
		return strings.TrimSuffix(time.UnixMilli(ms).UTC().Format("02 15:04:05.000"), ":00.000")
	}
	s := day(d.Time) + " " + d.Action
	if d.Arm != "" {
		s += " " + d.Arm
	}
	if d.ExpiresAt != nil {
		s += " until " + day(*d.ExpiresAt)
	}
	if len(d.Payload) > 0 {
		s += " " + jsonValue(d.Payload)
	}
	var also, not []string
	for name := range d.Candidates {
		if name != d.Action {
			also = append(also, name)
		}
	}
	for name, rule := range d.Suppressed {
		not = append(not, name+":"+rule)
	}
	slices.Sort(also)
	slices.Sort(not)
	if len(also) > 0 {
		s += " also " + strings.Join(also, " ")
	}
	if len(not) > 0 {
		s += " not " + strings.Join(not, " ")
	}
	return s
}
