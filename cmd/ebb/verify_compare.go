package main

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/pipeline/past"
	"github.com/ebbstream/ebb/schemas"
)

// verified are the kinds of what is published that are compared.
var verified = []string{"segment-changes", "sessions", "actions", "late"}

// verification compares what was published with what is repeated.
type verification struct {
	past.Span
	reader      *published
	definitions map[string]bool // of the segments of today
	kinds       map[string]*verifiedKind
	found       map[string]*publishedRecord // by topic, key and id
	wrong       []discrepancy
}

// verifiedKind counts the records of a kind.
type verifiedKind struct {
	Kind      string `json:"kind"`
	Published int64  `json:"published"` // once, if they came again
	Alike     int64  `json:"alike"`
	Other     int64  `json:"other_definition"` // published under definitions that are not those of today
	Missing   int64  `json:"missing"`          // repeated, and not published
	Extra     int64  `json:"extra"`            // published, and not repeated
	Different int64  `json:"different"`        // of the same id
}

type publishedRecord struct {
	sum   [sha256.Size]byte
	what  discrepancy
	topic string
	seen  bool
}

// discrepancy is a record that is not as it should be.
type discrepancy struct {
	Kind    string `json:"kind"`
	Is      string `json:"is"` // missing, extra or different
	Profile string `json:"profile"`
	ID      string `json:"id"`
	Type    string `json:"type"`
	Time    string `json:"time"`
}

func newVerification(span past.Span) *verification {
	return &verification{Span: span, reader: &published{}, definitions: map[string]bool{}, kinds: map[string]*verifiedKind{}, found: map[string]*publishedRecord{}}
}

// read is what is compared of a record; nil: it is not of the time in question.
func (v *verification) read(r *kgo.Record) (p *publishedRecord, at string) {
	e := attributesOf(r)
	if time, err := schemas.ParseInstant(e.Time); err != nil || time < v.From || time >= v.To {
		return nil, ""
	}
	kind := v.kinds[r.Topic].Kind
	p = &publishedRecord{sum: sha256.Sum256(r.Value), topic: r.Topic, what: discrepancy{Kind: kind, Profile: string(r.Key), ID: e.ID, Type: e.Type, Time: e.Time}}
	return p, strings.Join([]string{r.Topic, string(r.Key), e.Source, e.ID, e.Reason}, "\x00")
}

// published takes a record of the topics.
func (v *verification) published(r *kgo.Record) error {
	p, at := v.read(r)
	if p == nil || v.found[at] != nil {
		return nil
	}
	k := v.kinds[r.Topic]
	k.Published++
	if definition := v.reader.definition(r.Value); definition != "" && !v.definitions[definition] {
		k.Other++
		p.seen = true
	}
	v.found[at] = p
	return nil
}

// repeated takes what came out once more.
func (v *verification) repeated(records []*kgo.Record) error {
	for _, r := range records {
		if v.kinds[r.Topic] == nil {
			continue
		}
		p, at := v.read(r)
		if p == nil {
			continue
		}
		k, was := v.kinds[r.Topic], v.found[at]
		switch {
		case was == nil:
			k.Missing++
			v.tell(p, "missing")
			v.found[at] = p
		case was.seen: // as it was repeated before
		case was.sum != p.sum:
			k.Different++
			v.tell(p, "different")
		default:
			k.Alike++
		}
		v.found[at].seen = true
	}
	return nil
}

func (v *verification) tell(p *publishedRecord, is string) {
	p.what.Is = is
	v.wrong = append(v.wrong, p.what)
}

// verified is the outcome.
type verifiedAll struct {
	Kinds []*verifiedKind `json:"kinds"`
	Wrong []discrepancy   `json:"differences"`
}

// result counts what was not repeated, too. It is the end of the comparison.
func (v *verification) result() *verifiedAll {
	for _, p := range v.found {
		if !p.seen {
			p.seen = true
			v.kinds[p.topic].Extra++
			v.tell(p, "extra")
		}
	}
	slices.SortFunc(v.wrong, func(a, b discrepancy) int {
		return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Profile, b.Profile), cmp.Compare(a.ID, b.ID))
	})
	out := &verifiedAll{Wrong: v.wrong}
	if out.Wrong == nil {
		out.Wrong = []discrepancy{}
	}
	for _, kind := range verified {
		for _, k := range v.kinds {
			if k.Kind == kind {
				out.Kinds = append(out.Kinds, k)
			}
		}
	}
	return out
}

func (v *verification) differences() int { return len(v.result().Wrong) }

// wrongShown is how many differences are printed for people; --json has them all.
const wrongShown = 20

func (v *verification) print(w io.Writer) error {
	all := v.result()
	t := &table{}
	t.row("KIND", "PUBLISHED", "ALIKE", "OTHER DEFINITION", "MISSING", "EXTRA", "DIFFERENT")
	for _, k := range all.Kinds {
		t.row(k.Kind, fmt.Sprint(k.Published), fmt.Sprint(k.Alike), fmt.Sprint(k.Other), fmt.Sprint(k.Missing), fmt.Sprint(k.Extra), fmt.Sprint(k.Different))
	}
	if err := t.print(w); err != nil || len(all.Wrong) == 0 {
		return err
	}
	fmt.Fprintln(w)
	t = &table{}
	for _, d := range all.Wrong[:min(len(all.Wrong), wrongShown)] {
		t.row(d.Is, d.Time, shown(d.Profile), d.Type, shown(d.ID))
	}
	if more := len(all.Wrong) - wrongShown; more > 0 {
		t.row(fmt.Sprintf("and %d more", more))
	}
	return t.print(w)
}
