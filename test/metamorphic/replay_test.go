package metamorphic

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ebbstream/ebb/operators/catalog"
	"github.com/ebbstream/ebb/pipeline"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/test/engine"
	"github.com/ebbstream/ebb/test/model"
)

// people are so many that, with hardly any memory, a worker cannot keep all of its own decoded.
const people = 2600

// ways to run one replay: none may show in a byte of what comes out (SPEC section 5, point 5).
var ways = []struct {
	name    string
	memory  int64
	workers int
	files   int
	state   bool // keep the state, and read it again
}{
	{"in memory, one worker", 1 << 30, 1, 1, false},
	{"in memory, two workers", 1 << 30, 2, 1, true},
	{"on disk, one worker", 1, 1, 1, true},
	{"on disk, two workers, three files", 1, 2, 3, true},
}

// TestReplay: the output folder is the same whatever the memory, the workers and the files, and the state that is kept has
// the profiles that were written.
func TestReplay(t *testing.T) {
	first := firstSeed(t)
	for i := range int64(3) {
		t.Run(fmt.Sprintf("seed %d", first+i), func(t *testing.T) {
			r := rand.New(rand.NewSource(first + i))
			generate := model.Generate
			if i == 1 {
				generate = model.GenerateActions
			}
			c := generate(r)
			g, err := engine.New(c.Config.YAML())
			if err != nil {
				t.Fatal(err)
			}
			history := multiply(r, slices.Concat(c.Files...))
			var want map[string]string
			var kept map[string][]byte
			for _, way := range ways {
				out, state := t.TempDir(), ""
				if way.state {
					state = filepath.Join(t.TempDir(), "state")
				}
				replay := pipeline.Replay{Name: "t", Catalog: g.Catalog, Inputs: write(t, history, way.files), AsOf: asOf(c), Output: out,
					State: state, Memory: way.memory, Workers: way.workers, MuteBefore: schemas.Earliest, Sessions: true, Profiles: true}
				summary, err := replay.Run(t.Context())
				if err != nil {
					t.Fatalf("%s: %v", way.name, err)
				}
				got := folder(t, out)
				if want == nil {
					want = got
					continue
				}
				for _, name := range slices.Sorted(maps.Keys(want)) {
					if diff := firstDifference(want[name], got[name]); diff != "" {
						t.Errorf("%s of %s is another than %s:\n%s", name, way.name, ways[0].name, diff)
					}
				}
				if state != "" && summary.Final != nil {
					profiles := reopened(t, way.name, g.Catalog, state, *summary.Final, history, want["profiles.jsonl"])
					if kept == nil {
						kept = profiles
					}
					for _, id := range slices.Sorted(maps.Keys(kept)) {
						if !bytes.Equal(kept[id], profiles[id]) {
							t.Errorf("%s: the state has other bytes for %s than %s:\n%x\n%x", way.name, id, ways[1].name, kept[id], profiles[id])
							break
						}
					}
				}
			}
		})
	}
}

// multiply gives the history to many people, each with their own offset in time; whose turn it is, is chance.
func multiply(r *rand.Rand, history []model.Event) []model.Event {
	subjects := map[string]bool{}
	for _, e := range history {
		subjects[e.Subject] = true
	}
	type copied struct {
		left   []model.Event
		offset int64
		number int
	}
	var all []*copied
	for i := range people/len(subjects) + 1 {
		all = append(all, &copied{history, r.Int63n(3_600_000), i})
	}
	var out []model.Event
	for len(all) > 0 {
		i := r.Intn(len(all))
		c := all[i]
		if len(c.left) == 0 {
			all = slices.Delete(all, i, i+1)
			continue
		}
		e := c.left[0]
		c.left = c.left[1:]
		e.Subject, e.Time = fmt.Sprintf("%s-%d", e.Subject, c.number), e.Time+c.offset
		out = append(out, e)
	}
	return out
}

// write puts a history into files, profile by profile.
func write(t *testing.T, history []model.Event, n int) []string {
	t.Helper()
	files := make([]bytes.Buffer, n)
	for _, e := range history {
		fmt.Fprintln(&files[int(e.Subject[len(e.Subject)-1])%n], e.JSON())
	}
	dir := t.TempDir()
	var paths []string
	for i := range files {
		paths = append(paths, filepath.Join(dir, fmt.Sprintf("events-%d.jsonl", i)))
		if err := os.WriteFile(paths[i], files[i].Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return paths
}

// folder are the files of a replay; of the summary, what does not tell how long it took.
func folder(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if e.Name() == "summary.json" {
			var summary map[string]any
			if err := json.Unmarshal(text, &summary); err != nil {
				t.Fatal(err)
			}
			delete(summary, "seconds")
			delete(summary, "events_per_second")
			text = fmt.Append(nil, summary)
		}
		out[e.Name()] = string(text)
	}
	return out
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(w), len(g)) {
		if w[i] != g[i] {
			return fmt.Sprintf("line %d\n%s\n%s", i+1, w[i], g[i])
		}
	}
	if len(w) != len(g) {
		return fmt.Sprintf("%d lines and %d", len(w), len(g))
	}
	return ""
}

// reopened reads each profile of a state folder, brings it to the final instant, and compares it with the one written. It
// gives their bytes, as they were read.
func reopened(t *testing.T, way string, c *catalog.Catalog, dir string, final schemas.Instant, history []model.Event, written string) map[string][]byte {
	t.Helper()
	want := map[string]string{}
	for line := range strings.Lines(written) {
		var p struct{ Subject string }
		if err := json.Unmarshal([]byte(line), &p); err != nil {
			t.Fatal(err)
		}
		want[p.Subject] = strings.TrimSuffix(line, "\n")
	}
	if len(want) == 0 && written != "" {
		t.Fatal("no profile was written")
	}
	chain := c.Chain()
	read := map[string][]byte{}
	for subject := range bySubject(history) {
		p, err := pipeline.ReadProfile(dir, c, subject)
		got := ""
		switch {
		case errors.Is(err, pipeline.ErrNoProfile):
		case err != nil:
			t.Fatalf("%s: %v", way, err)
		default:
			read[subject] = chain.Layout().Encode(nil, p, chain.Horizon(p))
			chain.Pass(p, final, func(schemas.Message) {})
			got = text(chain.Profile(p, final))
		}
		if got != want[subject] {
			t.Errorf("%s: the state has another profile than was written:\n%s\n%s", way, want[subject], got)
			break
		}
	}
	return read
}
