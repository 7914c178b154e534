package serve

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/ebbstream/ebb/operators/expr"
	"github.com/ebbstream/ebb/operators/segment"
	"github.com/ebbstream/ebb/schemas"
)

// Explanation is why a profile is, or is not, in a segment, as a document. Leaves and changes have the names that they have
// in a segment change.
type Explanation struct {
	Profile    string           `json:"profile"`
	Segment    string           `json:"segment"`
	Definition string           `json:"definition,omitempty"`
	AsOf       schemas.Instant  `json:"as_of"`
	Member     bool             `json:"member"`
	EnteredAt  *schemas.Instant `json:"entered_at,omitempty"`
	Last       *Cause           `json:"last_change,omitempty"`
	ChangesAt  *schemas.Instant `json:"changes_at"` // null: not by itself
	ErasedAt   *schemas.Instant `json:"erased_at,omitempty"`
	Leaves     []Leaf           `json:"leaves"`
	Changes    []Change         `json:"changes"`
	*Applied                    // of a node that runs
}

// Leaf is a part of the condition.
type Leaf struct {
	Part      string           `json:"part"`
	Expr      string           `json:"expr"`
	Op        string           `json:"op,omitempty"`
	Threshold json.RawMessage  `json:"threshold,omitempty"`
	Value     json.RawMessage  `json:"value"`
	Holds     *bool            `json:"holds"` // null: an error, which is no answer
	Decides   bool             `json:"decides"`
	FlipsAt   *schemas.Instant `json:"flips_at"` // null: not by itself
}

// Cause is what the last change came from.
type Cause struct {
	Cause string          `json:"cause"`
	ID    string          `json:"id,omitempty"`
	From  string          `json:"source,omitempty"`
	Time  schemas.Instant `json:"time"`
}

// Change is a change of the segment, with the data that is published of it.
type Change struct {
	Time schemas.Instant `json:"time"`
	Data json.RawMessage `json:"data"`
}

// Explain makes the document. The changes are those of the segment that are known of, the last one last; erased is Never
// unless nothing of the profile is left.
func Explain(name, profile string, x *segment.Explanation, erased schemas.Instant, changes []*schemas.SegmentChange) *Explanation {
	out := &Explanation{Profile: profile, Segment: x.Segment, Definition: x.Definition, AsOf: x.At, Member: x.Member,
		ChangesAt: unlessNever(x.Changes), ErasedAt: unlessNever(erased), Leaves: []Leaf{}, Changes: []Change{}}
	if x.Member {
		out.EnteredAt = &x.EnteredAt
	}
	if len(changes) > 0 {
		last := changes[len(changes)-1]
		out.Last = &Cause{Cause: last.Cause, Time: last.Time}
		if last.CausedBy != nil {
			out.Last.ID, out.Last.From = last.CausedBy.ID, last.CausedBy.Source
		}
	}
	for _, l := range x.Leaves {
		told := Leaf{Part: l.Part, Expr: l.Expr, Op: l.Op, Value: l.Value.AppendJSON(nil), Decides: l.Decides, FlipsAt: unlessNever(l.Flips)}
		if l.Op != "" {
			told.Threshold = l.Threshold.AppendJSON(nil)
		}
		if l.Truth != expr.Failed {
			holds := l.Truth == expr.True
			told.Holds = &holds
		}
		out.Leaves = append(out.Leaves, told)
	}
	for _, c := range changes {
		out.Changes = append(out.Changes, Change{c.Time, schemas.AppendData(nil, name, c)})
	}
	return out
}

// explain answers GET /profiles/{id}/explain/{segment}, with ?at= as of then if no event comes.
func (n *Node) explain(w http.ResponseWriter, r *http.Request) error {
	name, when := r.PathValue("segment"), r.URL.Query().Get("at")
	if !slices.ContainsFunc(n.catalog.Plan.Segments, func(s *expr.PlannedSegment) bool { return s.Name == name }) {
		return refuse(http.StatusNotFound, "there is no segment %q in the configuration of %s", name, n.name)
	}
	var answer *Explanation
	err := n.with(r.PathValue("id"), func(f *found) error {
		at := f.Now
		var changes []*schemas.SegmentChange
		if when != "" {
			var err error
			if at, err = schemas.ParseInstant(when); err != nil {
				return refuse(http.StatusBadRequest, "at: %v", err)
			}
			if changes, err = f.at(at); err != nil {
				return err
			}
		}
		changes = slices.DeleteFunc(changes, func(c *schemas.SegmentChange) bool { return c.Segment != name })
		x, _ := f.chain.Explain(f.Profile, name, at)
		answer = Explain(n.name, f.ID, &x, schemas.Never, changes)
		answer.Applied = &Applied{f.task, f.applied}
		return nil
	})
	if err != nil {
		return err
	}
	var text bytes.Buffer
	out := json.NewEncoder(&text)
	out.SetEscapeHTML(false)
	if err := out.Encode(answer); err != nil {
		return err
	}
	return write(w, http.StatusOK, bytes.TrimSpace(text.Bytes()))
}
