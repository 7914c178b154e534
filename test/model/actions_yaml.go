package model

import (
	"fmt"
	"strconv"
	"strings"
)

// actionsYAML is section 7 of a configuration as text, empty where there are no actions.
func (c Config) actionsYAML(line func(format string, args ...any)) {
	if len(c.Actions) > 0 {
		line("actions:")
	}
	for _, a := range c.Actions {
		line("  %s:", a.Name)
		line("    on: %s", quoteYAML(a.on()))
		line("    channel: %s", a.Channel)
		if a.When != nil {
			line("    when: %s", quoteJSON(a.When.String()))
		}
		if a.Score != nil {
			line("    score: %s", quoteJSON(a.Score.String()))
		}
		if a.Purpose != "" {
			line("    purpose: %s", a.Purpose)
		}
		if a.Cap != nil {
			line("    cap: %s", a.Cap)
		}
		if a.ExpiresIn > 0 {
			line("    expires_in: %s", formatDuration(a.ExpiresIn))
		}
		if len(a.Payload) > 0 {
			line("    payload:")
		}
		for _, p := range a.Payload {
			line("      %s: %s", p.Name, quoteJSON(p.Expr.String()))
		}
	}
	if len(c.Channels) > 0 {
		line("channels:")
	}
	for _, d := range c.Channels {
		var parts []string
		if d.Cap != nil {
			parts = append(parts, "cap: "+d.Cap.String())
		}
		if d.Quiet != nil {
			parts = append(parts, "quiet: "+d.Quiet.String())
		}
		line("  %s: {%s}", d.Name, strings.Join(parts, ", "))
	}
	c.guardsYAML(line)
	if len(c.Experiments) > 0 {
		line("experiments:")
	}
	for _, e := range c.Experiments {
		line("  %s: %s", e.Name, e.yaml(strings.Join(e.Actions, ", ")))
	}
	if c.MuteBefore != nil {
		line("outputs: {mute_before: %q}", formatTime(*c.MuteBefore))
	}
}

// guardsYAML leaves out what is as by default.
func (c Config) guardsYAML(line func(format string, args ...any)) {
	var parts []string
	if s := c.Guards.Support; s != nil {
		var of []string
		if s.Events != 1 {
			of = append(of, "events: "+strconv.Itoa(s.Events))
		}
		if s.Sessions != 0 {
			of = append(of, "sessions: "+strconv.Itoa(s.Sessions))
		}
		if len(of) > 0 {
			parts = append(parts, "min_support: {"+strings.Join(of, ", ")+"}")
		}
	}
	if len(c.Guards.Sensitive) > 0 {
		list := &List{}
		for _, v := range c.Guards.Sensitive {
			list.Items = append(list.Items, &Lit{V: v})
		}
		parts = append(parts, "sensitive: "+list.String()) // quoted: "1" is a text
	}
	if len(parts) > 0 {
		line("guards: {%s}", strings.Join(parts, ", "))
	}
}

// on is the trigger as it is written.
func (a *ActionDef) on() string {
	switch a.On.Kind {
	case "event":
		return a.On.Name
	case "ended":
		return `ended("session")`
	case "every":
		if a.SpelledInHour && a.On.Every%hour == 0 {
			return fmt.Sprintf(`every("%dh")`, a.On.Every/hour)
		}
		return fmt.Sprintf("every(%q)", formatDuration(a.On.Every))
	}
	return fmt.Sprintf("%s(%q)", a.On.Kind, a.On.Name)
}

func (c *Cap) String() string { return fmt.Sprintf("{max: %d, per: %s}", c.Max, formatDuration(c.Per)) }

// quoteYAML puts a text without line breaks in single quotes.
func quoteYAML(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
