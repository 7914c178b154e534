package scenario

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/ebbstream/ebb/config"
	"github.com/ebbstream/ebb/pipeline"
	"github.com/ebbstream/ebb/schemas"
	"github.com/ebbstream/ebb/test/engine"
)

var rewrite = flag.Bool("rewrite", false, "write what came out into the scenarios")

// results are the files of a replay that a scenario may speak of.
var results = []string{"segment-changes.jsonl", "sessions.jsonl", "actions.jsonl", "profiles.jsonl", "late.jsonl", "dead-letters.jsonl"}

func TestScenarios(t *testing.T) { checkAll(t, "testdata", nil) }

// checkAll checks the scenarios of a folder. Those without a configuration have the common one.
func checkAll(t *testing.T, dir string, common []byte) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("%d scenarios, %v", len(paths), err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if len(bytes.TrimSpace(archive.Comment)) == 0 {
				t.Error("the scenario does not say what it shows")
			}
			check(t, archive, common)
			if *rewrite {
				if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// check runs a scenario and compares, or with -rewrite replaces, what it expects.
func check(t *testing.T, archive *txtar.Archive, common []byte) {
	s := read(t, archive)
	if s.config == nil {
		s.config = common
	}
	replay, faults := load(s.config)
	if s.faults != nil || faults != nil {
		checkFaults(t, s, faults)
		return
	}
	got := run(t, replay, s)
	for _, part := range s.expected {
		want, actual := parseLines(t, part.Name, part.Data), parseLines(t, part.Name, got[part.Name])
		for i, line := range actual {
			actual[i].value = flat(line.value)
		}
		if *rewrite {
			part.Data = written(part.Data, want, actual)
			continue
		}
		for i := range max(len(want), len(actual)) {
			switch {
			case i >= len(want):
				t.Errorf("%s: not expected:\n\t%s", part.Name, actual[i].text)
			case i >= len(actual):
				t.Errorf("%s: missing:\n\t%s", part.Name, want[i].text)
			default:
				if d := differences("", want[i].value, actual[i].value); len(d) > 0 {
					t.Errorf("%s: line %d: %s\n\twant %s\n\tgot  %s", part.Name, i+1, strings.Join(d, "; "), want[i].text, actual[i].text)
				}
			}
		}
	}
}

// story is a scenario taken apart.
type story struct {
	config   []byte
	inputs   []string
	asOf     schemas.Instant
	expected []*txtar.File
	faults   *txtar.File
}

func read(t *testing.T, archive *txtar.Archive) *story {
	s := &story{asOf: schemas.Never}
	dir := t.TempDir()
	for i := range archive.Files {
		f := &archive.Files[i]
		switch {
		case f.Name == "config.yaml":
			s.config = f.Data
		case f.Name == "faults":
			s.faults = f
		case f.Name == "as-of":
			at, err := schemas.ParseInstant(strings.TrimSpace(string(f.Data)))
			if err != nil {
				t.Fatal(err)
			}
			s.asOf = at
		case strings.HasPrefix(f.Name, "in"):
			path := filepath.Join(dir, f.Name)
			var kept []byte
			for line := range bytes.Lines(f.Data) {
				if !isComment(line) {
					kept = append(kept, line...)
				}
			}
			if err := os.WriteFile(path, kept, 0o644); err != nil {
				t.Fatal(err)
			}
			s.inputs = append(s.inputs, path)
		case slices.Contains(results, f.Name):
			s.expected = append(s.expected, f)
		default:
			t.Fatalf("what is the part %s?", f.Name)
		}
	}
	if s.faults == nil && (len(s.inputs) == 0 || len(s.expected) == 0) {
		t.Fatal("the scenario has no events or expects nothing")
	}
	return s
}

// load compiles a configuration, as the command does.
func load(text []byte) (*pipeline.Replay, config.Faults) {
	c, _, compiled, faults := engine.Load("config.yaml", text, engine.NoEnvironment)
	if len(faults) > 0 {
		return nil, faults
	}
	r := &pipeline.Replay{Name: c.Name, Catalog: compiled, Memory: 64 << 20, MuteBefore: schemas.Earliest,
		Sessions: c.Outputs.Sessions, Profiles: !c.Outputs.Profiles.Off()}
	if mute := c.Outputs.MuteBefore; !mute.IsZero() {
		r.MuteBefore = schemas.Instant(mute.UnixMilli())
	}
	return r, nil
}

// run replays the story twice, with one worker and with three: it must not matter.
func run(t *testing.T, r *pipeline.Replay, s *story) map[string][]byte {
	r.Inputs, r.AsOf = s.inputs, s.asOf
	var got map[string][]byte
	for _, workers := range []int{1, 3} {
		r.Workers, r.Output = workers, t.TempDir()
		if _, err := r.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		again := map[string][]byte{}
		for _, name := range results {
			text, err := os.ReadFile(filepath.Join(r.Output, name))
			if err != nil {
				t.Fatal(err)
			}
			if again[name] = text; got != nil && !bytes.Equal(got[name], text) {
				t.Errorf("%s differs with %d workers:\n%s", name, workers, text)
			}
		}
		got = again
	}
	return got
}

func checkFaults(t *testing.T, s *story, faults config.Faults) {
	if s.faults == nil {
		t.Fatal(errors.Join(errors.New("the configuration has faults"), faults.Err()))
	}
	var want []string
	for line := range strings.Lines(string(s.faults.Data)) {
		if !isComment([]byte(line)) {
			want = append(want, strings.TrimSpace(line))
		}
	}
	if *rewrite {
		s.faults.Data = nil
		for i, f := range faults {
			text := f.Error()
			if i < len(want) && fits(want[i], text) {
				text = want[i]
			}
			s.faults.Data = append(s.faults.Data, text+"\n"...)
		}
		return
	}
	for i := range max(len(want), len(faults)) {
		switch {
		case i >= len(want):
			t.Errorf("not expected: %s", faults[i].Error())
		case i >= len(faults):
			t.Errorf("missing: %s", want[i])
		case !fits(want[i], faults[i].Error()):
			t.Errorf("want %s\ngot  %s", want[i], faults[i].Error())
		}
	}
}

// fits says whether text is the pattern, in which … stands for anything.
func fits(pattern, text string) bool {
	parts := strings.Split(pattern, "…")
	for i, part := range parts {
		at := strings.Index(text, part)
		if at < 0 || i == 0 && at > 0 {
			return false
		}
		text = text[at+len(part):]
	}
	return text == "" || parts[len(parts)-1] == ""
}
