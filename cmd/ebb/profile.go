package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ebbstream/ebb/operators/catalog"
	"github.com/ebbstream/ebb/pipeline"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
)

func profileCommand() *cobra.Command {
	var file, dir, when, node string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "profile ID -c FILE [--node ADDRESS | --dir DIR]",
		Short: "Show what is known of somebody",
		Long: `Show what is known of somebody: features, segments, traits, consents and the open session.

A node that runs is asked, at the http.listen of the configuration or at --node, and tells what Kafka has committed; with several
nodes, the one that holds the profile's partition has to be asked. With --dir the profile is read from the state folder of a
stopped node, or of a replay that kept its state (ebb replay --state DIR). It is shown as of its own present, its last event
or the last timer that fired; with --dir and --at as it will be then if no event comes.`,
		Example: `  ebb profile anna -c shop.yaml

  ebb replay -c shop.yaml --input shop.jsonl --output out --state data
  ebb profile anna -c shop.yaml --dir data`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return asked("ebb profile takes the id of one profile, found %d ids; write it like `ebb profile anna -c FILE`", len(args))
			}
			return nil
		},
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := load(file)
			if err != nil {
				return err
			}
			if dir == "" {
				if when != "" {
					return asked("--at is for --dir: a node tells the present; `ebb explain --at` asks it about a segment")
				}
				return profileOfNode(cmd, s, node, args[0], asJSON)
			}
			if node != "" {
				return asked("give either --dir DIR or --node ADDRESS")
			}
			k, err := readKept(s, dir, args[0], when)
			if err != nil {
				return err
			}
			view := k.chain.Profile(k.profile, k.at)
			if asJSON {
				return writeRaw(cmd.OutOrStdout(), schemas.AppendData(nil, s.Name, view))
			}
			return printProfile(cmd.OutOrStdout(), k.shown(view))
		},
	}
	configFlag(cmd, &file)
	dirFlag(cmd, &dir)
	nodeFlag(cmd, &node)
	cmd.Flags().StringVar(&when, "at", "", "as of this `time`, such as 2026-01-05T10:00:00Z, if no event comes until then")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the profile as JSON, as on the topic of profiles")
	return cmd
}

// profileOfNode shows what a node that runs says.
func profileOfNode(cmd *cobra.Command, s *settings, node, id string, asJSON bool) error {
	text, err := askNode(cmd.Context(), s, node, url.Values{"until": {"true"}}, "profiles", id)
	if err != nil {
		return err
	}
	if asJSON {
		return writeRaw(cmd.OutOrStdout(), text)
	}
	durations, calls := map[string]bool{}, spans(s.catalog.Plan)
	for _, f := range s.catalog.Plan.Features {
		durations[f.Name] = calls[f.Text]
	}
	p, err := readProfile(text, durations)
	if err != nil {
		return err
	}
	return printProfile(cmd.OutOrStdout(), p)
}

// shown is a view of it, with the ends of its memberships.
func (k *kept) shown(view *schemas.Profile) *shownProfile {
	p := &shownProfile{view: view, until: map[string]schemas.Instant{}}
	for _, m := range view.Memberships {
		p.until[m.Segment] = schemas.Never
		if e, ok := k.chain.Explain(k.profile, m.Segment, k.at); ok {
			p.until[m.Segment] = e.Changes
		}
	}
	return p
}

// kept is a profile from a state folder, brought to an instant.
type kept struct {
	chain   *catalog.Chain
	profile *state.Profile
	at      schemas.Instant
	changes []*schemas.SegmentChange // on the way there
}

// readKept reads a profile and lets its timers fire until `when`, or leaves it at its present if that is empty.
func readKept(s *settings, dir, id, when string) (*kept, error) {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, asked("--dir %s is no folder: give the folder of a stopped node or of `ebb replay --state DIR`", dir)
	}
	p, err := pipeline.ReadProfile(dir, s.catalog, id)
	switch {
	case errors.Is(err, pipeline.ErrNoProfile):
		return nil, &noProfile{fmt.Errorf("there is no profile %q in %s: nothing was ever applied for this id, or it was erased", id, dir)}
	case err != nil:
		return nil, fmt.Errorf("reading the profile: %w; --dir takes the folder of a stopped node or of `ebb replay --state`", err)
	}
	k := &kept{chain: s.catalog.Chain(), profile: p, at: p.Now}
	if when == "" {
		return k, nil
	}
	if k.at, err = instant("at", when); err != nil {
		return nil, err
	}
	if k.at < p.Now {
		return nil, asked("--at %s is before the present of profile %q, which is %s: the state keeps no past; ebb explain --input tells it from files", k.at, id, p.Now)
	}
	k.chain.Advance(p, k.at, func(m schemas.Message) {
		if c, ok := m.(*schemas.SegmentChange); ok {
			k.changes = append(k.changes, c.Kept())
		}
	})
	return k, nil
}

// printProfile is the profile for people.
func printProfile(w io.Writer, of *shownProfile) error {
	p := of.view
	t := &table{}
	t.row("profile", shown(p.Profile))
	t.row("as of", p.AsOf.String())
	t.row("first seen", p.FirstSeen.String())
	t.row("last seen", p.LastSeen.String())
	session := "none open"
	if s := p.Session; s != nil {
		var counts []string
		for _, c := range s.Counts {
			counts = append(counts, fmt.Sprintf("%s %d", shown(c.Type), c.Events))
		}
		session = fmt.Sprintf("since %s, last event %s: %s", s.Start, s.End, strings.Join(counts, ", "))
	}
	t.row("session", session)
	if of.applied != "" {
		t.row("applied", of.applied)
	}
	if p.Limited {
		t.row("limited", "a limit was reached: something was forgotten, and is no longer exact")
	}
	if err := t.print(w); err != nil {
		return err
	}
	t = &table{}
	t.row()
	t.row("SEGMENT", "SINCE", "UNTIL, IF NO EVENT COMES")
	for _, m := range p.Memberships {
		until := "does not end by itself"
		if at := of.until[m.Segment]; at != schemas.Never {
			until = at.String()
		}
		t.row(m.Segment, m.EnteredAt.String(), until)
	}
	if len(p.Memberships) == 0 {
		t.row("none")
	}
	named := func(title string, values []schemas.NamedValue) {
		if len(values) == 0 {
			return
		}
		t.row()
		t.row(title)
		for _, v := range values {
			t.row(shown(v.Name), inWords(v.Value))
		}
	}
	if err := t.print(w); err != nil {
		return err
	}
	t = &table{}
	named("FEATURE", p.Features)
	named("TRAIT", p.Traits)
	named("CONSENT", p.Consents)
	return t.print(w)
}

// writeJSON prints a value as JSON for people to read, too.
func writeJSON(w io.Writer, v any) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(v)
}

// writeRaw is writeJSON of what is JSON already.
func writeRaw(w io.Writer, text []byte) error { return writeJSON(w, json.RawMessage(text)) }
