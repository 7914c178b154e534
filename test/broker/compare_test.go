//go:build linux

package broker

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/ebbstream/ebb/schemas"
)

// kindsCompared are the results that a replay gives, too.
var kindsCompared = []string{"segment-changes", "sessions", "actions"}

// replayInto replays the events in a file into a folder.
func (g *group) replayInto(binary, config, input string) (dir string) {
	dir = filepath.Join(g.dir, "replayed")
	if out, err := exec.Command(binary, "replay", "-c", config, "--input", input, "--output", dir).CombinedOutput(); err != nil {
		g.t.Fatalf("replaying: %v\n%s", err, out)
	}
	return dir
}

// replay gives the lines that come out of the events in a file.
func (g *group) replay(binary, config, input string) map[string][]string {
	dir := g.replayInto(binary, config, input)
	lines := map[string][]string{}
	for _, kind := range kindsCompared {
		text, err := os.ReadFile(filepath.Join(dir, kind+".jsonl"))
		if err != nil {
			g.t.Fatal(err)
		}
		lines[kind] = strings.Split(strings.TrimSpace(string(text)), "\n")
	}
	return lines
}

// compare holds what can be read against a replay's lines, up to an instant; what comes last may take a moment.
func (g *group) compare(c *cluster, want map[string][]string, upTo schemas.Instant) (n int) {
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(3 * time.Second) {
		n = 0
		var faults []string
		for kind, lines := range want {
			there, more := map[string]int{}, []string{}
			for _, line := range lines {
				if text := g.sameness(kind, "", []byte(line), upTo); text != "" {
					there[text]++
					n++
				}
			}
			for _, r := range c.readAll(g.t, g.name+"."+kind) {
				text := g.sameness(kind, header(r, "ce_time"), r.Value, upTo)
				if text == "" {
					continue
				}
				if there[text] == 0 {
					more = append(more, text)
					continue
				}
				if there[text]--; there[text] == 0 {
					delete(there, text)
				}
			}
			for _, text := range slices.Sorted(maps.Keys(there)) {
				faults = append(faults, "lost: "+text)
			}
			for _, text := range more {
				faults = append(faults, "too much: "+text)
			}
		}
		if len(faults) == 0 {
			return n
		}
		if time.Now().After(deadline) {
			g.t.Errorf("%d faults in %d results:\n%s", len(faults), n, strings.Join(faults[:min(len(faults), 20)], "\n"))
			return n
		}
	}
}

// sameness is what is compared of a result: its time and data, without where its cause lay. "": it is later than the instant.
// at is its time; "": it is in the text.
func (g *group) sameness(kind, at string, text []byte, upTo schemas.Instant) string {
	var data map[string]any
	err := json.Unmarshal(text, &data)
	if err == nil && at == "" {
		at, _ = data["time"].(string)
		data, _ = data["data"].(map[string]any)
	}
	time, wrong := schemas.ParseInstant(at)
	if err != nil || wrong != nil || data == nil {
		g.t.Fatalf("%s: %q is no result: %v, %v", kind, text, err, wrong)
	}
	if kind == "sessions" {
		time = time.Add(30*schemas.Minute + 1) // when it is over
	}
	if time > upTo {
		return ""
	}
	if by, ok := data["caused_by"].(map[string]any); ok {
		for _, place := range []string{"topic", "partition", "offset", "source"} {
			delete(by, place)
		}
	}
	out, err := json.Marshal(data)
	if err != nil {
		g.t.Fatal(err)
	}
	return fmt.Sprintf("%s %s %s", kind, at, out)
}

func header(r *kgo.Record, key string) string {
	for _, h := range r.Headers {
		if h.Key == key {
			return string(h.Value)
		}
	}
	return ""
}
