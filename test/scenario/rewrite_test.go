package scenario

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// shape is which fields of a record a scenario speaks of, in its order.
type shape struct {
	keys []string
	of   map[string]*shape
}

// add takes in the fields of a JSON text, those of objects inside too.
func (s *shape) add(text []byte) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	for {
		token, err := decoder.Token()
		if err != nil {
			return
		}
		if token == json.Delim('{') {
			break
		}
	}
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return
		}
		key, _ := token.(string)
		var value json.RawMessage
		if decoder.Decode(&value) != nil {
			return
		}
		if s.of == nil {
			s.of = map[string]*shape{}
		}
		if s.of[key] == nil {
			s.keys = append(s.keys, key)
			s.of[key] = &shape{}
		}
		s.of[key].addAll(value)
	}
}

func (s *shape) addAll(value []byte) {
	var list []json.RawMessage
	if json.Unmarshal(value, &list) == nil {
		for _, item := range list {
			s.addAll(item)
		}
		return
	}
	s.add(value)
}

// cut writes the fields of v that the shape has; all of them, if it has none.
func (s *shape) cut(v any) string {
	switch v := v.(type) {
	case map[string]any:
		if len(s.keys) == 0 {
			break
		}
		var fields []string
		for _, key := range s.keys {
			if value, there := v[key]; there {
				fields = append(fields, inJSON(key)+":"+s.of[key].cut(value))
			}
		}
		return "{" + strings.Join(fields, ",") + "}"
	case []any:
		var items []string
		for _, item := range v {
			items = append(items, s.cut(item))
		}
		return "[" + strings.Join(items, ",") + "]"
	}
	return inJSON(v)
}

// written is the part anew: its leading comments, the lines that still hold, and of each other record the fields that the
// part spoke of.
func written(old []byte, want, actual []line) []byte {
	var out []byte
	for l := range bytes.Lines(old) {
		if !isComment(l) {
			break
		}
		out = append(out, l...)
	}
	s := &shape{}
	for _, w := range want {
		s.add([]byte(w.text))
	}
	if len(want) == 0 {
		s.keys = slices.Clone(usual)
		s.of = map[string]*shape{}
		for _, key := range s.keys {
			s.of[key] = &shape{}
		}
	}
	for i, a := range actual {
		text := s.cut(a.value)
		if i < len(want) && len(differences("", want[i].value, a.value)) == 0 {
			text = want[i].text
		}
		out = append(out, text+"\n"...)
	}
	return out
}

// usual are the fields written of a part that was empty.
var usual = []string{"time", "profile", "segment", "status", "seq", "cause", "start", "end", "events", "action", "channel", "score", "payload", "candidates", "suppressed", "id", "subject", "ebbreason", "reason", "features", "memberships"}
