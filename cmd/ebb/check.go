package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ebbstream/ebb/config"
	"github.com/ebbstream/ebb/operators/catalog"
)

func checkCommand() *cobra.Command {
	var file, avro string
	var asJSON, schema bool
	cmd := &cobra.Command{
		Use:   "check -c FILE",
		Short: "Validate a configuration, and say what it reads, writes, keeps and wakes up for",
		Long: `Validate a configuration, and say what it reads, writes, keeps and wakes up for. All faults are told at once; the exit
status is 2 then.

STATE is what a profile must remember for a segment, feature or action, under its key in the state; what several need is kept once.
BYTES are the most that one profile takes for it in the state folder, with every limit reached: texts are counted as 31
bytes, exact sums as three doubles, purchase models with "per: day" as ten years of days. "unbounded" is what no limit holds.

BY EVENTS are the types of events that may change the membership, * being all that are not about the person. BY TIME is what
changes it with no event, and WAKE-UPS how often at most a profile is looked at for that: a day, where time sets the pace
(twice for an hour that begins and ends; once in 90d for a last purchase that leaves its window), or an event that touches
it, where events do. A profile has one pending wake-up a segment at most, and most never come: the next event replaces it.

ON is what triggers an action; one that a segment triggers wakes up nobody beside what the segment does. What is triggered in
quiet hours waits for their end: so often at most as they end.`,
		Example: `  ebb check -c shop.yaml
  ebb check --schema > ebb.schema.json`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if schema {
				if asJSON || avro != "" {
					return asked("--schema prints the JSON Schema of any configuration, and nothing else: leave out --json and --avro-schemas")
				}
				_, err := cmd.OutOrStdout().Write(config.Schema(blocksOf(catalog.Defaults())...))
				return err
			}
			s, err := load(file)
			if err != nil {
				return err
			}
			if avro != "" {
				if err := writeSchemas(avro, s); err != nil {
					return err
				}
			}
			c := checked(s)
			if asJSON {
				return writeJSON(cmd.OutOrStdout(), c)
			}
			return c.print(cmd.OutOrStdout())
		},
	}
	configFlag(cmd, &file)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVar(&schema, "schema", false, "print the JSON Schema of the file, so that editors complete it")
	cmd.Flags().StringVar(&avro, "avro-schemas", "", "write the Avro schemas of what is published into this `folder`, for outputs.format avro")
	cmd.MarkFlagDirname("avro-schemas")
	return cmd
}

// check is what is to be said of a configuration without faults.
type check struct {
	Name     string        `json:"name"`
	Topics   []topic       `json:"topics"`
	Segments []description `json:"segments"`
	Features []description `json:"features"`
	Actions  []offer       `json:"actions"`
	Notes    []string      `json:"notes,omitempty"`
	Profile  profileSize   `json:"profile"`
}

// description is what a segment, feature or action keeps and what moves it.
type description struct {
	Name    string   `json:"name"`
	State   []stored `json:"state"`
	Events  []string `json:"events"`
	Time    []motion `json:"time,omitempty"`     // of a segment or action; none: events only
	WakeUps *wakeUps `json:"wake_ups,omitempty"` // of a segment or action, all together
}

// offer is an action.
type offer struct {
	description        // its events are the types that trigger it
	On          string `json:"on"`
	Channel     string `json:"channel"`
	segment     string // whose changes trigger it
	idle        bool
}

type stored struct {
	Key   string `json:"key"`
	Bytes *int64 `json:"bytes"` // null: unbounded
}

// motion is one thing that time does to a segment.
type motion struct {
	What string `json:"what"`
	wakeUps
}

// wakeUps are how often at most a profile is woken.
type wakeUps struct {
	ADay    float64 `json:"a_day"`
	AnEvent float64 `json:"an_event"` // that touches the segment
}

// profileSize is the most that one profile takes.
type profileSize struct {
	Bytes  *int64 `json:"bytes"`         // null: unbounded
	Recent int64  `json:"recent_events"` // of these, for what a repetition or an erasure could still meet
	Accept string `json:"accept"`
	Events int    `json:"limit_events"`
	Values int    `json:"limit_values"`
}

func checked(s *settings) *check {
	c := &check{Name: s.Name, Topics: topics(s), Segments: []description{}, Features: []description{}, Actions: []offer{}}
	segments, features := s.catalog.Describe()
	for _, d := range segments {
		c.Segments = append(c.Segments, moved(d))
	}
	for _, d := range features {
		c.Features = append(c.Features, described(d))
	}
	for _, d := range s.catalog.DescribeActions() {
		c.Actions = append(c.Actions, offer{moved(d.Description), d.On, d.Channel, d.Segment, d.Idle})
		if d.Learning != "" && !d.Known {
			c.Notes = append(c.Notes, fmt.Sprintf("learning.%s.known is not given yet, so %s goes by its score; `ebb experiments` tells what to give", d.Name, d.Name))
		}
	}
	all, recent := s.catalog.ProfileBytes()
	c.Profile = profileSize{bounded(all), recent, s.Time.Accept.String(), s.Limits.Events, s.Limits.Values}
	return c
}

// moved is described, with what time does.
func moved(d catalog.Description) description {
	one := described(d)
	one.WakeUps = &wakeUps{}
	for _, m := range d.Motions {
		one.Time = append(one.Time, motion{m.What, wakeUps{m.ADay, m.AnEvent}})
		one.WakeUps.ADay += m.ADay
		one.WakeUps.AnEvent += m.AnEvent
	}
	return one
}

func described(d catalog.Description) description {
	one := description{Name: d.Name, State: []stored{}, Events: append([]string{}, d.Events...)}
	for _, s := range d.State {
		one.State = append(one.State, stored{s.Key, bounded(s.Bytes)})
	}
	return one
}

func bounded(bytes int64) *int64 {
	if bytes == catalog.Unbounded {
		return nil
	}
	return &bytes
}
