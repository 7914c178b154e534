package model

import (
	"encoding/json"
	"math"
	"sort"
	"strconv"
	"strings"
	"time"
)

// Event is one event of SPEC section 2. Data holds float64, int64, string, bool, nil and nested maps.
// An empty Source stands for a source left out: in a file it is "file".
type Event struct {
	ID, Source, Type, Subject string
	Time                      int64 // epoch milliseconds
	Data                      map[string]any
}

// Names of the reserved types.
const (
	typeTraits   = "ebb.traits"
	typeContext  = "ebb.context"
	typeConsent  = "ebb.consent"
	typeIdentify = "ebb.identify"
	typeErase    = "ebb.erase"
	typeFeedback = "ebb.feedback"
)

var reserved = map[string]bool{typeTraits: true, typeContext: true, typeConsent: true,
	typeIdentify: true, typeErase: true, typeFeedback: true}

// JSON is the event as one line of a file of SPEC section 2.
func (e Event) JSON() string {
	var b strings.Builder
	b.WriteString(`{"specversion":"1.0","id":` + quoteJSON(e.ID))
	if e.Source != "" {
		b.WriteString(`,"source":` + quoteJSON(e.Source))
	}
	b.WriteString(`,"type":` + quoteJSON(e.Type) + `,"subject":` + quoteJSON(e.Subject))
	b.WriteString(`,"time":` + quoteJSON(formatTime(e.Time)) + `,"data":` + jsonValue(e.Data) + "}")
	return b.String()
}

func (e *Event) source() string {
	if e.Source == "" {
		return "file"
	}
	return e.Source
}

// matches tells whether the event counts under a type of an expression: "*" is all that is not reserved.
func (e *Event) matches(name string) bool {
	if name == "*" {
		return !reserved[e.Type]
	}
	return e.Type == name
}

// before is the order by (time, source, id), bytewise.
func (e *Event) before(o *Event) bool {
	if e.Time != o.Time {
		return e.Time < o.Time
	}
	if e.source() != o.source() {
		return e.source() < o.source()
	}
	return e.ID < o.ID
}

// field follows a dotted path through data; present is false where the path leads nowhere.
func (e *Event) field(path string) (v any, present bool) { return follow(e.Data, path) }

func follow(data map[string]any, path string) (any, bool) {
	var v any = data
	for _, key := range strings.Split(path, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			return nil, false
		}
		if v, ok = m[key]; !ok {
			return nil, false
		}
	}
	return v, true
}

func quoteJSON(s string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string always encodes
	return strings.TrimSuffix(b.String(), "\n")
}

// jsonValue keeps int and double apart: a double always shows a point or an exponent.
func jsonValue(v any) string {
	switch v := v.(type) {
	case map[string]any:
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		sort.Strings(keys)
		parts := make([]string, len(keys))
		for i, k := range keys {
			parts[i] = quoteJSON(k) + ":" + jsonValue(v[k])
		}
		return "{" + strings.Join(parts, ",") + "}"
	case []any:
		parts := make([]string, len(v))
		for i, x := range v {
			parts[i] = jsonValue(x)
		}
		return "[" + strings.Join(parts, ",") + "]"
	case string:
		return quoteJSON(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return formatDouble(v)
	case bool:
		return strconv.FormatBool(v)
	}
	return "null"
}

func formatDouble(v float64) string {
	s := strconv.FormatFloat(v, 'g', -1, 64)
	if !strings.ContainsAny(s, ".eIN") {
		s += ".0"
	}
	return s
}

// formatTime writes RFC 3339 in UTC with three digits of fraction, or none.
func formatTime(ms int64) string {
	t := time.UnixMilli(ms).UTC()
	if ms%1000 == 0 {
		return t.Format("2006-01-02T15:04:05Z")
	}
	return t.Format("2006-01-02T15:04:05.000Z")
}

// parseTime reads RFC 3339, or a number of epoch milliseconds; digits beyond the millisecond are cut.
func parseTime(v any) (int64, error) {
	switch v := v.(type) {
	case int64:
		return v, nil
	case float64:
		return int64(math.Floor(v)), nil
	case string:
		t, err := time.Parse(time.RFC3339Nano, v)
		if err != nil {
			return 0, err
		}
		return t.UnixMilli(), nil
	}
	return 0, errEval
}

var durationUnits = []struct {
	name string
	ms   int64
}{{"w", 7 * day}, {"d", day}, {"h", hour}, {"m", minute}, {"s", 1000}, {"ms", 1}}

const (
	minute = int64(60_000)
	hour   = 60 * minute
	day    = 24 * hour
	week   = 7 * day
)

// formatDuration writes a duration literal of SPEC section 4: the largest units first.
func formatDuration(ms int64) string {
	if ms == 0 {
		return "0s"
	}
	var b strings.Builder
	for _, u := range durationUnits {
		if n := ms / u.ms; n > 0 {
			if u.name == "w" && (ms%week != 0 || ms < 4*week) {
				continue // "90d" rather than "12w6d", "7d" rather than "1w"
			}
			b.WriteString(strconv.FormatInt(n, 10) + u.name)
			ms -= n * u.ms
		}
	}
	return b.String()
}
