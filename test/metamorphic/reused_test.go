package metamorphic

import (
	"bytes"
	"fmt"
	"math/rand"
	"testing"

	"github.com/ebbstream/ebb/operators/catalog"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/state"
	"github.com/ebbstream/ebb/test/engine"
	"github.com/ebbstream/ebb/test/model"
)

// TestReusedMemory: profiles that are all read into the memory of one, one after the other, come to the same bytes, wake at the same
// instants, publish the same, and answer every call of the plan alike, as those that have memory of their own each time.
func TestReusedMemory(t *testing.T) {
	eachOf(t, *orders, mixed, func(c model.Case, seed int64) []string {
		g, err := engine.New(c.Config.YAML())
		if err != nil {
			return []string{err.Error()}
		}
		random := rand.New(rand.NewSource(seed))
		own, shared := newReread(g.Catalog), newReread(g.Catalog)
		used := shared.chain.Layout().New("")
		own.memory = func() *state.Profile { return shared.chain.Layout().New("") }
		shared.memory = func() *state.Profile { return used }
		decoder, watermark, number := schemas.NewJSONDecoder(g.Catalog.Plan.Fields), schemas.Earliest, 0
		for _, line := range lines([][]model.Event{inOrder(c.Files)})[0] {
			var e schemas.Event
			if err := decoder.Decode([]byte(line), &e); err != nil {
				return []string{err.Error()}
			}
			if number++; random.Intn(2) == 0 {
				e.Subject = fmt.Sprint("u", random.Intn(8))
			}
			if random.Intn(3) == 0 {
				watermark = max(watermark, e.Time-schemas.Instant(random.Intn(int(2*schemas.Hour))))
			}
			trusted, pass := random.Intn(4) > 0, random.Intn(3) == 0
			a, b := own.fold(&e, watermark, trusted, pass), shared.fold(&e, watermark, trusted, pass)
			if a != b {
				return []string{fmt.Sprintf("event %d, %s", number, line), "in its own memory:", a, "in that of all:", b}
			}
		}
		for i, m := range shared.kept {
			if kept := text(m); kept != shared.said[i] {
				return []string{"kept of a message:", kept, "as it was:", shared.said[i]}
			}
		}
		return nil
	})
}

// reread are profiles that are read from their bytes before each event, and written after it.
type reread struct {
	chain  *catalog.Chain
	rows   map[string][]byte
	memory func() *state.Profile
	kept   []schemas.Message
	said   []string
}

func newReread(c *catalog.Catalog) *reread {
	return &reread{chain: c.Chain(), rows: map[string][]byte{}}
}

// fold is all that can be seen of folding an event.
func (r *reread) fold(e *schemas.Event, watermark schemas.Instant, trusted, pass bool) string {
	var seen bytes.Buffer
	emit := func(m schemas.Message) {
		r.kept, r.said = append(r.kept, schemas.Keep(m)), append(r.said, text(m))
		fmt.Fprintln(&seen, text(m))
	}
	layout, row := r.chain.Layout(), r.rows[e.Subject]
	var p *state.Profile
	var err error
	switch {
	case row == nil:
		p = layout.Again(r.memory(), e.Subject)
	case trusted:
		p, err = layout.Reopen(r.memory(), e.Subject, row)
	default:
		p, err = layout.DecodeInto(r.memory(), e.Subject, row, nil)
	}
	if err != nil {
		return err.Error()
	}
	r.chain.Fold(p, e, watermark, emit)
	if pass {
		r.chain.Pass(p, watermark, emit)
	}
	fmt.Fprintln(&seen, r.chain.Wake(p), p.Limited)
	for _, n := range []schemas.Instant{p.Now, p.Now + 1, p.Now.Add(schemas.Hour), p.Now.Add(40 * schemas.Day)} {
		if view := r.chain.Profile(p, n); view != nil {
			fmt.Fprintln(&seen, text(view))
		}
		for _, call := range r.chain.Plan().Calls {
			fmt.Fprintln(&seen, call.Text, string(r.chain.View(p).Value(call, n).AppendJSON(nil)), r.chain.View(p).NextChange(call, n))
		}
	}
	r.rows[e.Subject] = layout.Encode(nil, p, r.chain.Horizon(p))
	fmt.Fprintf(&seen, "%x\n", r.rows[e.Subject])
	return seen.String()
}
