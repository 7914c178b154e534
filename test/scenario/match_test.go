package scenario

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// line is one record, as it was written and as it is read.
type line struct {
	text  string
	value map[string]any
}

func isComment(text []byte) bool {
	text = bytes.TrimSpace(text)
	return len(text) == 0 || text[0] == '#'
}

func parseLines(t *testing.T, name string, text []byte) []line {
	t.Helper()
	var lines []line
	for l := range bytes.Lines(text) {
		if isComment(l) {
			continue
		}
		decoder := json.NewDecoder(bytes.NewReader(l))
		decoder.UseNumber()
		var value map[string]any
		if err := decoder.Decode(&value); err != nil {
			t.Fatalf("%s: %v in %s", name, err, l)
		}
		lines = append(lines, line{string(bytes.TrimSpace(l)), value})
	}
	return lines
}

// flat puts the fields of `data` beside those of the envelope; data's own go before.
func flat(event map[string]any) map[string]any {
	out := maps.Clone(event)
	if data, ok := event["data"].(map[string]any); ok {
		maps.Copy(out, data)
	}
	return out
}

// differences says where got is not what is wanted of it; fields that are not spoken of may be anything.
func differences(path string, want, got any) []string {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			break
		}
		if len(w) == 0 && len(g) > 0 { // {} is said of what must be empty
			break
		}
		var out []string
		for _, key := range slices.Sorted(maps.Keys(w)) {
			value, there := g[key]
			at := strings.TrimPrefix(path+"."+key, ".")
			switch {
			case w[key] == "absent" && !there:
			case !there:
				out = append(out, at+" is not there")
			default:
				out = append(out, differences(at, w[key], value)...)
			}
		}
		return out
	case []any:
		g, ok := got.([]any)
		if !ok || len(w) != len(g) {
			break
		}
		var out []string
		for i := range w {
			out = append(out, differences(fmt.Sprintf("%s[%d]", path, i), w[i], g[i])...)
		}
		return out
	case json.Number:
		if g, ok := got.(json.Number); ok && sameNumber(w.String(), g.String()) {
			return nil
		}
	default:
		if want == got {
			return nil
		}
	}
	return []string{fmt.Sprintf("%s is %s", path, inJSON(got))}
}

// sameNumber compares integers by their digits, as they may be beyond 2^53.
func sameNumber(a, b string) bool {
	if a == b || !strings.ContainsAny(a+b, ".eE") {
		return a == b
	}
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	return errX == nil && errY == nil && x == y
}

func inJSON(v any) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return err.Error()
	}
	return strings.TrimSpace(b.String())
}
