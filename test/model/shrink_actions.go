package model

import "slices"

// fewerActions offers the case without a part of section 7.
func (c *Config) fewerActions(with func(func(*Case))) {
	for i, a := range c.Actions {
		with(func(d *Case) { d.Config.dropAction(i) })
		edit := func(change func(*ActionDef)) { with(func(d *Case) { change(&d.Config.Actions[i]) }) }
		if a.When != nil {
			edit(func(a *ActionDef) { a.When = nil })
		}
		for _, e := range simpler(a.When) {
			edit(func(a *ActionDef) { a.When = e })
		}
		if a.Score != nil {
			edit(func(a *ActionDef) { a.Score = nil })
		}
		if a.Purpose != "" {
			edit(func(a *ActionDef) { a.Purpose = "" })
		}
		if a.Cap != nil {
			edit(func(a *ActionDef) { a.Cap = nil })
		}
		if a.ExpiresIn != 0 {
			edit(func(a *ActionDef) { a.ExpiresIn = 0 })
		}
		for j := range a.Payload {
			edit(func(a *ActionDef) { a.Payload = slices.Delete(slices.Clone(a.Payload), j, j+1) })
		}
	}
	for i, ch := range c.Channels {
		with(func(d *Case) { d.Config.Channels = slices.Delete(d.Config.Channels, i, i+1) })
		if ch.Cap != nil && ch.Quiet != nil {
			with(func(d *Case) { d.Config.Channels[i].Cap = nil })
			with(func(d *Case) { d.Config.Channels[i].Quiet = nil })
		}
	}
	for i := range c.Experiments {
		with(func(d *Case) { d.Config.Experiments = slices.Delete(d.Config.Experiments, i, i+1) })
	}
	if c.Guards.Support != nil {
		with(func(d *Case) { d.Config.Guards.Support = nil })
	}
	for i := range c.Guards.Sensitive {
		with(func(d *Case) { d.Config.Guards.Sensitive = slices.Delete(slices.Clone(c.Guards.Sensitive), i, i+1) })
	}
	if c.MuteBefore != nil {
		with(func(d *Case) { d.Config.MuteBefore = nil })
	}
}

// dropAction takes an action out, and out of its experiment, which needs one at least.
func (c *Config) dropAction(i int) {
	name := c.Actions[i].Name
	c.Actions = slices.Delete(c.Actions, i, i+1)
	var left []ExperimentDef
	for _, e := range c.Experiments {
		e.Actions = slices.DeleteFunc(slices.Clone(e.Actions), func(a string) bool { return a == name })
		if len(e.Actions) > 0 {
			left = append(left, e)
		}
	}
	c.Experiments = left
}
