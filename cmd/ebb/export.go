package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/schemas"
)

func exportCommand() *cobra.Command {
	var file, output, node, dir string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "export ID -c FILE --output FILE",
		Short: "Give out all that is known of a person",
		Long: `Give out all that is known of a person, as one JSON document: the profile, as a node that runs says it, or from the folder of a
stopped one with --dir; the events that the sources still hold, as they are mapped; and what was published of it: changes of
segments, sessions, decisions, late events and records that could not be used.

The receipt says what was read, from where to where, how much of it is the person's, and the hash of the document. The events
are in the form that ebb replay reads.`,
		Example: "  ebb export anna -c shop.yaml --output anna.json",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || args[0] == "" {
				return asked("ebb export takes the id of one profile; write it like `ebb export anna -c FILE --output anna.json`")
			}
			return nil
		},
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			if output == "" {
				return asked("no file given for what is known: use --output FILE")
			}
			s, err := load(file)
			if err != nil {
				return err
			}
			d := &exported{Profile: args[0], At: schemas.Instant(time.Now().UnixMilli())}
			if d.State, d.Missing, err = profileToExport(cmd.Context(), s, node, dir, args[0]); err != nil {
				return err
			}
			options, err := clientOptions(s)
			if err != nil {
				return err
			}
			if err := askBrokers(options, func(client *kgo.Client) error { return d.gather(cmd.Context(), s, client) }); err != nil {
				return err
			}
			r, err := d.write(output)
			if err != nil {
				return err
			}
			if asJSON {
				return writeJSON(cmd.OutOrStdout(), r)
			}
			return r.print(cmd.OutOrStdout())
		},
	}
	configFlag(cmd, &file)
	dirFlag(cmd, &dir)
	nodeFlag(cmd, &node)
	cmd.Flags().StringVar(&output, "output", "", "the `file` for the document; it must not be there yet")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the receipt as JSON")
	return cmd
}

// profileToExport is the profile of an id; missing says why there is none, in the words of whoever was asked.
func profileToExport(ctx context.Context, s *settings, node, dir, id string) (profile json.RawMessage, missing string, err error) {
	if dir == "" {
		profile, err = askNode(ctx, s, node, nil, "profiles", id)
	} else if k, readErr := readKept(s, dir, id, ""); readErr == nil {
		profile = schemas.AppendData(nil, s.Name, k.chain.Profile(k.profile, k.at))
	} else {
		err = readErr
	}
	var none *noProfile
	if errors.As(err, &none) {
		return nil, err.Error(), nil
	}
	return profile, "", err
}

// exportReceipt says what a document holds.
type exportReceipt struct {
	Profile string          `json:"profile"`
	At      schemas.Instant `json:"at"`
	File    string          `json:"file"`
	SHA256  string          `json:"sha256"`
	Missing string          `json:"profile_missing,omitempty"`
	Read    []readPart      `json:"read"`
}

// write puts the document into a new file, which only its owner can read.
func (d *exported) write(path string) (*exportReceipt, error) {
	text, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing what is known of %q: %w", d.Profile, err)
	}
	text = append(text, '\n')
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, asked("--output: %w", err)
	}
	_, err = out.Write(text)
	if err = errors.Join(err, out.Close()); err != nil {
		return nil, fmt.Errorf("writing %s: %w", path, err)
	}
	return &exportReceipt{Profile: d.Profile, At: d.At, File: path, SHA256: fmt.Sprintf("%x", sha256.Sum256(text)), Missing: d.Missing, Read: d.Read}, nil
}

func (r *exportReceipt) print(w io.Writer) error {
	t := &table{}
	t.row("profile", shown(r.Profile))
	t.row("at", r.At.String())
	t.row("file", r.File)
	t.row("sha256", r.SHA256)
	if r.Missing != "" {
		t.row("missing", "the profile: "+shown(r.Missing))
	}
	if err := t.print(w); err != nil {
		return err
	}
	t = &table{}
	t.row("TOPIC", "PARTITION", "OFFSETS", "RECORDS")
	for _, p := range r.Read {
		t.row(shown(p.Topic), fmt.Sprint(p.Partition), fmt.Sprintf("%d to %d", p.From, p.End), fmt.Sprint(p.Records))
	}
	fmt.Fprintln(w)
	return t.print(w)
}
