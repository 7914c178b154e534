package model

import (
	"math/rand"
	"strings"
	"testing"
)

// TestCheck: the model's own decisions break no rule.
func TestCheck(t *testing.T) {
	s := randomSeed(t)
	for i := range int64(1500) {
		c := GenerateActions(rand.New(rand.NewSource(s + i)))
		for _, fault := range Check(c, Run(c).Decisions) {
			t.Errorf("seed %d: %s\n%s", s+i, fault, c)
		}
		if t.Failed() {
			return
		}
	}
}

// TestCheckBites: decisions made without a rule are found to break it, and no other they hang on.
func TestCheckBites(t *testing.T) {
	s := randomSeed(t)
	for _, x := range []struct {
		rule    string
		without func(*Config)
	}{
		{"cap", func(c *Config) {
			for i := range c.Actions {
				c.Actions[i].Cap = nil
			}
			for i := range c.Channels {
				c.Channels[i].Cap = nil
			}
		}},
		{"quiet", func(c *Config) {
			for i := range c.Channels {
				c.Channels[i].Quiet = nil
			}
		}},
		{"consent", func(c *Config) {
			for i := range c.Actions {
				c.Actions[i].Purpose = ""
			}
		}},
		{"sensitive", func(c *Config) { c.Guards.Sensitive = nil }},
		{"min_support", func(c *Config) { c.Guards.Support = &Support{} }},
		{"experiment", func(c *Config) { c.Experiments = nil }},
		{"mute", func(c *Config) { c.MuteBefore = nil }},
	} {
		found := 0
		for i := range int64(150) {
			c, loose := GenerateActions(rand.New(rand.NewSource(s+i))), GenerateActions(rand.New(rand.NewSource(s+i)))
			x.without(&loose.Config)
			for _, fault := range Check(c, Run(loose).Decisions) {
				if strings.HasPrefix(fault, x.rule+":") {
					found++
				}
			}
		}
		t.Logf("without %s: %d faults", x.rule, found)
		if found == 0 {
			t.Errorf("decisions made without %s pass", x.rule)
		}
	}
}

// TestCheckCaps: two decisions are one too many within an hour, and none too many an hour apart.
func TestCheckCaps(t *testing.T) {
	for second, faults := range map[string]int{"05 10:59:59.999": 1, "05 11:00": 0} {
		c := Case{Config: config(actions(ActionDef{Name: "a", On: on("v"), Channel: "m"})), Files: [][]Event{{
			{ID: "e1", Type: "v", Subject: "u1", Time: january(t, "05 10:00")}, {ID: "e2", Type: "v", Subject: "u1", Time: january(t, second)}}}}
		decided := Run(c).Decisions
		c.Config.Actions[0].Cap = &Cap{1, hour}
		if list := Check(c, decided); len(list) != faults {
			t.Errorf("%s: %v", second, list)
		}
		c.Config.Actions[0].Cap, c.Config.Channels = nil, []ChannelDef{{Name: "m", Cap: &Cap{1, hour}}}
		if list := Check(c, decided); len(list) != faults {
			t.Errorf("%s on the channel: %v", second, list)
		}
	}
}
