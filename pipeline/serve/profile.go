package serve

import (
	"encoding/json"
	"net/http"

	"github.com/ebbstream/ebb/schemas"
)

// Applied is what an answer says beside what was asked for: up to which offsets of its partition it holds the sources.
type Applied struct {
	Partition int32            `json:"partition"`
	Offsets   map[string]int64 `json:"applied_offset"` // of the last record there, by topic; a topic that was not begun is not there
}

// profile answers GET /profiles/{id}: the data of ebb.profile, and what was applied. With ?until=true it says, for each
// membership, when it ends if no event comes; null: it does not.
func (n *Node) profile(w http.ResponseWriter, r *http.Request) error {
	var answer []byte
	err := n.with(r.PathValue("id"), func(f *found) error {
		extra := struct {
			Applied
			Until map[string]*schemas.Instant `json:"until,omitempty"`
		}{Applied: Applied{f.task, f.applied}}
		view := f.chain.Profile(f.Profile, f.Now)
		if r.URL.Query().Get("until") == "true" {
			extra.Until = map[string]*schemas.Instant{}
			for _, m := range view.Memberships {
				if x, ok := f.chain.Explain(f.Profile, m.Segment, f.Now); ok {
					extra.Until[m.Segment] = unlessNever(x.Changes)
				}
			}
		}
		rest, err := json.Marshal(extra)
		if err != nil {
			return err
		}
		answer = schemas.AppendData(nil, n.name, view)
		answer = append(append(answer[:len(answer)-1], ','), rest[1:]...) // one object of the two
		return nil
	})
	if err != nil {
		return err
	}
	return write(w, http.StatusOK, answer)
}

func unlessNever(i schemas.Instant) *schemas.Instant {
	if i == schemas.Never {
		return nil
	}
	return &i
}
