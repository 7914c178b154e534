package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/operators/segment"
	"github.com/ebbstream/ebb/pipeline/serve"
	"github.com/ebbstream/ebb/schemas"
)

// shownProfile is a profile for people, wherever it comes from.
type shownProfile struct {
	view    *schemas.Profile
	until   map[string]schemas.Instant // of its memberships
	applied string                     // up to where the sources are in it; "": not known
}

// readProfile reads what a node says of a profile. durations are the features whose numbers are seconds.
func readProfile(text []byte, durations map[string]bool) (*shownProfile, error) {
	var d struct {
		Profile     string
		AsOf        schemas.Instant `json:"as_of"`
		Features    named
		Memberships map[string]struct {
			EnteredAt schemas.Instant `json:"entered_at"`
		}
		Traits, Consents named
		Session          *struct {
			Start, End schemas.Instant
			Events     int64
			Counts     map[string]int64
		}
		FirstSeen schemas.Instant `json:"first_seen"`
		LastSeen  schemas.Instant `json:"last_seen"`
		Limited   bool
		Until     map[string]*schemas.Instant
		serve.Applied
	}
	if err := json.Unmarshal(text, &d); err != nil {
		return nil, fmt.Errorf("reading what the node says: %w", err)
	}
	p := &schemas.Profile{Profile: d.Profile, AsOf: d.AsOf, Features: d.Features, Traits: d.Traits, Consents: d.Consents,
		FirstSeen: d.FirstSeen, LastSeen: d.LastSeen, Limited: d.Limited}
	out := &shownProfile{view: p, until: map[string]schemas.Instant{}, applied: appliedInWords(&d.Applied)}
	for i, f := range p.Features {
		if durations[f.Name] {
			p.Features[i].Value = spanOf(f.Value)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.Memberships)) {
		p.Memberships = append(p.Memberships, schemas.Membership{Segment: name, EnteredAt: d.Memberships[name].EnteredAt})
		out.until[name] = orNever(d.Until[name])
	}
	if d.Session != nil {
		p.Session = &schemas.SessionEnded{Start: d.Session.Start, End: d.Session.End, Events: d.Session.Events}
		for _, typ := range slices.Sorted(maps.Keys(d.Session.Counts)) {
			p.Session.Counts = append(p.Session.Counts, schemas.TypeCount{Type: typ, Events: d.Session.Counts[typ]})
		}
	}
	return out, nil
}

// named is an object whose members stay in their order.
type named []schemas.NamedValue

func (n *named) UnmarshalJSON(text []byte) error {
	in := json.NewDecoder(bytes.NewReader(text))
	if _, err := in.Token(); err != nil {
		return err
	}
	for in.More() {
		name, err := in.Token()
		if err != nil {
			return err
		}
		var raw json.RawMessage
		if err := in.Decode(&raw); err != nil {
			return err
		}
		value, err := schemas.ParseValue(raw)
		if err != nil {
			return err
		}
		*n = append(*n, schemas.NamedValue{Name: fmt.Sprint(name), Value: value})
	}
	return nil
}

// appliedInWords is such as "partition 2, up to the offsets clicks 1200, shop.events 3".
func appliedInWords(a *serve.Applied) string {
	if a == nil {
		return ""
	}
	var parts []string
	for topic, offset := range a.Offsets {
		parts = append(parts, fmt.Sprintf("%s %d", shown(topic), offset))
	}
	slices.Sort(parts)
	if parts == nil {
		return ""
	}
	return fmt.Sprintf("partition %d, up to the offsets %s", a.Partition, strings.Join(parts, ", "))
}

// readExplanation reads what a node says of a profile and a segment.
func readExplanation(text []byte, durations map[string]bool) (*explanation, error) {
	var d serve.Explanation
	if err := json.Unmarshal(text, &d); err != nil {
		return nil, fmt.Errorf("reading what the node says: %w", err)
	}
	x := &explanation{profile: d.Profile, erased: schemas.Never, applied: appliedInWords(d.Applied),
		Explanation: segment.Explanation{Segment: d.Segment, Definition: d.Definition, At: d.AsOf, Member: d.Member, Changes: orNever(d.ChangesAt)}}
	if d.EnteredAt != nil {
		x.EnteredAt = *d.EnteredAt
	}
	for _, l := range d.Leaves {
		value, err := readValue(l.Value, durations[l.Expr])
		if err != nil {
			return nil, fmt.Errorf("reading what the node says of %s: %w", l.Expr, err)
		}
		threshold, err := readValue(l.Threshold, durations[l.Expr])
		if err != nil {
			return nil, fmt.Errorf("reading what the node says of %s: %w", l.Expr, err)
		}
		leaf := segment.Leaf{Evidence: schemas.Evidence{Expr: l.Expr, Op: l.Op, Threshold: threshold, Value: value}, Part: l.Part,
			Truth: expr.Failed, Decides: l.Decides, Flips: orNever(l.FlipsAt)}
		if l.Holds != nil {
			if leaf.Truth = expr.False; *l.Holds {
				leaf.Truth = expr.True
			}
		}
		x.Leaves = append(x.Leaves, leaf)
	}
	for _, c := range d.Changes {
		line, err := json.Marshal(c)
		if err != nil {
			return nil, err
		}
		change, err := readChange(line, durations)
		if err != nil {
			return nil, fmt.Errorf("reading the changes that the node tells: %w", err)
		}
		x.changes = append(x.changes, change)
	}
	return x, nil
}

func orNever(i *schemas.Instant) schemas.Instant {
	if i == nil {
		return schemas.Never
	}
	return *i
}
