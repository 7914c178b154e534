package main

import (
	"fmt"
	"io"
	"strings"
)

// print writes the tables for people.
func (c *check) print(w io.Writer) error {
	fmt.Fprintf(w, "%s: no faults\n\n", c.Name)
	t := &table{}
	t.row("TOPIC", "", "PARTITIONS", "KEPT", "WHAT")
	for _, topic := range c.Topics {
		t.row(topic.cells()...)
	}
	if err := t.print(w); err != nil {
		return err
	}
	if len(c.Segments) > 0 {
		fmt.Fprintln(w)
		t = &table{}
		t.row("SEGMENT", "BY EVENTS", "BY TIME", "WAKE-UPS A PROFILE", "BYTES", "STATE")
		for _, d := range c.Segments {
			var moved, often []string
			for _, m := range d.Time {
				moved, often = append(moved, m.What), append(often, m.String())
			}
			if len(moved) == 0 {
				moved, often = []string{"events only"}, []string{"0"}
			}
			keys, sizes := d.kept()
			t.rows([]string{d.Name}, texts(d.Events), moved, often, sizes, keys)
		}
		if err := t.print(w); err != nil {
			return err
		}
	}
	if len(c.Features) > 0 {
		fmt.Fprintln(w)
		t = &table{}
		t.row("FEATURE", "BY EVENTS", "BYTES", "STATE")
		for _, d := range c.Features {
			keys, sizes := d.kept()
			t.rows([]string{d.Name}, texts(d.Events), sizes, keys)
		}
		if err := t.print(w); err != nil {
			return err
		}
	}
	if err := c.printActions(w); err != nil {
		return err
	}
	for _, note := range c.Notes {
		fmt.Fprintf(w, "\nNote: %s.\n", note)
	}
	_, err := fmt.Fprintf(w, "\nA profile takes %s at most (limits: %d events, %d values), %s of it for the events of the last %s, by which repetitions are known; beside that, the traits, contexts and consents it is told. `ebb check --help` says how this is counted.\n",
		sizeInWords(c.Profile.Bytes), c.Profile.Events, c.Profile.Values, sizeInWords(&c.Profile.Recent), c.Profile.Accept)
	return err
}

// printActions writes the table of actions.
func (c *check) printActions(w io.Writer) error {
	if len(c.Actions) == 0 {
		return nil
	}
	fmt.Fprintln(w)
	t := &table{}
	t.row("ACTION", "ON", "CHANNEL", "BY TIME", "WAKE-UPS A PROFILE", "BYTES", "STATE")
	for _, a := range c.Actions {
		var moved, often []string
		for _, m := range a.Time {
			moved, often = append(moved, m.What), append(often, m.String())
		}
		if len(moved) == 0 {
			moved, often = []string{"events only"}, []string{"0"}
			switch {
			case a.idle:
				moved = []string{"never: a cap is 0"}
			case a.segment != "":
				moved = []string{"with its segment"}
			}
		}
		keys, sizes := a.kept()
		t.rows([]string{a.Name}, []string{shown(a.On)}, []string{shown(a.Channel)}, moved, often, sizes, keys)
	}
	return t.print(w)
}

// kept are the keys of the state, and their sizes.
func (d *description) kept() (keys, sizes []string) {
	for _, s := range d.State {
		keys, sizes = append(keys, shown(s.Key)), append(sizes, sizeInWords(s.Bytes))
	}
	if len(keys) == 0 {
		return []string{"nothing"}, []string{"0"}
	}
	return keys, sizes
}

// texts are event types in a table.
func texts(types []string) []string {
	if len(types) == 0 {
		return []string{"none"}
	}
	var all []string
	for _, typ := range types {
		all = append(all, shown(typ))
	}
	return all
}

// String is such as "at most 2 a day".
func (m wakeUps) String() string {
	var parts []string
	if m.ADay > 0 {
		parts = append(parts, perTime(m.ADay))
	}
	if m.AnEvent > 0 {
		parts = append(parts, short(m.AnEvent)+" an event")
	}
	if len(parts) == 0 {
		return "0"
	}
	return strings.Join(parts, " and ")
}

// perTime is so often a day; what is rarer than that, once in so many days.
func perTime(aDay float64) string {
	if aDay < 0.995 {
		return "1 in " + short(1/aDay) + " days"
	}
	return short(aDay) + " a day"
}

// sizeInWords is such as 1.5 KiB.
func sizeInWords(bytes *int64) string {
	if bytes == nil {
		return "unbounded"
	}
	n := float64(*bytes)
	switch {
	case n < 1<<10:
		return fmt.Sprintf("%.0f B", n)
	case n < 1<<20:
		return short(n/(1<<10)) + " KiB"
	}
	return short(n/(1<<20)) + " MiB"
}
