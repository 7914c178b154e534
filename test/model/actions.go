package model

import (
	"math"
	"sort"
	"strconv"
)

// ActionDef is an action of SPEC section 7; When and Score may be nil, Purpose empty, Cap nil, ExpiresIn 0.
type ActionDef struct {
	Name          string
	On            On
	When, Score   Expr
	Channel       string
	Purpose       string
	Cap           *Cap
	ExpiresIn     int64
	Payload       []FeatureDef
	SpelledInHour bool // every("168h") for every("7d"): the same meaning in other letters
}

// On is what an action fires on: Kind is "enters", "exits" (Name: the segment), "ended", "every" (Every) or "event"
// (Name: the type).
type On struct {
	Kind, Name string
	Every      int64
}

// Cap is at most Max decisions in any span of Per.
type Cap struct {
	Max int
	Per int64
}

// ChannelDef is a channel that is listed; Cap and Quiet may be nil.
type ChannelDef struct {
	Name  string
	Cap   *Cap
	Quiet *Quiet
}

// Guards are what a payload must withstand; a nil Support is the default: one event, in any number of sessions.
type Guards struct {
	Support   *Support
	Sensitive []string
}

// Support is what a value of a payload must rest on.
type Support struct{ Events, Sessions int }

// ExperimentDef is an experiment; its reward decides nothing, and may be empty, as may the field of its value.
type ExperimentDef struct {
	Name          string
	Actions       []string
	Control       float64
	Reward, Value string
	Within        int64
}

// meaning is one text for all triggers that mean the same.
func (o On) meaning() string { return o.Kind + " " + o.Name + " " + strconv.FormatInt(o.Every, 10) }

// actionGroup are the actions of one trigger and channel, by name: one firing, one decision at most.
type actionGroup struct {
	key     string
	on      On
	channel ChannelDef // without cap and quiet hours where it is not listed
	actions []*ActionDef
}

func (g *actionGroup) least() string { return g.actions[0].Name }

// groups are those of a configuration, by their least action names.
func groups(cfg *Config) []*actionGroup {
	sorted := make([]*ActionDef, len(cfg.Actions))
	for i := range cfg.Actions {
		sorted[i] = &cfg.Actions[i]
	}
	sort.Slice(sorted, func(i, j int) bool { return sorted[i].Name < sorted[j].Name })
	byKey := map[string]*actionGroup{}
	var list []*actionGroup
	for _, a := range sorted {
		key := a.On.meaning() + " on " + a.Channel
		g := byKey[key]
		if g == nil {
			g = &actionGroup{key: key, on: a.On, channel: cfg.channel(a.Channel)}
			byKey[key] = g
			list = append(list, g)
		}
		g.actions = append(g.actions, a)
	}
	return list
}

func (c *Config) channel(name string) ChannelDef {
	for _, d := range c.Channels {
		if d.Name == name {
			return d
		}
	}
	return ChannelDef{Name: name}
}

func (c *Config) action(name string) *ActionDef {
	for i := range c.Actions {
		if c.Actions[i].Name == name {
			return &c.Actions[i]
		}
	}
	return nil
}

// experiment is the one an action belongs to, or nil.
func (c *Config) experiment(action string) *ExperimentDef {
	for i := range c.Experiments {
		for _, name := range c.Experiments[i].Actions {
			if name == action {
				return &c.Experiments[i]
			}
		}
	}
	return nil
}

// arm is the share of an experiment a profile is in.
func (e *ExperimentDef) arm(s *scope) string {
	bucket, _ := (&Named{Fn: "bucket", Name: e.Name}).eval(s)
	if float64(bucket.(int64)) < math.Round(e.Control*10000) {
		return "control"
	}
	return "treatment"
}

func (c *Config) support() Support {
	if c.Guards.Support == nil {
		return Support{Events: 1}
	}
	return *c.Guards.Support
}

// sensitive tells a value no affinity, ranking or payload may show.
func (c *Config) sensitive(v any) bool {
	for _, name := range c.Guards.Sensitive {
		if equal(v, name) {
			return true
		}
	}
	return false
}
