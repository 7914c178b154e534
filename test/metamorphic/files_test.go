package metamorphic

import (
	"bytes"
	"cmp"
	"math/rand"
	"slices"
	"testing"

	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/test/engine"
	"github.com/ebbstream/ebb/test/model"
)

// TestFiles: into how many files a history is split, and where, does not matter, as long as merging them gives each profile
// its events in the same order (SPEC section 5, point 5).
func TestFiles(t *testing.T) {
	eachOf(t, *orders, mixed, func(c model.Case, seed int64) []string {
		g, err := engine.New(c.Config.YAML())
		if err != nil {
			return []string{err.Error()}
		}
		history := slices.Concat(c.Files...)
		if c.AsOf != nil { // later events are not known to the merge, either
			history = slices.DeleteFunc(history, func(e model.Event) bool { return e.Time > *c.AsOf })
		}
		want, err := g.Run(lines([][]model.Event{history}), asOf(c))
		if err != nil {
			return []string{err.Error()}
		}
		files := split(rand.New(rand.NewSource(seed)), history)
		got, err := g.Run(lines(files), asOf(c))
		if err != nil {
			return []string{err.Error()}
		}
		wrong := differentMessages("one file", published(want), "several", published(got))
		for i, f := range files {
			if len(wrong) > 0 {
				wrong = append(append(wrong, "--- file "+string(rune('1'+i))), lines([][]model.Event{f})[0]...)
			}
		}
		return wrong
	})
}

// published are messages in the order in which a replay writes them.
func published(all []schemas.Message) []schemas.Message {
	return slices.SortedStableFunc(slices.Values(all), func(a, b schemas.Message) int {
		return cmp.Or(kind(a)-kind(b), bytes.Compare(schemas.AppendOrderKey(nil, a), schemas.AppendOrderKey(nil, b)))
	})
}

func kind(m schemas.Message) int {
	switch m.(type) {
	case *schemas.SegmentChange:
		return 0
	case *schemas.SessionEnded:
		return 1
	case *schemas.Profile:
		return 2
	case *schemas.Decision:
		return 3
	}
	return 4
}

// split deals a history into one to three files: event by event if that can be, else profile by profile.
func split(r *rand.Rand, history []model.Event) [][]model.Event {
	n := 1 + r.Intn(3)
	want := bySubject(history)
	for range 10 {
		files := make([][]model.Event, n)
		run, i := 1+r.Intn(8), 0
		for _, e := range history {
			if r.Intn(run) == 0 {
				i = r.Intn(n)
			}
			files[i] = append(files[i], e)
		}
		if sameOrder(want, bySubject(merged(files))) {
			return files
		}
	}
	files := make([][]model.Event, n)
	of := map[string]int{}
	for _, e := range history {
		if _, dealt := of[e.Subject]; !dealt {
			of[e.Subject] = r.Intn(n)
		}
		files[of[e.Subject]] = append(files[of[e.Subject]], e)
	}
	return files
}

// merged is SPEC section 2: always the head with the least time, ties in the order given.
func merged(files [][]model.Event) []model.Event {
	heads := slices.Clone(files)
	var all []model.Event
	for {
		least := -1
		for i, f := range heads {
			if len(f) > 0 && (least < 0 || f[0].Time < heads[least][0].Time) {
				least = i
			}
		}
		if least < 0 {
			return all
		}
		all, heads[least] = append(all, heads[least][0]), heads[least][1:]
	}
}

func bySubject(events []model.Event) map[string][]string {
	out := map[string][]string{}
	for _, e := range events {
		out[e.Subject] = append(out[e.Subject], e.JSON())
	}
	return out
}

func sameOrder(a, b map[string][]string) bool {
	for subject, events := range a {
		if !slices.Equal(events, b[subject]) {
			return false
		}
	}
	return true
}
