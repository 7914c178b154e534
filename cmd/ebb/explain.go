package main

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ebbstream/ebb/operators/segment"
	"github.com/ebbstream/ebb/pipeline"
	"github.com/ebbstream/ebb/pipeline/serve"
	"github.com/ebbstream/ebb/schemas"
)

func explainCommand() *cobra.Command {
	var file, dir, when, node string
	var inputs []string
	var sort, asJSON bool
	var between pastFlags
	cmd := &cobra.Command{
		Use:   "explain ID SEGMENT -c FILE [--node ADDRESS | --dir DIR | --input FILES... | --from TIME]",
		Short: "Say why somebody is, or is not, in a segment",
		Long: `Say why somebody is, or is not, in a segment: since when, by what, each part of the condition with its value, when it will
be otherwise if no event comes, and when the membership will.

A node that runs is asked, at the http.listen of the configuration or at --node. With --dir the profile is read from the state
folder of a stopped node or of ebb replay --state. In both cases --at may be any time from its present on. With --input the
profile's events in these files are replayed, up to --at if it is given, and the changes of this segment are told, too; with
--from those that the sources' topics still hold, from that time on, or up to --to. A part that DECIDES is one whose flip alone would change the membership.`,
		Example: `  ebb explain anna new_parents -c shop.yaml
  ebb explain anna new_parents -c shop.yaml --input shop.jsonl --at 2026-01-20T00:00:00Z
  ebb explain anna new_parents -c shop.yaml --from 2026-01-01T00:00:00Z --at 2026-01-20T00:00:00Z
  ebb explain anna new_parents -c shop.yaml --dir data`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 2 || len(args) > 2 && len(inputs) == 0 {
				return asked("ebb explain takes the id of a profile and the name of a segment, found %d; write it like `ebb explain anna buyers -c FILE`", len(args))
			}
			return nil
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			return completeSegments(file, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			id, name := args[0], args[1]
			inputs = append(inputs, args[2:]...) // --input a b c
			if (dir != "" && len(inputs) > 0) || (node != "" && (dir != "" || len(inputs) > 0)) {
				return asked("give either --dir DIR, a state folder, or --input FILE, events to replay, or --node ADDRESS, a node that runs")
			}
			if between.given() && (dir != "" || node != "" || len(inputs) > 0) {
				return asked("--from and --to read the sources' topics: leave --dir, --node and --input out")
			}
			if len(inputs) == 0 && !between.given() && sort {
				return asked("--sort is for --input: leave it out")
			}
			span, err := between.span()
			if err != nil {
				return err
			}
			s, err := load(file)
			if err != nil {
				return err
			}
			known := segmentNames(s)
			if !slices.Contains(known, name) {
				return asked("there is no segment %q in %s: %s", name, file, instead(name, known))
			}
			var x *explanation
			switch {
			case dir != "":
				x, err = explainKept(s, dir, id, name, when)
			case between.given():
				h := &pipeline.History{Catalog: s.catalog, Subject: id, AsOf: schemas.Never, Sort: sort}
				err = withPast(cmd.Context(), s, span, &h.Open, func() (err error) { x, err = explainHistory(cmd, h, name, when); return err })
			case len(inputs) == 0:
				text, err := explainOfNode(cmd, s, node, id, name, when)
				if err != nil {
					return err
				}
				if asJSON {
					return writeRaw(cmd.OutOrStdout(), text)
				}
				if x, err = readExplanation(text, spans(s.catalog.Plan)); err != nil {
					return err
				}
			default:
				h := &pipeline.History{Catalog: s.catalog, Inputs: inputs, Subject: id, AsOf: schemas.Never, Sort: sort}
				x, err = explainHistory(cmd, h, name, when)
			}
			if err != nil {
				return err
			}
			if asJSON {
				return writeJSON(cmd.OutOrStdout(), serve.Explain(s.Name, x.profile, &x.Explanation, x.erased, x.changes))
			}
			return x.print(cmd.OutOrStdout())
		},
	}
	configFlag(cmd, &file)
	dirFlag(cmd, &dir)
	nodeFlag(cmd, &node)
	f := cmd.Flags()
	f.StringArrayVar(&inputs, "input", nil, "a `file` of events; may be repeated; - is standard input")
	between.add(cmd)
	f.BoolVar(&sort, "sort", false, "order the events by time first")
	f.StringVar(&when, "at", "", "as of this `time`, such as 2026-01-05T10:00:00Z")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	completes(cmd, "input", events...)
	return cmd
}

// explanation is what is to be said of one profile and one segment.
type explanation struct {
	segment.Explanation
	profile string
	erased  schemas.Instant // when nothing of it is left; Never
	changes []*schemas.SegmentChange
	history *history // nil with a state folder, or a node
	applied string   // by a node; "": not known
}

// history is what only the events can tell.
type history struct {
	events int64
	late   map[string]int // by reason
}

func explainKept(s *settings, dir, id, name, when string) (*explanation, error) {
	k, err := readKept(s, dir, id, when)
	if err != nil {
		return nil, err
	}
	x := &explanation{profile: id, erased: schemas.Never, changes: of(name, k.changes)}
	x.Explanation, _ = k.chain.Explain(k.profile, name, k.at)
	return x, nil
}

func explainOfNode(cmd *cobra.Command, s *settings, node, id, name, when string) ([]byte, error) {
	query := url.Values{}
	if when != "" {
		at, err := instant("at", when)
		if err != nil {
			return nil, err
		}
		query.Set("at", at.String())
	}
	return askNode(cmd.Context(), s, node, query, "profiles", id, "explain", name)
}

func explainHistory(cmd *cobra.Command, h *pipeline.History, name, when string) (*explanation, error) {
	if when != "" {
		at, err := instant("at", when)
		if err != nil {
			return nil, err
		}
		h.AsOf = at
	}
	read := strings.Join(h.Inputs, ", ")
	if h.Open != nil {
		read = "the sources' topics"
	}
	if err := checkInputs(h.Inputs, false); err != nil {
		return nil, err
	}
	told, err := h.Run(cmd.Context())
	if err != nil {
		return nil, fmt.Errorf("replaying: %w", err)
	}
	p := told.Profile
	x := &explanation{profile: h.Subject, erased: schemas.Never, changes: of(name, told.Changes),
		history: &history{told.Events, map[string]int{}}}
	for _, l := range told.Late {
		x.history.late[l.Reason]++
	}
	switch {
	case !p.Alive && p.Epoch == 0 && when != "":
		return nil, fmt.Errorf("there is no event of %q up to %s in %s: nothing is known of this id then", h.Subject, told.Final, read)
	case !p.Alive && p.Epoch == 0:
		return nil, fmt.Errorf("there is no event of %q in %s: nothing is known of this id", h.Subject, read)
	case !p.Alive:
		x.Explanation = segment.Explanation{Segment: name, At: told.Final, Changes: schemas.Never}
		x.erased = p.Erased
		return x, nil
	}
	x.Explanation, _ = told.Chain.Explain(p, name, told.Final)
	return x, nil
}

// of are the changes of one segment.
func of(segment string, changes []*schemas.SegmentChange) []*schemas.SegmentChange {
	return slices.DeleteFunc(changes, func(c *schemas.SegmentChange) bool { return c.Segment != segment })
}

func segmentNames(s *settings) []string {
	var names []string
	for _, planned := range s.catalog.Plan.Segments {
		names = append(names, planned.Name)
	}
	slices.Sort(names)
	return names
}

// completeSegments offers the segments' names as the second argument, once the configuration is given.
func completeSegments(file string, args []string) ([]string, cobra.ShellCompDirective) {
	switch len(args) {
	case 0:
		return nil, cobra.ShellCompDirectiveNoFileComp
	case 1:
		if s, err := load(file); err == nil {
			return segmentNames(s), cobra.ShellCompDirectiveNoFileComp
		}
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return nil, cobra.ShellCompDirectiveDefault // --input a b c
}
