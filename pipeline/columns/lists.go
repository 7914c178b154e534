package columns

import (
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// counts are the events of a session by type, ascending.
type counts []count

type count struct {
	Type   string `parquet:"type,dict"`
	Events int64  `parquet:"events"`
}

func (c *counts) UnmarshalJSON(text []byte) error {
	return readObject(text, func(name string, events int64) { *c = append(*c, count{name, events}) })
}

// memberships are the segments a profile is in, ascending.
type memberships []membership

type membership struct {
	Segment   string    `parquet:"segment,dict"`
	EnteredAt time.Time `parquet:"entered_at,timestamp(millisecond)"`
}

func (m *memberships) UnmarshalJSON(text []byte) error {
	type since struct {
		EnteredAt time.Time `json:"entered_at"`
	}
	return readObject(text, func(name string, s since) { *m = append(*m, membership{name, s.EnteredAt}) })
}

// readObject gives the members of an object in one order, whatever theirs.
func readObject[T any](text []byte, add func(string, T)) error {
	var all map[string]T
	if err := json.Unmarshal(text, &all); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		add(name, all[name])
	}
	return nil
}
